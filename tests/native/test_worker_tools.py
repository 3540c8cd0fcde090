"""Tools that a worker serves, smolagents' own and functions, in the hands of a native agent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from strict_model import Says, Script, call, wait_until
from world import ROOT, World

pytest_plugins = ["world"]

TOOLS = """
  - worker:
      name: till
      allow: [pay, cancel, balance, numbers]
      undo: {pay: cancel}
"""
RULES = """
  - {name: small payments run, tool: pay, when: {amount: {lte: 100}}, effect: allow}
  - {name: large ones are asked about, tool: pay, when: {amount: {gt: 100}}, effect: ask,
     thresholds: [{from: finance, approve: 1, reject: 1}]}
  - {name: balances run, tool: balance, effect: allow}
  - {name: numbers run, tool: numbers, effect: allow}
  - {name: taking back runs, tool: cancel, effect: allow}
"""


class Workers:
    """Processes of `fermata-worker --tools`."""

    def __init__(self, world: World, folder: Path) -> None:
        self._world = world
        self.folder = folder
        self.running: list[subprocess.Popen[bytes]] = []
        self.key = ""

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        key = self._world.server.keys["agent", "till"]
        run = "import sys; from fermata.smolagents.serve import main; sys.exit(main())"
        command = [sys.executable, "-c", run, "--tools", "worker_tools:tools"]
        env = {
            **os.environ,
            "FERMATA_URL": self._world.server.url,
            "FERMATA_KEY": key,
            "TOOLS_FOLDER": str(self.folder),
            "PYTHONPATH": f"{ROOT / 'sdk/python'}:{Path(__file__).parent}",
            **environment,
        }
        worker = subprocess.Popen(
            [*command, "--lease-s", "1", *arguments],
            env=env,
            stderr=(self.folder / "worker.log").open("a"),
        )
        self.running.append(worker)
        return worker

    def stop(self) -> None:
        for worker in self.running:
            worker.kill()
            worker.wait()

    def hold(self) -> None:
        """From now on tools do not end, until `release`."""
        (self.folder / "hold").touch()

    def release(self) -> None:
        (self.folder / "hold").unlink()

    @property
    def effects(self) -> list[list[str]]:
        path = self.folder / "effects"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def log(self) -> str:
        return (self.folder / "worker.log").read_text()

    def asked(self, path: str) -> int:
        """How often a worker sent that request."""
        log = (self._world.server.folder / "server.log").read_text()
        return sum(path in line for line in log.splitlines())


@pytest.fixture
def workers(world: World, tmp_path: Path) -> Iterator[Workers]:
    (tmp_path / "tools").mkdir()
    policy = world.server.folder / "policy.yaml"
    policy.write_text(policy.read_text().replace("rules:", "rules:" + RULES))
    world.settings |= {"more_tools": TOOLS, "tools": "pay, balance, numbers, create_checkpoint"}
    made = Workers(world, tmp_path / "tools")
    yield made
    made.stop()


def calls_and_finish(*calls: tuple[str, dict[str, Any]]) -> Script:
    """Calls them all at once, then answers with what came back."""

    def script(stage: int, request: dict[str, Any]) -> Says:
        if stage == 0:
            return Says("", [call(name, each, str(n)) for n, (name, each) in enumerate(calls)])
        seen = [each["content"] for each in request["messages"] if each["role"] == "tool"]
        return Says("", [call("final_answer", {"answer": seen})])

    return script


def pays(amount: int = 5, order: str = "o1") -> Script:
    return calls_and_finish(("pay", {"order": order, "amount": amount}))


def test_an_agent_calls_tools_that_a_worker_serves(world: World, workers: Workers) -> None:
    wanted: list[tuple[str, dict[str, Any]]] = [
        ("pay", {"order": "o1", "amount": 5}),
        ("balance", {"account": "c7"}),
        ("numbers", {}),
        ("pay", {"order": "missing", "amount": 1}),
        ("pay", {"order": "o1", "amount": "much"}),
    ]
    world.start(calls_and_finish(*wanted))
    workers.start()
    workflow = world.begin()
    paid, balance, numbers, missing, wrong = world.until(workflow, "completed")["result"]
    assert paid == '{"paid":5,"order":"o1"}'
    assert balance == "12.5"
    assert numbers == "[1, 1180591620717411303424]"
    assert "LookupError: there is no such order" in missing
    assert "amount" in wrong
    made = world.call(workflow, "run/t:call_0001_000:pay")
    assert ["pay", "o1", "5", "None", f"{workflow}/{made['id']}"] in workers.effects
    assert len(workers.effects) == 3
    offered = world.model.asked("script")[0]["tools"][0]["function"]
    assert (offered["name"], offered["description"]) == ("pay", "Pays an order back.")
    assert offered["parameters"]["required"] == ["order", "amount"]


def test_people_are_asked_before_a_workers_tool_runs_and_what_they_changed_is_run(
    world: World, workers: Workers
) -> None:
    world.start(pays(500))
    workers.start()
    workflow = world.begin()
    world.until(workflow, "waiting")
    assert workers.effects == []
    [approval] = world.approvals(workflow)
    edited = {"order": "o1", "amount": 400}
    world.decide(approval, "edit", arguments=edited)
    for again in world.approvals(workflow):
        world.decide(again)
    world.until(workflow, "completed")
    [effect] = workers.effects
    assert effect[:3] == ["pay", "o1", "400"]


def test_without_a_worker_the_agent_waits_as_rows_and_its_journal_says_so(
    world: World, workers: Workers
) -> None:
    world.start(pays())
    workflow = world.begin()
    waits = wait_until(lambda: world.journal(workflow))[0]
    assert waits["key"] == "run/tools/1/waiting"
    assert waits["error"]["type"] == "tools.no_worker"
    assert "'till'" in waits["error"]["message"]
    wait_until(lambda: world.workflow(workflow)["status"] == "ready")
    assert world.model.asked("script") == [], "an agent without its tools is not begun"
    time.sleep(3)
    assert len(world.journal(workflow)) == 1, "it is said once"
    workers.start()
    world.until(workflow, "completed")
    assert len(workers.effects) == 1


def test_a_worker_that_left_is_waited_for_and_nothing_is_in_doubt(
    world: World, workers: Workers
) -> None:
    world.start(pays(500))
    idle = workers.start()
    workflow = world.begin()
    world.until(workflow, "waiting")
    wait_until(lambda: "serves" in workers.log)
    time.sleep(0.5)
    idle.kill()  # While it asks, so that the server cannot know.
    world.decide(world.approvals(workflow)[0])
    wait_until(lambda: any(each["key"].endswith("/waiting") for each in world.journal(workflow)))
    assert world.approvals(workflow) == [], "nothing has begun"
    workers.start()
    world.until(workflow, "completed")
    assert len(workers.effects) == 1


@pytest.mark.parametrize("idempotent", [False, True])
def test_p17_a_worker_killed_in_a_tool_leaves_it_in_doubt_unless_it_may_be_repeated(
    world: World, workers: Workers, idempotent: bool
) -> None:
    declared = {"PAY_TWICE": "yes"} if idempotent else {}
    world.start(pays())
    workers.hold()
    worker = workers.start(**declared)
    workflow = world.begin()
    wait_until(lambda: workers.effects)
    worker.kill()
    workers.release()
    if idempotent:
        workers.start(**declared)
        world.until(workflow, "completed")
        assert len(workers.effects) == 2
        assert len({tuple(each) for each in workers.effects}) == 1, "the same idempotency key"
        return
    world.until(workflow, "waiting")
    [doubt] = world.approvals(workflow)
    assert doubt["kind"] == "in_doubt"
    world.decide(doubt, "answer", answer={"happened": True, "result": "paid, as the bank says"})
    assert world.until(workflow, "completed")["result"] == ["paid, as the bank says"]
    assert len(workers.effects) == 1


def test_what_a_person_says_did_not_happen_is_run_by_the_next_worker(
    world: World, workers: Workers
) -> None:
    world.start(pays())
    workers.hold()
    worker = workers.start()
    workflow = world.begin()
    wait_until(lambda: workers.effects)
    worker.kill()
    workers.release()
    world.until(workflow, "waiting")
    [doubt] = world.approvals(workflow)
    world.decide(doubt, "answer", answer={"happened": False})
    time.sleep(1)
    workers.start()
    world.until(workflow, "completed")
    assert len(workers.effects) == 2


def test_p16_what_a_worker_reports_after_its_lease_is_refused(
    world: World, workers: Workers
) -> None:
    world.start(pays())
    workers.hold()
    stopped = workers.start(PAY_TWICE="yes")
    workflow = world.begin()
    wait_until(lambda: workers.effects)
    stopped.send_signal(signal.SIGSTOP)
    workers.release()
    workers.start(PAY_TWICE="yes")
    world.until(workflow, "completed")
    before = world.call(workflow, "run/t:call_0001_000:pay")
    stopped.send_signal(signal.SIGCONT)
    wait_until(lambda: "tools.lease_lost" in workers.log)
    assert world.call(workflow, "run/t:call_0001_000:pay") == before
    assert before["attempt"] == 2


def test_p5_a_workers_other_definition_voids_what_people_allowed(
    world: World, workers: Workers
) -> None:
    world.start(pays(500))
    old = workers.start()
    workflow = world.begin()
    world.until(workflow, "waiting")
    [before] = world.approvals(workflow)
    old.kill()
    workers.start(PAY_DESCRIPTION="Pays, to whom the order says.")
    wait_until(lambda: workers.log.count("serves") == 2)
    time.sleep(0.5)
    world.server.kill()
    world.server.start()
    world.decide(before)
    again = wait_until(lambda: world.approvals(workflow))[0]
    assert again["hash"] != before["hash"]
    assert workers.effects == []
    world.decide(again)
    world.until(workflow, "completed")
    assert len(workers.effects) == 1


def test_one_worker_does_a_whole_answers_calls_one_after_the_other(
    world: World, workers: Workers
) -> None:
    wanted = [("pay", {"order": f"o{n}", "amount": n + 1}) for n in range(5)]
    world.start(calls_and_finish(*wanted))
    workers.start("--concurrency", "1")
    workflow = world.begin()
    assert len(world.until(workflow, "completed")["result"]) == 5
    assert sorted(each[1] for each in workers.effects) == ["o0", "o1", "o2", "o3", "o4"]
    waits = [each["key"] for each in world.journal(workflow) if "pay/waiting" in each["key"]]
    assert waits == []


def test_a_long_tool_keeps_its_lease_and_an_idle_worker_asks_once_in_twenty_seconds(
    world: World, workers: Workers
) -> None:
    world.start(pays())
    workers.hold()
    workers.start()
    workflow = world.begin()
    wait_until(lambda: workers.effects)
    time.sleep(3)  # Three leases.
    workers.release()
    world.until(workflow, "completed")
    assert len(workers.effects) == 1
    time.sleep(1)
    asked = workers.asked("/v1/tools/lease")
    time.sleep(3)
    assert workers.asked("/v1/tools/lease") == asked


def test_p17_a_server_killed_while_a_worker_runs_its_tool_asks_people(
    world: World, workers: Workers
) -> None:
    world.start(pays())
    workers.hold()
    workers.start()
    workflow = world.begin()
    wait_until(lambda: workers.effects)
    world.server.kill()
    world.server.start()
    workers.release()
    world.until(workflow, "waiting")
    assert world.approvals(workflow)[0]["kind"] == "in_doubt"
    wait_until(lambda: "tools.lease_lost" in workers.log)
    assert len(workers.effects) == 1


def test_a_stop_of_the_server_lets_a_worker_report_what_it_has_begun(
    world: World, workers: Workers
) -> None:
    world.start(pays())
    workers.hold()
    workers.start()
    workflow = world.begin()
    wait_until(lambda: workers.effects)
    os.kill(world.server.pid, signal.SIGTERM)
    time.sleep(0.5)
    workers.release()
    assert world.server.ended() == 0
    world.start()
    world.until(workflow, "completed")
    assert world.call(workflow, "run/t:call_0001_000:pay")["attempt"] == 1
    assert len(workers.effects) == 1


def test_a_worker_undoes_what_a_rollback_leaves(world: World, workers: Workers) -> None:
    def script(stage: int, request: dict[str, Any]) -> Says:
        if "wrong order" in str(request["messages"]):
            return Says("", [call("final_answer", {"answer": "given up"})])
        if stage == 0:
            return Says("", [call("create_checkpoint", {"name": "start"})])
        if stage == 1:
            return Says("", [call("pay", {"order": "o1", "amount": 5})])
        return Says("", [call("pay", {"order": "o2", "amount": 500})])

    world.start(script)
    workers.start()
    workflow = world.begin()
    world.until(workflow, "waiting")
    world.roll_back(workflow, "start", "wrong order")
    world.until(workflow, "completed")
    assert [each[:3] for each in workers.effects] == [["pay", "o1", "5"], ["cancel", "o1", "5"]]


def test_p2_only_the_workers_own_key_serves_its_tools(world: World, workers: Workers) -> None:
    world.start(pays())
    tool = {"name": "pay", "description": "Pays me.", "arguments": {"type": "object"}}
    stranger = world.client("agent", "stranger")
    refused = stranger.post("/v1/tools/lease", json={"worker": "w", "tools": [tool]})
    assert (refused.status_code, refused.json()["reason"]) == (404, "tools.no_such_worker")
    person = world.ben.post("/v1/tools/lease", json={"worker": "w", "tools": [tool]})
    assert person.status_code == 403
    till = world.client("agent", "till")
    workflow = world.begin()
    offer = wait_until(lambda: leased(till, {**tool, "description": "Pays."}))
    for path in ("take", "renew", "close"):
        body = {"hash": "0" * 64, "result": 1} if path == "close" else {}
        taken = stranger.post(f"/v1/tools/leases/{offer['lease']}/{path}", json=body)
        assert taken.status_code in {404, 409}, taken.text
        assert taken.json()["reason"] in {"tools.lease_lost"}
    assert workers.effects == []
    world.ben.post(f"/v1/workflows/{workflow}/cancel", json={})


def test_l3_a_permitted_call_waits_for_hands_as_an_allowed_one_does(
    world: World, workers: Workers
) -> None:
    world.start(pays(500))
    worker = workers.start()
    first = world.begin()
    world.until(first, "waiting")
    wish = {
        "like": world.approvals(first)[0]["id"],
        "when": {"amount": {"lte": 500}},
        "for_s": 600,
        "calls": 1,
        "reason": "more of these will come",
    }
    cleo = world.client("person", "cleo")  # Ben asked, so he cannot.
    permission = cleo.post("/v1/permissions", json=wish).json()["id"]
    worker.kill()
    worker.wait()
    second = world.begin()
    waiting = "run/t:call_0001_000:pay/waiting"
    wait_until(lambda: waiting in [each["key"] for each in world.journal(second)])
    assert world.ben.get(f"/v1/permissions/{permission}").json()["used"] == 0
    workers.start()
    assert world.until(second, "completed")["result"] == ['{"paid":500,"order":"o1"}']
    assert world.call(second, "run/t:call_0001_000:pay")["permission"] == permission
    assert len(workers.effects) == 1


def test_p17_a_worker_that_reports_on_another_call_leaves_this_one_in_doubt(
    world: World, workers: Workers
) -> None:
    world.start(pays())
    till = world.client("agent", "till")
    tool = {"name": "pay", "description": "Pays.", "arguments": {"type": "object"}}
    workflow = world.begin()
    offer = wait_until(lambda: leased(till, tool))
    lease = f"/v1/tools/leases/{offer['lease']}"
    taken = till.post(f"{lease}/take", json={})
    assert taken.status_code == 200, taken.text
    closed = till.post(f"{lease}/close", json={"hash": "0" * 64, "result": "paid"})
    assert (closed.status_code, closed.json()["reason"]) == (409, "call.hash_mismatch")
    world.until(workflow, "waiting")
    assert world.approvals(workflow)[0]["kind"] == "in_doubt"


def leased(client: httpx.Client, tool: dict[str, Any]) -> Any:
    wish = {"worker": "w", "tools": [tool, BALANCE, NUMBERS, CANCEL], "wait_s": 5}
    answer = client.post("/v1/tools/lease", json=wish)
    return answer.json() if answer.status_code == 200 else None


BALANCE, NUMBERS, CANCEL = (
    {"name": name, "description": "It.", "arguments": {"type": "object"}}
    for name in ("balance", "numbers", "cancel")
)
