#!/usr/bin/env python3
"""Runs MCP's conformance suite against our endpoint: the lists of both revisions, and tasks.

    tests/mcp/conformance/run.py [--build build/release] [--only 2026-07-28]

The scenarios that do not concern what the server declares stand in <name>.yml, each with its
reason; the suite fails when another one fails, and when one of those passes.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
MODULES = FOLDER.parent / "node/node_modules"
ARCHITECTURE = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), "x64")
NODE = MODULES / f"node-linux-{ARCHITECTURE}/bin/node"
# The released suite knows no later revision; its successor has the frozen list of the later one,
# which runs the scenarios of extensions without scoring them.
LATEST = "conformance-2026"
TASKS = [
    "tasks-lifecycle",
    "tasks-capability-negotiation",
    "tasks-wire-fields",
    "tasks-request-state-removal",
    "tasks-request-headers",
    "tasks-dispatch-and-envelope",
    "tasks-mrtr-input",
    "tasks-mrtr-composition",
    "tasks-required-task-error",
]
RUNS = {
    "2025-11-25": [("conformance-2025", ["--suite", "all"])],
    "2026-07-28": [(LATEST, ["--requirements", "2026-07-28"])],
    "tasks": [(LATEST, ["--force", "--scenario", scenario]) for scenario in TASKS],
}


def run(name: str, build: Path) -> bool:
    print(f"--- MCP conformance, {name}", flush=True)
    server = subprocess.Popen(
        [build / "bin/mcp_conformance_server"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    assert server.stdin is not None
    port = server.stderr.readline().split()[-1]
    good = True
    try:
        with tempfile.TemporaryDirectory() as results:
            for package, selection in RUNS[name]:
                command = [str(NODE), str(MODULES / package / "dist/index.js"), "server"]
                command += ["--url", f"http://localhost:{port}/mcp", *selection]
                command += ["--expected-failures", str(FOLDER / f"{name}.yml"), "-o", results]
                good = subprocess.run(command).returncode == 0 and good
    finally:
        server.stdin.close()
        server.wait(timeout=30)
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build/release"))
    parser.add_argument("--only", choices=list(RUNS))
    options = parser.parse_args()
    passed = {name: run(name, options.build) for name in RUNS if options.only in (None, name)}
    failed = [name for name, good in passed.items() if not good]
    print(f"{len(passed) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
