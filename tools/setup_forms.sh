#!/bin/bash
# Installs the JavaScript packages that tests/forms holds the forms against, with the versions of
# tests/forms/node/package-lock.json, and Debian's Chromium. Nothing to do takes no time: the folder
# carries the hash of the list it was made from.
set -euo pipefail
cd "$(dirname "$0")/../tests/forms/node"

wanted=$(cat package.json package-lock.json | sha256sum | cut -c 1-64)
missing=()
command -v npm >/dev/null || missing+=(npm)
command -v chromium >/dev/null || missing+=(chromium)
if [ ${#missing[@]} -gt 0 ]; then
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
fi
if [ "$(cat node_modules/made-from 2>/dev/null)" = "$wanted" ]; then exit 0; fi
echo "setup: installing the packages of tests/forms/node/package.json"
npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
echo "$wanted" > node_modules/made-from
