#!/bin/bash
# Installs what Fermata needs on Debian 12: the packages of tools/packages/*.txt and a Python
# environment in .venv with the versions that sdk/python/requirements-dev.txt pins.
#
#   tools/setup.sh build     what building and the demo take
#   tools/setup.sh           that, and what tests and checks take
#
# Nothing to do takes well under a second: present packages are not asked for again, and the Python
# environment carries the hash of the list it was made from.
set -euo pipefail
cd "$(dirname "$0")/.."

lists=(tools/packages/build.txt)
if [ "${1:-}" != build ]; then lists+=(tools/packages/develop.txt); fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi

# A compiler that runs out of disk says so in the middle of a build, and not very clearly.
require_disk() {
  local wanted=3
  if [ -d build/release ]; then wanted=1; fi
  local free
  free=$(df --output=avail -BG . | tail -n 1 | tr -dc 0-9)
  if [ "$free" -ge "$wanted" ]; then return; fi
  echo "setup: building takes $wanted GB of free disk, and $(pwd) has $free; make room and try again" >&2
  exit 1
}

present() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

install_packages() {
  local package missing=()
  for package in $(sed 's/#.*//' "${lists[@]}"); do
    if ! present "$package"; then missing+=("$package"); fi
  done
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  echo "setup: installing ${#missing[@]} Debian packages: ${missing[*]}"
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}"
}

install_python() {
  local requirements=sdk/python/requirements-dev.txt wanted
  wanted=$(cat tools/setup.sh "$requirements" | sha256sum | cut -c 1-64)
  if [ "$(cat .venv/made-from 2>/dev/null)" = "$wanted" ]; then return; fi
  echo "setup: installing the Python packages of $requirements into .venv"
  rm -rf .venv
  # Debian's own python3: python3-venv belongs to that one, whichever comes first in PATH.
  /usr/bin/python3 -m venv .venv
  .venv/bin/pip install --disable-pip-version-check --quiet --progress-bar off -r "$requirements"
  # The SDK itself is used where it lies.
  .venv/bin/python - <<'PYTHON'
import pathlib, sysconfig
folder = pathlib.Path(sysconfig.get_path("purelib"))
(folder / "fermata.pth").write_text(f"{pathlib.Path('sdk/python').resolve()}\n")
PYTHON
  echo "$wanted" > .venv/made-from
}

require_disk
install_packages
install_python
