#!/usr/bin/env python3
"""clang-tidy over what was compiled, in parallel, remembering what it has already passed.

    tools/run_clang_tidy.py --build build/release [--all] [path ...]

A file that passed is not looked at again until it, a header of ours that it reaches, its compiler
flags, .clang-tidy or clang-tidy itself changes: like ccache's, the cache lies in the user's cache
folder, one empty file for each pass, so that a fresh clone has it too. Tests are left to the
compiler's warnings; --all looks at them as well.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLANG_TIDY = "clang-tidy-14"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fermata/clang-tidy"
CACHE_DAYS = 30
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.M)
DIAGNOSTIC = re.compile(r"^(/[^:\n]+):(\d+):\d+: (?:warning|error): (.*)$", re.M)
CLANG_ARGUMENTS = [
    "-Wno-unknown-warning-option",  # The flags are g++'s.
    # A tenth of the analyzer's default effort for each function: a quarter of the time, and what it
    # finds in ours it finds early.
    *("-Xclang", "-analyzer-config", "-Xclang", "max-nodes=20000"),
]


@dataclass(frozen=True)
class Unit:
    source: Path
    command: str


@functools.cache
def reached(path: Path) -> frozenset[Path]:
    """The file and every header of ours below it."""
    seen: set[Path] = set()
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        for name in INCLUDE.findall(current.read_bytes()):
            candidates = (ROOT / "src" / name.decode(), ROOT / name.decode())
            waiting += [header for header in candidates if header.is_file()]
    return frozenset(seen)


@functools.cache
def setting() -> bytes:
    version = subprocess.run([CLANG_TIDY, "--version"], capture_output=True, check=True).stdout
    return version + (ROOT / ".clang-tidy").read_bytes() + Path(__file__).read_bytes()


def key_of(unit: Unit) -> str:
    digest = hashlib.sha256(setting())
    # Where the clone lies and which build folder the flags name does not matter.
    command = unit.command.replace(str(ROOT), "")
    digest.update(re.sub(r"\S*\bbuild/\S+", "", command).encode())
    for path in sorted(reached(unit.source)):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def units_of(build: Path, wanted: list[str], tests_too: bool) -> list[Unit]:
    database = json.loads((build / "compile_commands.json").read_text())
    units = []
    for entry in database:
        source = Path(entry["file"])
        if not source.is_relative_to(ROOT) or source.is_relative_to(ROOT / "build"):
            continue
        name = source.relative_to(ROOT).as_posix()
        is_test = name.endswith("_test.cpp") or name.startswith("tests/")
        if is_test and not tests_too:
            continue
        if wanted and not any(name.startswith(prefix) for prefix in wanted):
            continue
        command = entry.get("command") or shlex.join(entry["arguments"])
        units.append(Unit(source, command))
    return units


def diagnose(unit: Unit, build: Path) -> list[str]:
    """What clang-tidy finds, one line each; empty when it passes."""
    command = [CLANG_TIDY, "--quiet", "-p", str(build), str(unit.source)]
    command += [f"--extra-arg={argument}" for argument in CLANG_ARGUMENTS]
    done = subprocess.run(command, capture_output=True, text=True)
    findings = []
    for path, line, text in DIAGNOSTIC.findall(done.stdout):
        where = Path(path)
        name = where.relative_to(ROOT).as_posix() if where.is_relative_to(ROOT) else path
        findings.append(f"{name}:{line}: {text.replace(',-warnings-as-errors', '')}")
    if done.returncode != 0 and not findings:
        findings.append(f"{unit.source}:1: clang-tidy failed: {done.stdout}{done.stderr}")
    return findings


def look_at(units: list[Unit], build: Path, jobs: int) -> set[str]:
    """Runs clang-tidy on what has not passed yet and notes what passes."""
    CACHE.mkdir(parents=True, exist_ok=True)
    for old in CACHE.iterdir():
        if time.time() - old.stat().st_mtime > CACHE_DAYS * 86_400:
            old.unlink(missing_ok=True)
    keys = {unit: key_of(unit) for unit in units}
    waiting = [unit for unit in units if not (CACHE / keys[unit]).exists()]
    print(f"clang-tidy: {len(units) - len(waiting)} files unchanged, {len(waiting)} to look at")
    findings: set[str] = set()
    failed = 0
    begin = time.monotonic()
    with ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(diagnose, unit, build): unit for unit in waiting}
        for number, done in enumerate(as_completed(running), 1):
            unit, found = running[done], done.result()
            for finding in sorted(set(found) - findings):
                print(finding)
            findings |= set(found)
            if found:
                failed += 1
            else:
                (CACHE / keys[unit]).touch()
            if number % 10 == 0 or number == len(waiting):
                seconds = time.monotonic() - begin
                print(f"clang-tidy: {number}/{len(waiting)} after {seconds:.0f} s", flush=True)
    if failed:
        print(f"clang-tidy: {len(findings)} findings in {failed} files")
    return findings


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build/release"))
    parser.add_argument("--all", action="store_true", help="tests too")
    parser.add_argument("paths", nargs="*", help="only files whose path begins so")
    arguments = parser.parse_args()
    build = (ROOT / arguments.build).resolve()
    units = units_of(build, arguments.paths, arguments.all)
    if not units:
        sys.exit(f"clang-tidy: no files in {build}/compile_commands.json")
    return 1 if look_at(units, build, os.cpu_count() or 1) else 0


if __name__ == "__main__":
    sys.exit(main())
