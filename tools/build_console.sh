#!/bin/bash
# Builds the console into console/dist, which the next build of the server carries. Does nothing when
# nothing of it has changed.
set -euo pipefail
cd "$(dirname "$0")/.."

tools/setup_console.sh
cd console
wanted=$(find src public index.html vite.config.ts tsconfig.json package-lock.json ../schema/openapi.yaml \
  -type f ! -name schema.d.ts -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-64)
if [ "$(cat .made-from 2>/dev/null)" = "$wanted" ] && [ -f dist/index.html ]; then exit 0; fi
echo "console: building"
npm run --silent build
echo "$wanted" > .made-from
