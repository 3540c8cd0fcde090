#!/bin/bash
# Installs what tests/console drives a browser with, and Debian's Chromium. Nothing to do takes no time.
set -euo pipefail
cd "$(dirname "$0")/../tests/console/node"

if ! command -v chromium >/dev/null; then
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium
fi
wanted=$(cat package.json package-lock.json | sha256sum | cut -c 1-64)
if [ "$(cat node_modules/made-from 2>/dev/null)" = "$wanted" ]; then exit 0; fi
echo "setup: installing the packages of tests/console/node/package.json"
npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
echo "$wanted" > node_modules/made-from
