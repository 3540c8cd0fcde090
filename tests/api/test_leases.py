"""The queue of turns: workflows that others start are run by whoever leases their turn."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from support import (
    Api,
    Stopwatch,
    call_body,
    close_call,
    decide,
    events_of,
    good,
    new_workflow,
    open_call,
    problem,
    start_turn,
)

BOT = "queue-bot"


@pytest.fixture(name="api")
def own_agent(api: Api) -> Iterator[Api]:
    """With an agent of this module alone: no other test's turn lapses into its queue."""
    wish = {"kind": "agent", "agent": BOT}
    agents = {
        role: good(getattr(api, admin).post("/v1/keys", json=wish), 201)["key"]
        for role, admin in (("agent", "admin"), ("foreign_agent", "foreign_admin"))
    }
    own = Api(api.url, {**api.keys, **agents})
    yield own
    own.close()


def lease(api: Api, role: str = "agent", **fields: Any) -> httpx.Response:
    """Long enough that no turn lapses into another test's queue."""
    client: httpx.Client = getattr(api, role)
    return client.post("/v1/turns/lease", json={"worker": "w1", "lease_s": 600, **fields})


def complete(api: Api, workflow: str, turn: int) -> None:
    good(api.agent.post(f"/v1/workflows/{workflow}/complete", json={"turn": turn}))


def drained(api: Api, role: str = "agent") -> None:
    """Ends what other tests left in the queue of this agent."""
    while (answer := lease(api, role)).status_code == 200:
        body = answer.json()
        path = f"/v1/workflows/{body['workflow']['id']}/complete"
        good(getattr(api, role).post(path, json={"turn": body["turn"]}))
    assert answer.status_code == 204


def leased(api: Api, workflow: str, **fields: Any) -> dict[str, Any]:
    """The lease of that workflow; what else comes first, because it lapsed meanwhile, is ended."""
    while (body := good(lease(api, wait_s=20, **fields)))["workflow"]["id"] != workflow:
        complete(api, body["workflow"]["id"], body["turn"])
    return body


def dispatched(api: Api, agent: str = BOT, **fields: Any) -> str:
    return new_workflow(api, "dan", agent=agent, **fields)


def test_a_workflow_that_a_person_starts_waits_for_a_worker(api: Api) -> None:
    drained(api)
    first, second = dispatched(api, input={"ticket": 1}), dispatched(api)
    turn = good(lease(api))
    assert turn["turn"] == 1
    assert turn["workflow"]["id"] == first, "the one that is ready longest"
    assert turn["workflow"]["input"] == {"ticket": 1}
    assert turn["workflow"]["dispatch"] == "worker"
    assert turn["lease_until"] == turn["workflow"]["turn"]["lease_until"]
    assert good(lease(api))["workflow"]["id"] == second
    assert lease(api).status_code == 204, "each turn is given once"


def test_who_starts_a_workflow_says_who_runs_it(api: Api) -> None:
    drained(api)
    mine = good(api.agent.get(f"/v1/workflows/{new_workflow(api)}"))
    assert mine["dispatch"] == "none"
    assert lease(api).status_code == 204
    queued = new_workflow(api, dispatch="worker")
    assert good(lease(api))["workflow"]["id"] == queued
    dispatched(api, dispatch="none")
    assert lease(api).status_code == 204
    body = {"agent": BOT, "dispatch": "native"}
    problem(api.ben.post("/v1/workflows", json=body), 422, "workflow.not_native")


def test_a_worker_gets_the_turns_of_its_own_agent_only(api: Api) -> None:
    drained(api)
    workflow = dispatched(api)
    assert lease(api, "other_agent").status_code == 204
    assert lease(api, "foreign_agent").status_code == 204
    problem(lease(api, "other_agent", agents=[BOT]), 403, "workflow.not_yours")
    problem(lease(api, "ben"), 403, "auth.kind_not_allowed")
    assert good(lease(api, agents=[BOT]))["workflow"]["id"] == workflow


def test_a_worker_that_waits_hears_of_a_new_workflow_at_once(api: Api) -> None:
    drained(api)
    answers: list[httpx.Response] = []
    watch = Stopwatch()
    waiting = threading.Thread(target=lambda: answers.append(lease(api, wait_s=20)))
    waiting.start()
    workflow = dispatched(api)
    waiting.join()
    assert good(answers[0])["workflow"]["id"] == workflow
    assert watch.seconds < 10


