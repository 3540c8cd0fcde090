"""What a replay refuses: a changed definition, a diverging agent, values it could not give back,
and permissions for something else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import PIL.Image
import pytest
from agents import (
    Ledger,
    Note,
    ScriptedModel,
    call,
    code,
    coder,
    final,
    memory_of,
    report,
    say,
    text_of,
    tool_caller,
)
from peer import People
from smolagents import ActionStep, ChatMessage, PlanningStep, Tool, ToolCallingAgent

import fermata as fermata_package
from fermata.smolagents import (
    Completed,
    DefinitionChanged,
    Diverged,
    Fermata,
    ModelFailed,
    Suspended,
    WorkflowClosed,
)

GATED = say(None, call("refund", {"order": "A", "amount": 500}))


def test_a_changed_definition_is_refused_by_name_unless_forced(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    first = fermata.run(tool_caller(ledger, [GATED, report]), "pay")
    assert isinstance(first, Suspended)

    changed = tool_caller(ledger, [GATED, report], max_steps=7)
    changed.tools["refund"].description = "Pays an order back. Twice, if asked nicely."
    changed.tools.pop("urgent")
    with pytest.raises(DefinitionChanged) as refused:
        fermata.run(changed, workflow_id=first.workflow_id)
    assert "agent.tool.refund has changed" in refused.value.changed
    assert "agent.tool.urgent is gone" in refused.value.changed
    assert any(c.startswith("agent.steps: 20") for c in refused.value.changed)

    people.approve(first.approvals[0])
    same = tool_caller(ledger, [GATED, report])
    same.max_steps = 30
    done = fermata.run(same, workflow_id=first.workflow_id, force=True)
    assert isinstance(done, Completed)
    assert ledger.refunds() == [("A", 500)]


def test_another_task_is_refused(fermata: Fermata, ledger: Ledger) -> None:
    first = fermata.run(tool_caller(ledger, [GATED, report]), "pay")
    assert isinstance(first, Suspended)
    with pytest.raises(ValueError, match="another task"):
        fermata.run(tool_caller(ledger, [GATED]), "pay more", workflow_id=first.workflow_id)


def test_a_diverging_prompt_stops_before_anything_is_done(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    agent = tool_caller(ledger, [GATED, report])
    first = fermata.run(agent, "pay")
    assert isinstance(first, Suspended)
    people.approve(first.approvals[0])
    other = tool_caller(ledger, [GATED, report], instructions="Be quick.")
    with pytest.raises(Diverged, match="run/m1"):
        fermata.run(other, workflow_id=first.workflow_id, force=True)
    assert ledger.refunds() == []
    # It is still open: the right agent goes on, once it is said to be the right one.
    with pytest.raises(DefinitionChanged):
        fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(fermata.run(agent, workflow_id=first.workflow_id, force=True), Completed)


def test_diverging_arguments_of_a_tool_are_named(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    block = "import time\nnote(str(time.time()))\nrefund('A', 500)"
    agent = coder(ledger, [code(block)])
    first = fermata.run(agent, "pay")
    assert isinstance(first, Suspended)
    people.approve(first.approvals[0])
    with pytest.raises(Diverged, match=r"run/t:c1\.1:note.*arguments"):
        fermata.run(agent, workflow_id=first.workflow_id)
    assert ledger.refunds() == []


def test_a_journal_that_ends_is_not_made_longer_by_a_replay(
    fermata: Fermata, ledger: Ledger
) -> None:
    agent = tool_caller(ledger, [GATED, report])
    first = fermata.run(agent, "pay")
    assert isinstance(first, Suspended)
    with pytest.raises(Diverged, match="journal ends before run/t:call_0001_000:refund"):
        fermata.replay(agent, first.workflow_id)


def test_where_a_journal_ends_a_replay_asks_no_model_and_computes_no_value(
    fermata: Fermata, ledger: Ledger
) -> None:
    def effect(step: ActionStep) -> None:
        fermata_package.effect(lambda: ledger.write("effect"))

    workflow = fermata.client.create_workflow(input={"task": "pay"}).id
    with pytest.raises(Diverged, match="journal ends before run/m1"):
        fermata.replay(tool_caller(ledger, [GATED]), workflow)
    assert ledger.model_calls() == 0
    agent = tool_caller(ledger, [GATED, report], step_callbacks=[effect])
    first = fermata.run(tool_caller(ledger, [say("Draw.", call("draw", {})), GATED]), "pay")
    assert isinstance(first, Suspended)
    with pytest.raises(Diverged):
        fermata.replay(agent, first.workflow_id)
    assert ledger.read("effect") == []


class Odd(Tool):
    name = "note_odd"
    description = "Gives something that no journal can hold."
    inputs: dict[str, Any] = {}
    output_type = "any"

    def __init__(self, ledger: Ledger, value: Any) -> None:
        super().__init__()
        self.ledger = ledger
        self.value = value

    def forward(self) -> Any:
        self.ledger.write("odd")
        return self.value


TOO_MUCH = "x" * 2_000_000


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (object(), "a value of type builtins.object cannot be journaled"),
        (TOO_MUCH, "a value of 2000002 bytes is too large for the journal, which holds 900000"),
    ],
    ids=["odd", "large"],
)
def test_a_result_that_the_journal_cannot_hold_is_an_error_and_the_run_goes_on(
    fermata: Fermata, people: People, ledger: Ledger, value: Any, why: str
) -> None:
    told: list[str] = []

    def after(messages: list[Any]) -> Any:
        told.append(text_of(messages))
        return GATED

    def agent() -> Any:
        answers = [say(None, call("note_odd", {})), after, report]
        return tool_caller(ledger, answers, Odd(ledger, value))

    first = fermata.run(agent, "odd")
    assert isinstance(first, Suspended)
    for word in ("has done its work", why, "Do not call it again", "encode_result"):
        assert word in told[0]
    people.approve(first.approvals[0])
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert len(ledger.read("odd")) == 1
    assert memory_of(fermata.replay(agent, first.workflow_id).agent) == memory_of(done.agent)


def test_code_reads_that_a_result_or_a_final_answer_cannot_be_kept(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    block = "try:\n    note_odd()\nexcept Exception as e:\n    print(e)\nrefund('A', 500)"
    last = f"final_answer('x' * {len(TOO_MUCH)})"

    told: list[str] = []

    def after(messages: list[Any]) -> Any:
        told.append(text_of(messages))
        return code("final_answer('short')")

    def agent() -> Any:
        return coder(ledger, [code(block), code(last), after], Odd(ledger, TOO_MUCH))

    first = fermata.run(agent, "odd")
    assert isinstance(first, Suspended)
    people.approve(first.approvals[0])
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert done.output == "short"
    assert "note_odd was called and has done its work" in told[0]
    assert "This final answer cannot be kept: a value of 20000" in told[0]
    assert len(ledger.read("odd")) == 1
    assert memory_of(fermata.replay(agent, first.workflow_id).agent) == memory_of(done.agent)


class Coded(Odd):
    """Says itself how its results are kept."""

    name = "note_coded"

    def encode_result(self, value: complex) -> list[float]:
        return [value.real, value.imag]  # an AttributeError for a text

    def decode_result(self, kept: list[float]) -> complex:
        return complex(*kept)


def test_a_tool_may_say_how_its_results_are_kept(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    block = "z = note_coded()\nrefund('A', 500)\nfinal_answer(str(z * z))"
    agent = coder(ledger, [code(block)], Coded(ledger, 2j))
    first = fermata.run(agent, "square")
    assert isinstance(first, Suspended)
    people.approve(first.approvals[0])
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert done.output == "(-4+0j)"
    assert len(ledger.read("odd")) == 1


def test_a_failing_encode_result_is_no_doubt_whether_the_call_happened(
    fermata: Fermata, ledger: Ledger
) -> None:
    agent = tool_caller(ledger, [say(None, call("note_coded", {})), report], Coded(ledger, "?"))
    done = fermata.run(agent, "odd")
    assert isinstance(done, Completed)
    assert "what it returned is lost: 'str' object has no attribute 'real'" in done.output
    assert len(ledger.read("odd")) == 1


def test_an_argument_that_cannot_be_shown_to_people_is_the_agents_error(
    fermata: Fermata, ledger: Ledger
) -> None:
    block = "try:\n    refund(order=(lambda: 1), amount=5)\nexcept TypeError as e:\n    print(e)"
    agent = coder(ledger, [code(block), lambda m: code(f"final_answer({text_of(m[-1:])!r})")])
    done = fermata.run(agent, "pay")
    assert isinstance(done, Completed)
    assert "argument 'order'" in done.output
    assert ledger.refunds() == []


class Picture(Tool):
    name = "draw_picture"
    description = "Draws."
    inputs: dict[str, Any] = {}
    output_type = "image"

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger

    def forward(self) -> PIL.Image.Image:
        self.ledger.write("picture")
        return PIL.Image.new("RGB", (2, 3), "red")


class Measure(Tool):
    name = "note_size"
    description = "Measures."
    inputs = {"image": {"type": "any", "description": "An image."}}
    output_type = "string"

    def forward(self, image: Any) -> str:
        return f"{image.size} {image.getpixel((0, 0))}"


def test_images_are_journaled_and_handed_on(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    agent = tool_caller(
        ledger,
        [
            say(None, call("draw_picture", {})),
            GATED,
            say(None, call("note_size", {"image": "image.png"})),
            report,
        ],
        Picture(ledger),
        Measure(),
    )
    first = fermata.run(agent, "draw")
    assert isinstance(first, Suspended)
    people.approve(first.approvals[0])
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert "(2, 3) (255, 0, 0)" in done.output
    assert len(ledger.read("picture")) == 1
    assert memory_of(fermata.replay(agent, first.workflow_id).agent) == memory_of(done.agent)


class Broken(ScriptedModel):
    """Has no answer, once."""

    def generate(self, messages: list[ChatMessage], **kwargs: Any) -> ChatMessage:
        if self.ledger.once("broken"):
            raise RuntimeError("no answer today")
        return super().generate(messages, **kwargs)


def test_a_model_that_fails_leaves_the_workflow_open(fermata: Fermata, ledger: Ledger) -> None:
    workflow = fermata.client.create_workflow(input="go").id
    agent = ToolCallingAgent(tools=[], model=Broken(ledger, [final("ok")]), verbosity_level=0)
    with pytest.raises(ModelFailed, match="no answer today") as failed:
        fermata.run(agent, workflow_id=workflow)
    assert isinstance(failed.value.__cause__, RuntimeError)
    done = fermata.run(agent, workflow_id=workflow)
    assert isinstance(done, Completed)
    assert done.output == "ok"


def test_an_agents_own_exception_fails_the_workflow(fermata: Fermata, ledger: Ledger) -> None:
    def broken(step: ActionStep) -> None:
        raise ZeroDivisionError("in a callback")

    workflow = fermata.client.create_workflow(input="go").id
    agent = tool_caller(ledger, [final("ok")], step_callbacks=[broken])
    with pytest.raises(ZeroDivisionError):
        fermata.run(agent, workflow_id=workflow)
    closed = fermata.client.get_workflow(workflow)
    assert closed.status == "failed"
    assert closed.error is not None
    assert (closed.error.type, closed.error.message) == ("ZeroDivisionError", "in a callback")
    with pytest.raises(WorkflowClosed, match="in a callback"):
        fermata.run(agent, workflow_id=workflow)


def test_callbacks_journal_their_effects_and_know_a_replay(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    seen: list[tuple[str, bool]] = []

    def remember(step: ActionStep, agent: Any) -> None:
        def effect() -> int:
            ledger.write("effect", step=step.step_number)
            return len(ledger.read("effect"))

        number = fermata_package.effect(effect, name="remember")
        seen.append((f"{step.step_number}:{number}", fermata_package.replaying()))

    def plan(step: PlanningStep, agent: Any) -> None:
        step.plan += fermata_package.effect(lambda: f"\nand {agent.name or 'nobody'} agrees")

    callbacks: dict[type, Callable[..., None]] = {ActionStep: remember, PlanningStep: plan}
    agent = tool_caller(
        ledger,
        [say(None, call("draw", {})), GATED, report],
        step_callbacks=callbacks,
        planning_interval=5,
    )
    first = fermata.run(agent, "count")
    assert isinstance(first, Suspended)
    assert seen == [("1:1", False)]
    people.approve(first.approvals[0])
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert [s for s, _ in seen] == ["1:1", "1:1", "2:2", "3:3"]
    assert len(ledger.read("effect")) == 3
    assert "and nobody agrees" in text_of(done.agent.write_memory_to_messages())


def test_idempotent_is_declared_in_three_ways(ledger: Ledger) -> None:
    from smolagents import tool

    @fermata_package.idempotent
    @tool
    def above(x: str) -> str:
        """Does.

        Args:
            x: what
        """
        return x

    @fermata_package.idempotent
    class Class(Note):
        idempotent = False

    assert above.idempotent
    assert Class(ledger).idempotent
    assert Note(ledger).idempotent


def test_arguments_that_servers_may_rewrite_are_the_same_call(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    """1.0 may come back as 1, and keys in another order: by value it is what was asked."""
    ask = {"order": "Ä\u2028\U0001f3b5", "amount": 100.0, "reason": json.dumps({"b": 1, "a": 2})}
    agent = tool_caller(ledger, [say(None, call("refund", ask)), GATED, report])
    first = fermata.run(agent, "pay")
    assert isinstance(first, Suspended)
    assert ledger.read("refund")[0]["amount"] == 100.0
    people.approve(first.approvals[0])
    assert isinstance(fermata.run(agent, workflow_id=first.workflow_id), Completed)
