"""Whole code blocks put to the policy before they run, here and in a sandbox elsewhere."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import pytest
from agents import (
    Ledger,
    Lookup,
    ScriptedModel,
    code,
    coder,
    final,
    memory_of,
    text_of,
    tool_caller,
)
from peer import People
from smolagents import CodeAgent, LogLevel, MultiStepAgent
from smolagents.local_python_executor import CodeOutput, PythonExecutor

from fermata.smolagents import Completed, DefinitionChanged, Fermata, Suspended


@pytest.fixture
def gated(fermata: Fermata) -> Fermata:
    return Fermata(client=fermata.client, gate_code=True)


def quote(messages: Any) -> Any:
    return code(f"final_answer({text_of(messages[-1:])!r})")


def test_a_block_runs_only_when_people_have_read_and_approved_it(
    gated: Fermata, people: People, ledger: Ledger
) -> None:
    block = 'note("one")\nkept = 42'
    agent = coder(ledger, [code(block), code("refund('A', 500)\nfinal_answer(kept)")])
    first = gated.run(agent, "work")
    assert isinstance(first, Suspended)
    (approval,) = first.approvals
    assert (approval.action, approval.arguments) == ("run_code", {"code": block})
    assert ledger.read("note") == []

    people.approve(approval)
    second = gated.run(agent, workflow_id=first.workflow_id)
    assert isinstance(second, Suspended)
    assert [n["text"] for n in ledger.read("note")] == ["one"]
    people.approve(second.approvals[0])
    third = gated.run(agent, workflow_id=first.workflow_id)
    assert isinstance(third, Suspended)
    assert third.approvals[0].action == "refund", "the gates inside of a block are there as ever"
    people.approve(third.approvals[0])
    done = gated.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert done.output == 42
    assert ledger.refunds() == [("A", 500)]
    assert len(ledger.read("note")) == 1
    assert memory_of(gated.replay(agent, first.workflow_id).agent) == memory_of(done.agent)


def test_a_refused_block_does_not_run_and_the_model_reads_why(
    gated: Fermata, people: People, ledger: Ledger
) -> None:
    agent = coder(ledger, [code('note("no")'), quote])
    first = gated.run(agent, "work")
    assert isinstance(first, Suspended)
    people.reject(first.approvals[0], "notes are for friends")
    second = gated.run(agent, workflow_id=first.workflow_id)
    assert isinstance(second, Suspended)
    people.approve(second.approvals[0])
    done = gated.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert "notes are for friends" in done.output
    assert ledger.read("note") == []
    assert memory_of(gated.replay(agent, first.workflow_id).agent) == memory_of(done.agent)


def test_an_edited_block_is_what_runs_and_the_model_is_told(
    gated: Fermata, people: People, ledger: Ledger
) -> None:
    agent = coder(ledger, [code('note("rude")'), quote])
    first = gated.run(agent, "work")
    assert isinstance(first, Suspended)
    people.edit(first.approvals[0], code='note("polite")')
    second = gated.run(agent, workflow_id=first.workflow_id)
    assert isinstance(second, Suspended)
    people.approve(second.approvals[0])
    done = gated.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert [n["text"] for n in ledger.read("note")] == ["polite"]
    assert "A person changed the arguments of this call of run_code" in done.output


def test_a_run_that_was_gated_is_not_gone_on_with_ungated(
    gated: Fermata, fermata: Fermata, people: People, ledger: Ledger
) -> None:
    agent = coder(ledger, [code('note("x")\nfinal_answer(1)')])
    first = gated.run(agent, "work")
    assert isinstance(first, Suspended)
    with pytest.raises(DefinitionChanged, match="gate_code is gone"):
        fermata.run(agent, workflow_id=first.workflow_id)
    assert ledger.read("note") == []


class Sandbox(PythonExecutor):
    """Stands for an executor elsewhere: it is sent code, keeps its own variables, and no exception
    but a text crosses. What it runs is written down, as effects of the outside world."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.variables: dict[str, Any] = {}
        self.tools: list[str] = []

    def send_tools(self, tools: dict[str, Any]) -> None:
        self.tools = [type(tool).__name__ for tool in tools.values()]

    def send_variables(self, variables: dict[str, Any]) -> None:
        self.variables.update(variables)

    def __call__(self, code_action: str) -> CodeOutput:
        self.ledger.write("sandbox", code=code_action)
        answers: list[Any] = []
        self.variables["final_answer"] = answers.append
        logs = io.StringIO()
        with contextlib.redirect_stdout(logs):
            exec(code_action, self.variables)
        return CodeOutput(answers[0] if answers else None, logs.getvalue(), bool(answers))