def test_a_wait_for_a_turn_ends(api: Api) -> None:
    drained(api)
    watch = Stopwatch()
    assert lease(api, wait_s=1).status_code == 204
    assert 0.9 < watch.seconds < 10


def test_each_of_several_workers_gets_another_workflow(api: Api) -> None:
    drained(api)
    made = {dispatched(api) for _ in range(12)}
    got: list[str] = []

    def work(n: int) -> None:
        with httpx.Client(base_url=api.url, timeout=40) as client:
            headers = {"Authorization": f"Bearer {api.keys['agent']}"}
            body = {"worker": f"w{n}", "wait_s": 1, "lease_s": 600}
            while True:
                answer = client.post("/v1/turns/lease", json=body, headers=headers)
                if answer.status_code == 204:
                    return
                got.append(good(answer)["workflow"]["id"])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(made)


def test_a_decision_puts_the_workflow_back_into_the_queue(api: Api) -> None:
    drained(api)
    workflow = dispatched(api)
    turn = good(lease(api))["turn"]
    body = call_body(turn, 500)
    held = open_call(api, workflow, body)
    other = open_call(api, workflow, call_body(turn, 600))
    good(api.agent.post(f"/v1/workflows/{workflow}/turns/{turn}/end"))
    assert lease(api).status_code == 204, "it waits for people, not for a worker"
    good(decide(api, "ben", held["approval"]))
    assert lease(api).status_code == 204, "it waits for all of them, so it is woken once"
    good(decide(api, "ben", other["approval"], "reject", reason="too much"))
    turn = good(lease(api))["turn"]
    assert turn == 2
    verdict = open_call(api, workflow, {**body, "turn": turn})
    good(close_call(api, workflow, turn, verdict, result="paid"))
    good(api.agent.post(f"/v1/workflows/{workflow}/turns/{turn}/end"))
    assert good(lease(api))["turn"] == 3, "nothing holds it, so it is ready at once"


def test_a_turn_may_ask_not_to_be_tried_again_too_soon(api: Api) -> None:
    drained(api)
    workflow = dispatched(api)
    turn = good(lease(api))["turn"]
    path = f"/v1/workflows/{workflow}/turns/{turn}/end"
    good(api.agent.post(path, json={"retry_after_s": 2}))
    watch = Stopwatch()
    assert lease(api).status_code == 204
    assert good(lease(api, wait_s=20))["workflow"]["id"] == workflow
    assert 1.5 < watch.seconds < 10
    ended = [e for e in events_of(api, workflow) if e["type"] == "turn.ended"]
    assert ended[0]["payload"] == {"retry_after_s": 2, "turn": turn}


def test_a_turn_that_lapses_is_another_workers(api: Api) -> None:
    drained(api)
    workflow = dispatched(api)
    turn = good(lease(api, lease_s=1))["turn"]
    late = call_body(turn, 5)
    assert leased(api, workflow, worker="w2")["turn"] == turn + 1
    types = [e["type"] for e in events_of(api, workflow)]
    assert types == ["workflow.created", "turn.started", "turn.lapsed", "turn.started"]
    problem(api.agent.post(f"/v1/workflows/{workflow}/calls", json=late), 409, "turn.stale")


def test_a_renewed_turn_does_not_lapse(api: Api) -> None:
    drained(api)
    workflow = dispatched(api)
    turn = good(lease(api, lease_s=2))["turn"]
    watch = Stopwatch()
    while watch.seconds < 3.5:
        good(api.agent.post(f"/v1/workflows/{workflow}/turns/{turn}/renew"))
        assert lease(api, worker="w2", wait_s=1).status_code == 204
    assert good(api.agent.get(f"/v1/workflows/{workflow}"))["turn"]["n"] == turn
    complete(api, workflow, turn)


def test_a_turn_that_nobody_dispatches_does_not_lapse(api: Api) -> None:
    drained(api)
    workflow = new_workflow(api)
    start_turn(api, workflow, lease_s=1)
    assert lease(api, wait_s=2).status_code == 204
    assert good(api.agent.get(f"/v1/workflows/{workflow}"))["status"] == "running"
