#!/usr/bin/env python3
"""Runs the test suites one after the other and closes with "N passed, N failed".

    tools/run_tests.py --build build/release unit api mcp native sdk tools

Each runner prints its own progress and failures; the numbers come from the JUnit files that it
leaves in <build>/results. Whatever did not pass has failed: a skipped test, a runner that broke, a
suite that ran nothing, a test that hung.

Tests of one file run one after the other; the files are shared out among as many processes as there
are cores, each with servers and databases of its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUITES = ["unit", "api", "mcp", "frameworks", "native", "sdk", "tools"]
TEST_LIMIT_S = 300
WITH_POSTGRES = [sys.executable, str(ROOT / "tools/with_postgres.py"), "--"]


@dataclass
class Outcome:
    suite: str
    passed: int = 0
    seconds: float = 0
    failures: list[str] = field(default_factory=list)


def command_for(suite: str, build: Path, results: Path, selection: str) -> list[str]:
    cores = str(os.cpu_count() or 1)
    pytest = [sys.executable, "-m", "pytest", "-q", f"--junitxml={results}"]
    pytest += ["-n", cores, "--dist", "loadfile", f"--timeout={TEST_LIMIT_S}"]
    if selection:
        pytest += ["-k", selection]
    if suite == "unit":
        ctest = ["ctest", "--test-dir", str(build), "--output-junit", str(results)]
        ctest += [
            "--output-on-failure",
            "--progress",
            "--no-tests=error",
            "--timeout",
            str(TEST_LIMIT_S),
        ]
        ctest += ["-j", cores]
        return WITH_POSTGRES + ctest + (["-R", selection] if selection else [])
    if suite in ("api", "mcp", "frameworks", "native"):
        return [*WITH_POSTGRES, *pytest, str(ROOT / "tests" / suite)]
    if suite == "sdk":
        return [*pytest, "--rootdir", str(ROOT / "sdk/python"), str(ROOT / "sdk/python/tests")]
    return [*pytest, "--rootdir", str(ROOT / "tools"), str(ROOT / "tools/tests")]


def read_results(results: Path, outcome: Outcome) -> None:
    """Adds what a JUnit file says; a file that is missing or broken is a failure of its own."""
    try:
        cases = list(ElementTree.parse(results).iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        outcome.failures.append(f"no results: {error}")
        return
    for case in cases:
        # ctest gives the same name twice, pytest the module and the function.
        names = dict.fromkeys((case.get("classname"), case.get("name")))
        name = ".".join(filter(None, names))
        kinds = [kind for kind in ("failure", "error", "skipped") if case.find(kind) is not None]
        if case.get("status") in {"fail", "notrun", "disabled"} and not kinds:
            kinds = [case.get("status", "")]
        if kinds:
            outcome.failures.append(f"{name} ({kinds[0]})")
        else:
            outcome.passed += 1


def run_suite(suite: str, build: Path, selection: str) -> Outcome:
    outcome = Outcome(suite)
    results = (ROOT / build / "results" / f"{suite}.xml").resolve()
    results.parent.mkdir(parents=True, exist_ok=True)
    results.unlink(missing_ok=True)
    environment = {**os.environ, "FERMATA_BIN": str((ROOT / build / "bin/fermata").resolve())}
    print(f"--- {suite} tests", flush=True)
    begin = time.monotonic()
    status = subprocess.run(
        command_for(suite, build, results, selection), cwd=ROOT, env=environment
    ).returncode
    outcome.seconds = time.monotonic() - begin
    read_results(results, outcome)
    if outcome.passed == 0 and not outcome.failures:
        outcome.failures.append("no test ran")
    if status != 0 and not outcome.failures:
        outcome.failures.append(f"the runner ended with exit code {status}")
    return outcome


def report(outcomes: list[Outcome]) -> int:
    failed = sum(len(outcome.failures) for outcome in outcomes)
    print("---")
    for outcome in outcomes:
        count = f"{outcome.passed} passed, {len(outcome.failures)} not"
        print(f"{outcome.suite:6} {count:24} {outcome.seconds:6.1f} s")
        for failure in outcome.failures:
            print(f"       {failure}")
    print(f"{sum(outcome.passed for outcome in outcomes)} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build/release"))
    parser.add_argument("--select", default="", help="only tests whose name contains this")
    parser.add_argument("suites", nargs="+", choices=SUITES)
    arguments = parser.parse_args()
    return report([run_suite(s, arguments.build, arguments.select) for s in arguments.suites])


if __name__ == "__main__":
    sys.exit(main())
