"""Measures how long `fermata serve` takes until it listens: empty, and with many pending approvals.

    bench/startup.py --build build/release --store sqlite|postgres --pending 100000

One JSON line.
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
from roundtrip import CONFIG, POLICY


def measure(build: Path, store: str, pending: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="fermata-bench-", dir=build) as name:
        url = fresh_postgres() if store == "postgres" else "sqlite:fermata.db"
        server = Server(build / "bin/fermata", Path(name), CONFIG.format(url=url), POLICY)
        server.start()
        empty_s = server.started_in_s
        try:
            key = server.keys["agent", "bench"]
            fill = [str(build / "bin/bench_fill"), str(server.port), key, str(pending)]
            subprocess.run(fill, check=True)
            server.kill()
            server.start()
        finally:
            server.stop()
    return {
        "store": store,
        "pending": pending,
        "ready_empty_s": round(empty_s, 3),
        "ready_pending_after_kill_s": round(server.started_in_s, 3),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build/release"))
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--pending", type=int, default=100_000)
    options = parser.parse_args()
    print(json.dumps(measure(options.build.resolve(), options.store, options.pending)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
