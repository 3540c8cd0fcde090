"""ToolCallingAgent: calls in parallel, with useless ids, gated, decided in every way."""

from __future__ import annotations

import time
from typing import Any

import pytest
from agents import Ledger, call, final, memory_of, report, say, text_of, tool_caller
from peer import People, Server
from smolagents import Tool, ToolCallingAgent

from fermata.smolagents import Completed, Fermata, Suspended


def batch():  # type: ignore[no-untyped-def]
    """Five calls in one answer: two with the same id, one with none, two that need people."""
    return say(
        "I refund what is due.",
        call("lookup", {"order": "A1"}, "dup"),
        call("refund", {"order": "A1", "amount": 20.0}, "dup"),
        call("refund", {"order": "A2", "amount": 500.0, "reason": "broken"}, ""),
        call("refund", {"order": "A3", "amount": 2000}, "z"),
        call("refund", {"order": "A1", "amount": 20.0}, "dup"),
    )


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("threads", [None, 1])
def test_asks_for_a_whole_batch_at_once_and_resumes_in_a_fresh_agent(
    fermata: Fermata, people: People, ledger: Ledger, stream: bool, threads: int | None
) -> None:
    def agent():  # type: ignore[no-untyped-def]
        return tool_caller(ledger, [batch(), report], stream=stream, max_tool_threads=threads)

    first = fermata.run(agent, "refund")
    assert isinstance(first, Suspended)
    assert str(first) == "suspended: waiting for 2 approvals"
    assert [a.arguments["order"] for a in first.approvals] == ["A2", "A3"]
    assert first.approvals[0].why == "I refund what is due."
    # What needs nobody is done, each of the two equal calls once.
    assert ledger.refunds() == [("A1", 20.0), ("A1", 20.0)]
    assert len({entry["key"] for entry in ledger.read("refund")}) == 2

    people.approve(first.approvals[0])
    second = fermata.run(agent, workflow_id=first.workflow_id)
    assert str(second) == "suspended: waiting for 1 approval"

    people.approve(first.approvals[1], "ann")
    assert isinstance(fermata.run(agent, workflow_id=first.workflow_id), Suspended)
    people.approve(first.approvals[1], "bob")
    done = fermata.run(agent, workflow_id=first.workflow_id)

    assert isinstance(done, Completed)
    assert ledger.refunds() == [("A1", 20.0), ("A1", 20.0), ("A2", 500.0), ("A3", 2000)]
    assert ledger.model_calls() == 2
    assert len(ledger.read("lookup")) == 1
    observed = done.output.split("Observation:\n")[1].splitlines()
    assert observed == [
        "{'order': 'A1', 'paid': 20.0, 'items': ('pen', 'ink')}",
        "refunded 20.0 for A1",
        "refunded 500.0 for A2",
        "refunded 2000 for A3",
        "refunded 20.0 for A1",
    ]
    calls = done.agent.memory.steps[1].tool_calls
    assert [c.id for c in calls] == [f"call_0001_{n:03}" for n in range(5)]


