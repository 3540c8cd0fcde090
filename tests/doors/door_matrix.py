"""Every way to decide, times every rule about who may, when and on what.

    tests/doors/door_matrix.py --binary build/release/bin/fermata [--store sqlite|postgres]

The ways come from the route table (schema/openapi.yaml, which a test holds equal to the server's),
from the doors that the server knows (core/actor.hpp) and from the tools that its MCP endpoint
lists: one that is not classified here ends the run before it begins. Each cell makes a request of
its own, tries to decide it against the rule, and asserts what was answered and that nothing was
permitted by it. Closes with {"cells", "asserted", "failed"}.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from door_rules import RULES
from door_ways import unclassified, ways
from door_world import CONFIG, POLICY, Case, CellError, World, world_of
from local_server import Server, fresh_postgres


def permitted(world: World, request: dict[str, Any]) -> list[str]:
    """Whatever in the request's history lets something run."""
    path = f"/v1/workflows/{request['workflow_id']}/events?limit=200"
    events = world.must("auditor", "GET", path)["items"]
    wrong = [e["type"] for e in events if e["type"] in ("call.granted", "call.started")]
    for event in events:
        if event["type"] == "approval.closed":
            status = event["payload"]["status"]
            wrong += [status] if status in ("approved", "answered") else []
    return wrong


def check_nothing_runs(world: World, case: Case) -> None:
    """Under the kill switch: even what was agreed to is not given out."""
    if "open" not in case.request:
        return
    path = f"/v1/workflows/{case.request['workflow_id']}/calls"
    answer = world.send("bot", "POST", path, case.request["open"])
    if answer.status_code != 503 or answer.json()["reason"] != "switch.frozen":
        raise CellError(f"the switch let it run: {answer.status_code} {answer.text}")


def cell(world: World, way: str, act: str, run: Callable[[World, Case], None], rule: str) -> None:
    case = RULES[rule](world, act)
    try:
        run(world, case)
        if rule == "the kill switch":
            check_nothing_runs(world, case)
        elif wrong := permitted(world, case.request):
            raise CellError(f"something was permitted: {wrong}")
    finally:
        if case.undo is not None:
            case.undo()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    options = parser.parse_args()
    asserted, failures = 0, []
    with tempfile.TemporaryDirectory(prefix="fermata-doors-") as name:
        url = fresh_postgres() if options.store == "postgres" else "sqlite:fermata.db"
        server = Server(options.binary.resolve(), Path(name), CONFIG.format(url=url), POLICY)
        world = world_of(server)
        try:
            missing = unclassified(world)
            for line in missing:
                print(line)
            if missing:
                return 1
            cells = [(way, *how, rule) for way, how in ways().items() for rule in RULES]
            begin = time.monotonic()
            for way, act, run, rule in cells:
                try:
                    cell(world, way, act, run, rule)
                    asserted += 1
                except CellError as error:
                    failures.append(f"{way}, {rule}: {error}")
            print(f"{len(cells)} cells in {time.monotonic() - begin:.0f} s")
        finally:
            server.stop()
    for line in failures[:40]:
        print(line)
    print(json.dumps({"cells": len(cells), "asserted": asserted, "failed": len(failures)}))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
