#!/bin/bash
# Installs the frameworks that tests/frameworks holds Fermata against into .venv-frameworks, with the
# versions of tests/frameworks/requirements.txt. Nothing to do takes no time: the environment carries
# the hash of the list it was made from.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=tests/frameworks/requirements.txt
wanted=$(cat tools/setup_frameworks.sh "$requirements" | sha256sum | cut -c 1-64)
if [ "$(cat .venv-frameworks/made-from 2>/dev/null)" = "$wanted" ]; then exit 0; fi
echo "setup: installing the Python packages of $requirements into .venv-frameworks"
rm -rf .venv-frameworks
/usr/bin/python3 -m venv .venv-frameworks
.venv-frameworks/bin/pip install --disable-pip-version-check --quiet --progress-bar off -r "$requirements"
echo "$wanted" > .venv-frameworks/made-from