def test_a_pure_replay_gives_equal_messages_and_calls_nobody(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    agent = tool_caller(ledger, [batch(), report])
    first = fermata.run(agent, "refund")
    assert isinstance(first, Suspended)
    people.approve(first.approvals[0])
    people.approve(first.approvals[1], "ann", "bob")
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    lines = [ledger.model_calls(), ledger.refunds()]

    replayed = fermata.replay(agent, first.workflow_id)
    assert memory_of(replayed.agent) == memory_of(done.agent)
    assert replayed == done
    assert [ledger.model_calls(), ledger.refunds()] == lines
    assert agent.memory.steps == [], "the agent that was given is left as it was"

    again = fermata.run(agent, workflow_id=first.workflow_id)
    assert again == done
    assert ledger.model_calls() == lines[0]


def test_a_rejection_is_a_result_that_the_model_reads(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    agent = tool_caller(ledger, [batch(), report])
    first = fermata.run(agent, "refund")
    assert isinstance(first, Suspended)
    people.reject(first.approvals[0], "ask the supplier first")
    people.reject(first.approvals[1], "never that much")
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert "ask the supplier first" in done.output
    assert "never that much" in done.output
    assert "refunded 20.0 for A1" in done.output, "the calls beside it keep their results"
    assert ledger.refunds() == [("A1", 20.0), ("A1", 20.0)]


@pytest.mark.parametrize(("asked", "told"), [(900.5, "900.5"), (900.0, "900")])
def test_edited_arguments_are_what_runs_and_the_model_is_told(
    fermata: Fermata, people: People, ledger: Ledger, asked: float, told: str
) -> None:
    ask = say(None, call("refund", {"order": "B", "amount": asked}))
    agent = tool_caller(ledger, [ask, report])
    first = fermata.run(agent, "refund")
    assert isinstance(first, Suspended)
    people.edit(first.approvals[0], amount=250)
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert ledger.refunds() == [("B", 250)]
    assert "refunded 250.0 for B" in done.output
    assert "A person changed the arguments of this call of refund" in done.output
    assert f"amount: {told} -> 250" in done.output
    assert memory_of(fermata.replay(agent, first.workflow_id).agent) == memory_of(done.agent)


def test_an_edited_call_that_fails_says_what_was_changed(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    ask = say(None, call("refund", {"order": "B", "amount": 900}))
    agent = tool_caller(ledger, [ask, report])
    first = fermata.run(agent, "refund")
    assert isinstance(first, Suspended)
    people.edit(first.approvals[0], amount=250, nosuch=1)
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert ledger.refunds() == []
    assert "TypeError" in done.output
    told = (
        "[A person changed the arguments of this call of refund before it ran: amount: 900 -> 250"
    )
    assert told in done.output
    assert memory_of(fermata.replay(agent, first.workflow_id).agent) == memory_of(done.agent)


def test_another_tool_that_a_person_chose_is_what_runs_and_the_model_is_told(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    ask = say(None, call("refund", {"order": "B", "amount": 900}))

    def agent() -> ToolCallingAgent:
        return tool_caller(ledger, [ask, report])

    first = fermata.run(agent, "refund")
    assert isinstance(first, Suspended)
    people.choose(first.approvals[0], "lookup", order="C")
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert ledger.refunds() == []
    assert [entry["order"] for entry in ledger.read("lookup")] == ["C"]
    assert "{'order': 'C', 'paid': 20.0, 'items': ('pen', 'ink')}" in done.output
    assert "[A person had lookup(order='C') called instead of refund" in done.output
    replayed = fermata.replay(agent, first.workflow_id)
    assert memory_of(replayed.agent) == memory_of(done.agent)
    assert len(ledger.read("lookup")) == 1


def test_a_chosen_tool_that_fails_says_which_one_it_was(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    ask = say(None, call("refund", {"order": "B", "amount": 900}))
    agent = tool_caller(ledger, [ask, report])
    first = fermata.run(agent, "refund")
    assert isinstance(first, Suspended)
    people.choose(first.approvals[0], "lookup", nosuch=1)
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert "TypeError" in done.output
    assert "[A person had lookup(nosuch=1) called instead of refund" in done.output
    assert ledger.read("lookup") == []


def test_a_mistake_of_the_caller_leaves_no_workflow_behind(
    fermata: Fermata, server: Server, ledger: Ledger
) -> None:
    def known() -> set[str]:
        return {one.id for one in server.client().list_workflows(limit=200).items}

    before = known()
    agent = tool_caller(ledger, [report])
    with pytest.raises(TypeError, match="'name' is neither an agent nor a function"):
        fermata.run("name", "refund")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="made NoneType, which is no agent"):
        fermata.run(lambda: None, "refund")  # type: ignore[arg-type, return-value]
    with pytest.raises(TypeError, match="is neither an agent"):
        fermata.run(type(agent), "refund")
    with pytest.raises(ValueError, match="which is a text"):
        fermata.run(agent, 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="cannot be journaled"):
        fermata.run(agent, "refund", additional_args={"a": object()})
    assert known() == before


def test_whose_key_an_agent_needs_is_said(
    server: Server, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FERMATA_KEY", raising=False)
    with pytest.raises(ValueError, match="set FERMATA_KEY"):
        Fermata(server.url)
    with pytest.raises(ValueError, match="begins with http"):
        Fermata("127.0.0.1:7654", "key")
    with pytest.raises(ValueError, match="checkpoint_every"):
        Fermata(server.url, server.keys["agent"], checkpoint_every=-1)
    with pytest.raises(ValueError, match="a person's key"):
        Fermata(server.url, server.keys["ann"]).run(tool_caller(ledger, [report]), "refund")


def test_an_expired_request_and_a_denied_call_do_not_run(fermata: Fermata, ledger: Ledger) -> None:
    ask = say(None, call("urgent", {"what": "now"}, "u"), call("delete_all", {}, "d"))
    agent = tool_caller(ledger, [ask, report])
    first = fermata.run(agent, "hurry")
    assert isinstance(first, Suspended)
    assert [a.action for a in first.approvals] == ["urgent"]
    time.sleep(3.2)
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    refused = done.output.split("Observation:\n")[1]
    assert len(refused.strip().splitlines()) >= 2


def test_waits_for_decisions_when_asked_to(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    import threading

    agent = tool_caller(ledger, [say(None, call("refund", {"order": "C", "amount": 300})), report])
    workflow = fermata.client.create_workflow(input={"task": "refund"})

    def decide() -> None:
        give_up = time.monotonic() + 10
        while time.monotonic() < give_up:
            if people.pending(workflow.id):
                people.approve_all(workflow.id)
                return
            time.sleep(0.1)

    thread = threading.Thread(target=decide)
    thread.start()
    done = fermata.run(agent, workflow_id=workflow.id, wait_s=20)
    thread.join()
    assert isinstance(done, Completed)
    assert ledger.refunds() == [("C", 300)]
    assert ledger.model_calls() == 2


class Flaky(Tool):
    name = "note_flaky"
    description = "Fails."
    inputs = {"why": {"type": "string", "description": "Why."}}
    output_type = "string"

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger

    def forward(self, why: str) -> str:
        self.ledger.write("flaky", why=why)
        raise LookupError(why)


@pytest.mark.parametrize("parallel", [False, True])
def test_a_failing_tool_is_journaled_and_spares_the_calls_beside_it(
    fermata: Fermata, people: People, ledger: Ledger, parallel: bool
) -> None:
    calls = [call("note_flaky", {"why": "no luck"}, "1")]
    if parallel:
        calls += [call("refund", {"order": "D", "amount": 1}, "2"), call("nosuch", {}, "3")]
    gate = say(None, call("refund", {"order": "E", "amount": 200}))
    agent = tool_caller(ledger, [say(None, *calls), gate, report], Flaky(ledger))
    first = fermata.run(agent, "try")
    assert isinstance(first, Suspended)
    people.approve(first.approvals[0])
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert len(ledger.read("flaky")) == 1, "replayed, not run again"
    told = text_of(done.agent.write_memory_to_messages())
    assert "Error executing tool 'note_flaky'" in told
    assert "LookupError: no luck" in told
    if parallel:
        assert "refunded 1 for D" in told
        assert "Unknown tool nosuch" in told


def test_arguments_without_an_id_and_calls_read_from_text(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    text = say('Action: {"name": "refund", "arguments": {"order": "F", "amount": 150}}')
    strings = say(None, call("lookup", "G1", "a"), call("lookup", "G2", "a"), call("draw", None))
    agent = tool_caller(ledger, [text, strings, report])
    first = fermata.run(agent, "read")
    assert isinstance(first, Suspended)
    people.approve(first.approvals[0])
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert ledger.refunds() == [("F", 150)]
    assert sorted(e["order"] for e in ledger.read("lookup")) == ["G1", "G2"]
    assert len(ledger.read("draw")) == 1
    assert memory_of(fermata.replay(agent, first.workflow_id).agent) == memory_of(done.agent)


def test_a_final_answer_beside_a_gate_does_not_slip_through(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    both = say(
        None,
        call("final_answer", {"answer": "all done"}, "1"),
        call("refund", {"order": "H", "amount": 400}, "2"),
    )
    agent = tool_caller(ledger, [both, final("done properly")])
    first = fermata.run(agent, "cheat")
    assert isinstance(first, Suspended)
    assert ledger.refunds() == []
    people.approve(first.approvals[0])
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert done.output == "done properly"
    assert ledger.refunds() == [("H", 400)]


class Kinds(Tool):
    name = "lookup_kinds"
    description = "Tells the kinds there are."
    inputs: dict[str, dict[str, str]] = {}
    output_type = "any"

    def forward(self) -> Any:
        return set(map(str, range(20)))


def test_a_set_looks_the_same_in_another_process(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    gate = say(None, call("refund", {"order": "I", "amount": 400}))
    agent = tool_caller(ledger, [say(None, call("lookup_kinds", {})), gate, report], Kinds())
    first = fermata.run(agent, "tell")
    assert isinstance(first, Suspended)
    recorded = fermata.client.list_journal(first.workflow_id).items[1].result
    assert recorded == str(Kinds().forward())


def test_the_same_request_id_gives_the_same_run_however_often_it_is_started(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    name = f"nightly-{time.time_ns()}"
    agent = tool_caller(ledger, [say(None, call("refund", {"order": "J", "amount": 400})), report])
    first = fermata.run(agent, "refund", request_id=name)
    assert isinstance(first, Suspended)
    again = fermata.run(agent, "refund", request_id=name)
    assert isinstance(again, Suspended)
    assert again.approvals[0].id == first.approvals[0].id
    people.approve(first.approvals[0])
    done = fermata.run(agent, "refund", request_id=name)
    assert isinstance(done, Completed)
    assert fermata.run(agent, "refund", request_id=name) == done
    assert ledger.refunds() == [("J", 400)]
    assert ledger.model_calls() == 2
