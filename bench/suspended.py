"""Measures what agents that wait for people cost the server's memory.

    bench/suspended.py --build build/release --agents 10000

Native agents are started until each waits for an approval; the resident memory is read after the
first ones, when all caches are full, and after the last. One JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parent.parent / "tools"))
sys.path.append(str(Path(__file__).parent.parent / "tests/native"))

from strict_model import Says, call
from world import World

RESIDENT = 500  # Workflows whose state the server may keep in memory.
CACHE = 4 << 20  # What SQLite may keep of its file; full long before WARM.
WARM = 2000


def script(stage: int, request: dict[str, Any]) -> Says:
    del request
    if stage == 0:
        return Says("I refund it.", [call("refund", {"order": "o1", "amount": 500})])
    return Says("", [call("final_answer", {"answer": "done"})])


def memory_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


def suspend(world: World, count: int) -> list[str]:
    """Starts so many and waits until nothing is left to run."""
    with ThreadPoolExecutor(8) as pool:
        started = list(pool.map(lambda _: world.begin(), range(count)))
    admin = world.client("admin", "admin")
    while any(
        admin.get(f"/v1/workflows?status={status}&limit=1").json()["items"]
        for status in ("ready", "running")
    ):
        time.sleep(0.2)
    return started


def measure(build: Path, agents: int) -> dict[str, object]:
    os.environ["FERMATA_BIN"] = str(build / "bin/fermata")
    with tempfile.TemporaryDirectory(prefix="fermata-bench-", dir=build) as name:
        world = World(Path(name), "sqlite")
        world.start(script, resident=RESIDENT, cache=CACHE, lease_s=60)
        try:
            begin = time.monotonic()
            suspend(world, WARM)
            before = memory_mb(world.server.pid)
            last = suspend(world, agents - WARM)[-1]
            after = memory_mb(world.server.pid)
            seconds = time.monotonic() - begin
            waiting = len(world.approvals(last))
            wake = time.monotonic()
            world.decide(world.approvals(last)[0])
            world.until(last, "completed")
            woken_ms = (time.monotonic() - wake) * 1000
        finally:
            world.close()
    return {
        "suspended": agents,
        "rss_mb": {str(WARM): round(before, 1), str(agents): round(after, 1)},
        "bytes_per_agent": round((after - before) * 2**20 / (agents - WARM)),
        "seconds": round(seconds, 1),
        "still_asking": waiting,
        "woken_and_done_ms": round(woken_ms),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build/release"))
    parser.add_argument("--agents", type=int, default=10_000)
    options = parser.parse_args()
    print(json.dumps(measure(options.build.resolve(), options.agents)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
