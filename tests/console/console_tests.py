"""The console in Debian's Chromium, on the real server with PostgreSQL.

tests/console/console_tests.py --build build/release [--only life] [--shots docs/images/console]
Runs node's tests against one server and closes with the totals as a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from local_server import Server, fresh_postgres  # noqa: E402

CONFIG = """
listen: {{host: 127.0.0.1}}
store: {{url: "{store}"}}
policy: {{file: policy.yaml}}
log: {{level: info}}
limits: {{key_rate: 5000, key_burst: 50000}}
bootstrap:
  people:
    - {{id: ada, name: Ada Lovelace}}
    - {{id: ben, name: Ben Okri}}
    - {{id: cleo, name: Cleo}}
  groups:
    - {{id: finance, name: Finance, members: [ada, ben]}}
    - {{id: everybody, name: Everybody, members: [ada, ben, cleo]}}
  keys:
    - {{kind: agent, agent: billing-agent}}
    - {{kind: admin, label: operator}}
    - {{kind: person, person: ada}}
    - {{kind: person, person: ben}}
    - {{kind: person, person: cleo}}
channels:
  - {{name: phones, kind: ntfy, url: "{outside}/phones", topic: finance, {local}}}
  - {{name: ledger, kind: webhook, url: "{outside}/ledger", secrets_from: [LEDGER_SECRET],
      types: [approval.requested], {local}}}
routes: [{{channel: phones, tools: [refund]}}]
"""
LOCAL = "http: true, networks: [127.0.0.0/8]"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # The example of the standard.


class Outside(BaseHTTPRequestHandler):
    """Where channels lead: phones take everything, the ledger does not know the address."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200 if self.path == "/phones" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


POLICY = """
version: 1
rules:
  - name: refunds above 1000
    tool: refund
    when: {amount: {gt: 1000}}
    title: "refund {amount} {currency} to {customer}"
    effect: ask
    thresholds: [{from: finance, approve: 2}]
    deadline_s: 7200
  - name: refunds
    tool: refund
    title: "refund {amount} {currency} to {customer}"
    effect: ask
    thresholds: [{from: finance, approve: 1}]
    deadline_s: 86400
  - {name: lookups run, tool: lookup, effect: allow}
default: {effect: ask, thresholds: [{from: everybody, approve: 1}]}
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--only", default="", help="part of the names of test files")
    parser.add_argument("--shots", type=Path, help="where pictures of the pages go")
    return parser.parse_args()


def totals(report: Path) -> dict[str, int]:
    counted = {"tests": 0, "passed": 0, "failed": 0}
    for line in report.read_text().splitlines():
        words = line.removeprefix("# ").split()
        if line.startswith("# ") and len(words) == 2 and words[0] in ("tests", "pass", "fail"):
            name = {"pass": "passed", "fail": "failed"}.get(words[0], words[0])
            counted[name] = int(words[1])
    return counted


def main() -> int:
    given = arguments()
    folder = Path(__file__).parent / "node"
    files = sorted(path for path in folder.glob("*.test.mjs") if given.only in path.name)
    with tempfile.TemporaryDirectory() as place:
        outside = ThreadingHTTPServer(("127.0.0.1", 0), Outside)
        threading.Thread(target=outside.serve_forever, daemon=True).start()
        config = CONFIG.format(
            store=fresh_postgres(),
            outside=f"http://127.0.0.1:{outside.server_address[1]}",
            local=LOCAL,
        )
        secret = {"LEDGER_SECRET": SECRET}
        server = Server(given.build.resolve() / "bin/fermata", Path(place), config, POLICY, secret)
        server.start()
        world = {
            "url": server.url,
            "keys": {name: key for (_, name), key in server.keys.items()},
            "shots": str(given.shots.resolve()) if given.shots else "",
            "pid": server.pid,
        }
        report = Path(place) / "report.tap"
        done = subprocess.run(
            ["node", "--test", "--test-concurrency=1", "--test-reporter=spec",
             "--test-reporter-destination=stdout", "--test-reporter=tap",
             f"--test-reporter-destination={report}", *map(str, files)],
            env={**os.environ, "FERMATA_WORLD": json.dumps(world)},
            check=False,
        )  # fmt: skip
        counted = totals(report)
        server.stop()
    print(json.dumps(counted))
    return 0 if done.returncode == 0 and counted["tests"] > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
