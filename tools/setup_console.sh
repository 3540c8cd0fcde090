#!/bin/bash
# Installs what the console is built with, in the versions of console/package-lock.json. Nothing to do
# takes no time: the folder carries the hash of the list it was made from.
set -euo pipefail
cd "$(dirname "$0")/../console"

wanted=$(cat package.json package-lock.json | sha256sum | cut -c 1-64)
if ! command -v npm >/dev/null; then
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends npm
fi
if [ "$(cat node_modules/made-from 2>/dev/null)" = "$wanted" ]; then exit 0; fi
echo "setup: installing the packages of console/package.json"
npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
echo "$wanted" > node_modules/made-from
