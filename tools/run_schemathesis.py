#!/usr/bin/env python3
"""Sends a real server what its openapi.json allows, and what it forbids.

    tools/run_schemathesis.py --binary build/release/bin/fermata [--examples 25] [--seed 1]

Once as an agent, once as a person, once as an admin, each on a fresh SQLite database. No answer may
be a 5xx, differ from the document, accept what the document refuses or refuse what it accepts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from local_server import Server

TOOLS = Path(__file__).resolve().parent
CONFIG = """listen: {host: 127.0.0.1, port: 0}
limits: {wait_s: 2}
store: {url: "sqlite:fermata.db"}
signing: {key_file: signing.key}
policy: {file: policy.yaml}
bootstrap:
  people: [{id: ben, name: Ben}]
  groups: [{id: finance, members: [ben]}]
  keys: [{kind: agent, agent: refund-bot}, {kind: person, person: ben}]
"""
POLICY = """version: 1
rules:
  - {name: small refunds run, tool: refund, when: {amount: {lte: 100}}, effect: allow}
  - {name: nobody deletes, tool: "delete_*", effect: deny}
default: {effect: ask, thresholds: [{from: finance, approve: 1, reject: 1}]}
"""
# An event stream ends with its workflow only, so it is left to tests/api; /mcp is a protocol of its
# own, whose rules tests/mcp asks.
ENDLESS = "/stream$|^/mcp$"


def command_for(server: Server, kind: str, examples: int, seed: int) -> list[str]:
    key = next(key for (of, _whom), key in server.keys.items() if of == kind)
    command = [str(Path(sys.executable).parent / "schemathesis"), "run"]
    command += [f"{server.url}/openapi.json", "--exclude-path-regex", ENDLESS]
    command += ["--header", f"Authorization: Bearer {key}", "--header", "Prefer: wait=0"]
    # tools/schemathesis_hooks.py has its own answer to the excluded one.
    command += ["--checks", "all", "--exclude-checks", "positive_data_acceptance"]
    command += ["--continue-on-failure", "--request-timeout", "10"]
    command += ["--max-examples", str(examples), "--seed", str(seed)]
    return [*command, "--generation-database", "none", "--no-color", "--warnings", "off"]


def run_as(kind: str, options: argparse.Namespace) -> bool:
    print(f"--- as {kind}", flush=True)
    with tempfile.TemporaryDirectory(prefix="fermata-schemathesis-") as name:
        server = Server(options.binary.resolve(), Path(name), CONFIG, POLICY)
        server.start()
        try:
            command = command_for(server, kind, options.examples, options.seed)
            hooks = {"SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(TOOLS)}
            passed = subprocess.run(command, cwd=name, env=os.environ | hooks).returncode == 0
        finally:
            stopped = server.running and server.stop() == 0
        if not stopped:
            print("the server did not live to the end:")
            print((Path(name) / "server.log").read_text()[-4000:])
        return passed and stopped


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--examples", type=int, default=25, help="for each operation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("kinds", nargs="*", default=["agent", "person", "admin"])
    options = parser.parse_args()
    results = {kind: run_as(kind, options) for kind in options.kinds}
    failed = [kind for kind, passed in results.items() if not passed]
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
