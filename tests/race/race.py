"""Many approvers race on one request, with its deadline in the middle; and deadlines pass while the
server is down.

    tests/race/race.py --binary build/release/bin/fermata --store sqlite --requests 1000

Each request needs three thresholds to be met; twenty people decide it at once, mostly with yes, so
that some are approved, some rejected and some run out. Then as many requests get deadlines, the
server is killed before the first of them and started after the last. One line of JSON; exit code 0
only when every request had exactly one outcome, everybody who came too late got the same answer,
and each deadline fired once and not early.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import urllib3

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools"))

from local_server import Server, fresh_postgres  # noqa: E402

GROUPS = {"finance": 7, "legal": 7, "ops": 6}
PEOPLE = [f"{group}{n}" for group, size in GROUPS.items() for n in range(size)]
BATCH = 25
HEAD_STARTS_S = (1.0, 1.95)  # Of the deadline's two seconds: so that it comes in the middle.
PROBES = 50
POLICY = """version: 1
rules:
  - name: raced
    tool: raced
    effect: ask
    deadline_s: 2
    thresholds:
      - {from: finance, approve: 4, reject: 1}
      - {from: legal, approve: 4, reject: 2}
      - {from: ops, approve: 3, reject: 1}
  - {name: due, tool: due, effect: ask, deadline_s: 3600, thresholds: [{from: ops, approve: 1}]}
default: {effect: deny}
"""


def config(url: str) -> str:
    people = "\n".join(f"    - {{id: {one}, name: {one}}}" for one in PEOPLE)
    groups = "\n".join(
        f"    - {{id: {name}, members: [{', '.join(f'{name}{n}' for n in range(size))}]}}"
        for name, size in GROUPS.items()
    )
    keys = "\n".join(f"    - {{kind: person, person: {one}}}" for one in PEOPLE)
    return f"""listen: {{host: 127.0.0.1, port: 0}}
