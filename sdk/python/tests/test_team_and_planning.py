"""Planning, running out of steps, and teams: every model call is journaled under its own key."""

from __future__ import annotations

from typing import Any

import pytest
from agents import (
    Ledger,
    ScriptedModel,
    StreamingModel,
    call,
    code,
    final,
    memory_of,
    report,
    say,
    text_of,
    tool_caller,
    tools,
)
from peer import People
from smolagents import CodeAgent, LogLevel, MultiStepAgent, Tool, ToolCallingAgent

from fermata.smolagents import Completed, Fermata, Suspended


def clerk(ledger: Ledger, kind: type[MultiStepAgent], name: str = "clerk") -> MultiStepAgent:
    """A team member that asks for one gated refund and reports."""

    def order_in(messages: Any) -> str:
        return str(text_of(messages).split("case=")[1][:2])

    if kind is CodeAgent:
        answers = [
            lambda m: code(f"r = refund({order_in(m)!r}, 500)\nprint(r)"),
            lambda m: code("final_answer(r)"),
        ]
    else:
        answers = [
            lambda m: say(None, call("refund", {"order": order_in(m), "amount": 500}, "same")),
            lambda m: final(f"clerk did {order_in(m)}"),
        ]
    return kind(
        tools=tools(ledger),
        model=ScriptedModel(ledger, answers, name=f"model-{name}"),
        name=name,
        description="Pays orders back.",
        verbosity_level=LogLevel.OFF,
        provide_run_summary=True,
    )


@pytest.mark.parametrize("member", [ToolCallingAgent, CodeAgent])
@pytest.mark.parametrize("stream", [False, True])
def test_a_planning_manager_and_its_clerk_suspend_and_resume(
    fermata: Fermata, people: People, ledger: Ledger, member: type[MultiStepAgent], stream: bool
) -> None:
    def manager() -> MultiStepAgent:
        return tool_caller(
            ledger,
            [
                say(None, call("clerk", {"task": "case=A1"}, "x")),
                say(None, call("clerk", {"task": "case=A2"}, "x"), call("draw", {}, "x")),
                report,
            ],
            stream=stream,
            managed_agents=[clerk(ledger, member)],
            planning_interval=2,
        )

    first = fermata.run(manager, "delegate")
    assert isinstance(first, Suspended)
    people.approve(first.approvals[0])
    second = fermata.run(manager, workflow_id=first.workflow_id)
    assert isinstance(second, Suspended)
    assert second.approvals[0].arguments["order"] == "A2"
    people.reject(second.approvals[0], "one is enough")
    done = fermata.run(manager, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert ledger.refunds() == [("A1", 500)]
    # Manager: plan, step, step, plan, step. Clerk: two steps, twice.
    assert ledger.model_calls() == 5 + 4
    replayed = fermata.replay(manager, first.workflow_id)
    assert memory_of(replayed.agent) == memory_of(done.agent)
    assert replayed.agent.monitor.get_total_token_counts() == (
        done.agent.monitor.get_total_token_counts()
    )
    keys = [c.key for c in fermata.client.list_journal(first.workflow_id, limit=200).items]
    assert "run/m1" in keys
    assert "run/t:call_0002_000:clerk/m1" in keys
    assert any(k.startswith("run/t:call_0003_000:clerk/t:") for k in keys)
    assert len(set(keys)) == len(keys)


def test_one_member_called_in_parallel_does_not_mix_its_runs(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    both = say(
        None, call("clerk", {"task": "case=A1"}, "x"), call("clerk", {"task": "case=A2"}, "x")
    )

    def manager() -> MultiStepAgent:
        member = clerk(ledger, ToolCallingAgent)
        return tool_caller(ledger, [both, report], managed_agents=[member])

    result = fermata.run(manager, "delegate")
    for _ in range(4):
        if isinstance(result, Completed):
            break
        people.approve_all(result.workflow_id)
        result = fermata.run(manager, workflow_id=result.workflow_id)
    assert isinstance(result, Completed)
    assert ledger.refunds() == [("A1", 500), ("A2", 500)]
    seen = result.output.split("Observation:\n")[1]
    assert 0 < seen.index("clerk did A1") < seen.index("clerk did A2")


def test_a_member_called_from_code_has_the_keys_of_its_place(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    block = 'for order in ["A1", "A2"]:\n    print(clerk("case=" + order))\nfinal_answer("ok")'

    def manager() -> MultiStepAgent:
        return CodeAgent(
            tools=tools(ledger),
            model=ScriptedModel(ledger, [code(block)]),
            managed_agents=[clerk(ledger, CodeAgent)],
            verbosity_level=LogLevel.OFF,
        )

    first = fermata.run(manager, "delegate")
    assert isinstance(first, Suspended)
    people.approve(first.approvals[0])
    second = fermata.run(manager, workflow_id=first.workflow_id)
    assert isinstance(second, Suspended)
    people.approve(second.approvals[0])
    done = fermata.run(manager, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert ledger.refunds() == [("A1", 500), ("A2", 500)]
    assert ledger.model_calls() == 1 + 4
    keys = {c.key for c in fermata.client.list_journal(first.workflow_id, limit=200).items}
    assert {"run/t:c1.1:clerk/m1", "run/t:c1.2:clerk/c1"} <= keys


@pytest.mark.parametrize("kind", [ScriptedModel, StreamingModel])
def test_running_out_of_steps_asks_the_model_once_more_and_only_once(
    fermata: Fermata, people: People, ledger: Ledger, kind: type[ScriptedModel]
) -> None:
    answers = [
        say(None, call("draw", {})),
        say(None, call("refund", {"order": "A", "amount": 300})),
    ]
    agent = ToolCallingAgent(
        tools=tools(ledger), model=kind(ledger, answers), verbosity_level=LogLevel.OFF
    )
    first = fermata.run(agent, "hurry", max_steps=2)
    assert isinstance(first, Suspended)
    people.approve(first.approvals[0])
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert done.output == "out of steps after 2"
    assert ledger.model_calls() == 3
    assert memory_of(fermata.replay(agent, first.workflow_id).agent) == memory_of(done.agent)


@pytest.mark.parametrize("member", [ToolCallingAgent, CodeAgent])
def test_a_team_members_call_can_become_one_of_a_tool_of_its_manager(
    fermata: Fermata, people: People, ledger: Ledger, member: type[MultiStepAgent]
) -> None:
    class Shelf(Tool):  # type: ignore[misc]
        name = "lookup_shelf"
        description = "Where a thing lies."
        inputs = {"thing": {"type": "string", "description": "What."}}
        output_type = "string"

        def forward(self, thing: str) -> str:
            ledger.write("shelf", thing=thing)
            return f"{thing} lies on shelf 7"

    def manager() -> MultiStepAgent:
        ask = say(None, call("clerk", {"task": "case=B1"}, "c"))
        members = [clerk(ledger, member)]
        return tool_caller(ledger, [ask, report], Shelf(), managed_agents=members)

    first = fermata.run(manager, "pay")
    assert isinstance(first, Suspended)
    people.choose(first.approvals[0], "lookup_shelf", thing="the box")
    done = fermata.run(manager, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert ledger.refunds() == []
    assert [entry["thing"] for entry in ledger.read("shelf")] == ["the box"]
    if member is CodeAgent:
        assert "the box lies on shelf 7" in done.output
