"""Measures the durable approval round trip against the database's own limit, in one run.

    bench/roundtrip.py --build build/release --store sqlite|postgres --conc 1,16,64

One JSON line per concurrency. For postgres, FERMATA_TEST_PG_URL names a server to use.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "tools"))

from local_server import Server, fresh_postgres

POLICY = """version: 1
rules:
  - name: refunds ask
    tool: refund
    effect: ask
    thresholds: [{from: finance, approve: 1, reject: 1}]
default: {effect: deny}
"""
CONFIG = """listen: {{host: 127.0.0.1, port: 0}}
store: {{url: "{url}"}}
policy: {{file: policy.yaml}}
limits: {{key_rate: 0}}
bootstrap:
  people: [{{id: ben, name: Ben}}]
  groups: [{{id: finance, members: [ben]}}]
  keys: [{{kind: agent, agent: bench}}, {{kind: person, person: ben}}]
"""


def output_of(*command: object) -> dict[str, float]:
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, check=True)
    values: dict[str, float] = json.loads(done.stdout)
    return values


def measure(build: Path, store: str, lanes: int, seconds: float) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="fermata-bench-", dir=build) as name:
        folder = Path(name)
        url = fresh_postgres() if store == "postgres" else "sqlite:fermata.db"
        bare = fresh_postgres() if store == "postgres" else folder / "bare.db"
        limit = output_of(build / "bin/bench_limit", store, bare, lanes, seconds)
        server = Server(build / "bin/fermata", folder, CONFIG.format(url=url), POLICY)
        server.start()
        try:
            before = server.cpu_s()
            found = output_of(
                build / "bin/bench_roundtrip",
                server.port,
                server.keys["agent", "bench"],
                server.keys["person", "ben"],
                lanes,
                seconds,
            )
            cpu_s = server.cpu_s() - before
        finally:
            server.stop()
    # The warm-up second is in the server's time and not in the count: scaled as if even.
    trips = found["round_trips"]
    per_second = trips / found["seconds"]
    all_trips = trips * (found["seconds"] + 1) / found["seconds"]
    return {
        "store": store,
        "concurrency": lanes,
        "rt_per_s": round(per_second, 1),
        "decide_p50_ms": found["decide_p50_ms"],
        "decide_p99_ms": found["decide_p99_ms"],
        "learn_p99_ms": found["learn_p99_ms"],
        "limit_rt_per_s": limit["limit_rt_per_s"],
        "ratio": round(per_second / limit["limit_rt_per_s"], 4),
        "server_cpu_ms_per_rt": round(1000 * cpu_s / max(all_trips, 1), 3),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build/release"))
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--conc", default="1,16,64")
    parser.add_argument("--seconds", type=float, default=8)
    options = parser.parse_args()
    for lanes in options.conc.split(","):
        line = measure(options.build.resolve(), options.store, int(lanes), options.seconds)
        print(json.dumps(line), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