store: {{url: "{url}"}}
policy: {{file: policy.yaml}}
bootstrap:
  people:
{people}
  groups:
{groups}
  keys:
    - {{kind: agent, agent: racer}}
{keys}
"""


class Caller:
    """One key's connection."""

    def __init__(self, server: Server, key: str) -> None:
        self.pool = urllib3.HTTPConnectionPool("127.0.0.1", server.port, maxsize=1, timeout=60)
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def send(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        answer = self.pool.request(
            method,
            path,
            body=None if body is None else json.dumps(body),
            headers={**self.headers, **headers},
            retries=False,
        )
        return answer.status, json.loads(answer.data or b"{}")

    def ask(self, tool: str, **terms: int) -> dict[str, Any]:
        status, request = self.send("POST", "/v1/approvals", {"action": tool, **terms})
        assert status == 201, request
        return request


def decide(
    caller: Caller,
    requests: list[dict[str, Any]],
    seed: str,
    answers: list[Any],
    gate: threading.Event,
) -> None:
    dice = random.Random(seed)
    gate.wait()
    for request in dice.sample(requests, len(requests)):
        no = dice.random() < 0.02
        status, body = caller.send(
            "POST",
            f"/v1/approvals/{request['id']}/decisions",
            {
                "decision": "reject" if no else "approve",
                "hash": request["hash"],
                "reason": "no" if no else "",
            },
        )
        answers.append((request["id"], status, body))


def events_of(agent: Caller, request: dict[str, Any]) -> list[dict[str, Any]]:
    status, page = agent.send("GET", f"/v1/workflows/{request['workflow_id']}/events?limit=200")
    assert status == 200, page
    return list(page["items"])


def judge(request: dict[str, Any], events: list[dict[str, Any]], answers: list[Any]) -> list[str]:
    """What is wrong with one request, by its history and by what each approver was told."""
    wrong = []
    kinds = [event["type"] for event in events]
    closed = [event for event in events if event["type"] == "approval.closed"]
    if len(closed) != 1:
        return [f"{request['id']}: {len(closed)} outcomes"]
    outcome = closed[0]["payload"]
    if "approval.decided" in kinds[kinds.index("approval.closed") :]:
        wrong.append(f"{request['id']}: decided after its outcome")
    taken = sum(status == 200 for _, status, _ in answers)
    if taken != kinds.count("approval.decided"):
        wrong.append(f"{request['id']}: {taken} were told that they count")
    losers = {(status, body.get("reason"), str(body.get("outcome"))) for _, status, body in answers}
    losers = {one for one in losers if one[0] != 200}
    if len(losers) > 1 or any(one[:2] != (409, "approval.closed") for one in losers):
        wrong.append(f"{request['id']}: losers were told {sorted(losers)}")
    if losers and f"'status': '{outcome['status']}'" not in next(iter(losers))[2]:
        wrong.append(f"{request['id']}: losers were told of another outcome")
    return wrong


def race(server: Server, count: int) -> tuple[Counter[str], list[str]]:
    agent = Caller(server, server.keys["agent", "racer"])
    people = {one: Caller(server, server.keys["person", one]) for one in PEOPLE}
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    earlier_s = 0.0  # By so much: a slow machine needs more time before the deadline.
    for batch in range(0, count, BATCH):
        requests = [agent.ask("raced") for _ in range(min(BATCH, count - batch))]
        answers: list[Any] = []
        gate = threading.Event()
        with ThreadPoolExecutor(len(PEOPLE)) as pool:
            begin = [
                pool.submit(decide, caller, requests, f"{batch} {one}", answers, gate)
                for one, caller in people.items()
            ]
            created = max(datetime.fromisoformat(one["created_at"]) for one in requests)
            head_start_s = random.Random(batch).uniform(*HEAD_STARTS_S) - earlier_s
            time.sleep(max(0.0, head_start_s - (time.time() - created.timestamp())))
            gate.set()
            for one in begin:
                one.result()
        ended: Counter[str] = Counter()
        for request in requests:
            agent.send("GET", f"/v1/approvals/{request['id']}", Prefer="wait=10")
            events = events_of(agent, request)
            wrong += judge(request, events, [a for a in answers if a[0] == request["id"]])
            ended[
                next(e["payload"]["status"] for e in events if e["type"] == "approval.closed")
            ] += 1
        outcomes += ended
        late = ended["expired"] / len(requests)
        earlier_s = min(1.0, max(0.0, earlier_s + (0.2 if late > 0.6 else -0.1)))
        print(f"race: {batch + len(requests)}/{count} {dict(outcomes)}", flush=True)
    for outcome in ("approved", "rejected", "expired"):
        if outcomes[outcome] < count // 50:
            wrong.append(f"only {outcomes[outcome]} {outcome}: this race shows too little")
    return outcomes, wrong


def sleep_over(server: Server, count: int) -> tuple[float, list[str]]:
    """Deadlines that pass while nobody serves."""
    agent = Caller(server, server.keys["agent", "racer"])
    begin = time.monotonic()
    for _ in range(PROBES):
        agent.ask("due")
    each_s = (time.monotonic() - begin) / PROBES
    # All must be asked before the first of them is due, on whatever machine this is.
    deadline_s = max(4, round(3 * count * each_s) + 2)
    requests = [agent.ask("due", deadline_s=deadline_s) for _ in range(count)]
    due = [datetime.fromisoformat(one["deadline"]).timestamp() for one in requests]
    wrong = []
    if min(due) <= time.time():
        wrong.append("the first deadline came before the server was killed: this shows nothing")
    server.kill()
    time.sleep(max(0.0, max(due) - time.time()) + 0.2)
    server.start()
    begin = time.monotonic()
    agent = Caller(server, server.keys["agent", "racer"])
    for request in requests:
        agent.send("GET", f"/v1/approvals/{request['id']}", Prefer="wait=20")
    took_s = time.monotonic() - begin
    for request, deadline in zip(requests, due, strict=True):
        closed = [e for e in events_of(agent, request) if e["type"] == "approval.closed"]
        if len(closed) != 1:
            wrong.append(f"{request['id']}: its deadline fired {len(closed)} times")
        elif datetime.fromisoformat(closed[0]["at"]).timestamp() < deadline:
            wrong.append(f"{request['id']}: its deadline fired early")
    return took_s, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, required=True)
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--requests", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fermata-race-") as name:
        url = fresh_postgres() if options.store == "postgres" else "sqlite:fermata.db"
        server = Server(options.binary.resolve(), Path(name), config(url), POLICY)
        server.start()
        try:
            outcomes, wrong = race(server, options.requests)
            took_s, late = sleep_over(server, options.requests)
        finally:
            server.stop()
    for line in (wrong + late)[:20]:
        print(line)
    print(
        json.dumps(
            {
                "store": options.store,
                "requests": options.requests,
                "approvers": len(PEOPLE),
                "outcomes": dict(outcomes),
                "deadlines_after_start_s": round(took_s, 2),
                "violations": len(wrong) + len(late),
            }
        )
    )
    return 1 if wrong or late else 0


if __name__ == "__main__":
    sys.exit(main())
