#!/bin/bash
# Runs every fuzzer of a build for some seconds, from its seeds. What it finds interesting is kept in
# .cache/fuzz for the next run; what breaks it is left in build/fuzz/found and fails the run.
#
#   tools/run_fuzzers.sh build/fuzz 60
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1 seconds=$2
failed=0
for fuzzer in "$build"/bin/*_fuzz; do
  name=$(basename "$fuzzer")
  corpus=.cache/fuzz/$name
  found=$build/found/$name-
  mkdir -p "$corpus" "$(dirname "$found")"
  echo "--- $name, $seconds s"
  "$fuzzer" "$corpus" "tests/fuzz/seeds/$name" -max_total_time="$seconds" -max_len=4096 -timeout=5 \
    -rss_limit_mb=2048 -artifact_prefix="$found" -print_final_stats=1 -verbosity=0 || {
    echo "$name: broken by $(ls "$found"* 2>/dev/null || echo 'nothing that was saved')"
    failed=1
  }
done
exit "$failed"