def far(ledger: Ledger, blocks: list[Any], *tools: Any, box: Sandbox | None = None) -> CodeAgent:
    return CodeAgent(
        tools=list(tools),
        model=ScriptedModel(ledger, blocks),
        executor=box or Sandbox(ledger),
        verbosity_level=LogLevel.OFF,
    )


def finish(gated: Fermata, people: People, agent: Any, result: Any) -> Completed:
    for _ in range(6):
        if isinstance(result, Completed):
            return result
        people.approve_all(result.workflow_id)
        result = gated.run(agent, workflow_id=result.workflow_id)
    raise AssertionError("it never came to an end")


def test_code_elsewhere_is_refused_unless_whole_blocks_are_gated(
    fermata: Fermata, gated: Fermata, ledger: Ledger
) -> None:
    def never() -> MultiStepAgent:
        return far(ledger, [])

    with pytest.raises(TypeError, match="gate_code=True"):
        fermata.run(never(), "work")
    with pytest.raises(TypeError, match="would run lookup where Fermata cannot gate"):
        gated.run(far(ledger, [], Lookup(ledger)), "work")
    member = far(ledger, [], Lookup(ledger))
    member.name, member.description = "far", "Far away."
    manager = tool_caller(ledger, [final("x")], managed_agents=[member])
    with pytest.raises(TypeError, match="would run lookup"):
        gated.run(manager, "work")
    assert ledger.model_calls() == 0


def test_each_block_elsewhere_runs_once_and_only_when_approved(
    gated: Fermata, people: People, ledger: Ledger
) -> None:
    blocks = [code('x = 1\nprint("set")'), code('print("x" in globals())\ny = 2'), quote]

    def agent() -> MultiStepAgent:
        return far(ledger, blocks)

    first = gated.run(agent, "work")
    assert isinstance(first, Suspended)
    assert ledger.read("sandbox") == []
    done = finish(gated, people, agent, first)
    assert len(ledger.read("sandbox")) == 3
    assert "The sandbox is a new one" in done.output
    assert "False" in done.output
    assert memory_of(gated.replay(agent, first.workflow_id).agent) == memory_of(done.agent)
    assert len(ledger.read("sandbox")) == 3


def test_a_sandbox_that_lives_on_keeps_its_variables(
    gated: Fermata, people: People, ledger: Ledger
) -> None:
    box = Sandbox(ledger)
    agent = far(ledger, [code("x = 1"), code("print(x)"), quote], box=box)
    done = finish(gated, people, agent, gated.run(agent, "work"))
    assert done.output.strip().splitlines()[2] == "1"
    assert box.tools == ["FinalAnswerTool"], "what goes to the sandbox are the tools themselves"
    assert len(ledger.read("sandbox")) == 3


def test_a_new_sandbox_can_be_filled_again_where_that_is_wished(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    gated = Fermata(client=fermata.client, gate_code=True, rerun_code=True)

    def agent() -> MultiStepAgent:
        return far(ledger, [code("x = 1"), code("print(x)"), quote])

    done = finish(gated, people, agent, gated.run(agent, "work"))
    assert done.output.strip().splitlines()[2] == "1"
    assert len(ledger.read("sandbox")) > 3


def test_errors_and_refusals_elsewhere_are_replayed(
    gated: Fermata, people: People, ledger: Ledger
) -> None:
    def agent() -> MultiStepAgent:
        return far(ledger, [code("1 / 0"), code('print("never")'), quote])

    first = gated.run(agent, "work")
    assert isinstance(first, Suspended)
    people.approve(first.approvals[0])
    second = gated.run(agent, workflow_id=first.workflow_id)
    assert isinstance(second, Suspended)
    people.reject(second.approvals[0], "no printing")
    done = finish(gated, people, agent, gated.run(agent, workflow_id=first.workflow_id))
    assert "no printing" in done.output
    told = text_of(done.agent.write_memory_to_messages())
    assert "division by zero" in told
    assert ledger.read("sandbox")[0]["code"] == "1 / 0"
    assert len(ledger.read("sandbox")) == 2
    assert memory_of(gated.replay(agent, first.workflow_id).agent) == memory_of(done.agent)
