"""A fork shows what would have come of another input, decision or definition, and does nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from agents import (
    Ledger,
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
from smolagents import MultiStepAgent

import fermata as package
from fermata.smolagents import (
    Completed,
    CreateCheckpoint,
    DefinitionChanged,
    DryRun,
    Fermata,
    Suspended,
)

PAY = say("I pay.", call("refund", {"order": "A", "amount": 500}))
SMALL = say("I pay a little.", call("refund", {"order": "B", "amount": 20}))


def paid(fermata: Fermata, people: People, agent: MultiStepAgent) -> Completed:
    first = fermata.run(agent, "pay")
    assert isinstance(first, Suspended)
    people.approve(first.approvals[0])
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    return done


def test_as_if_rejected_runs_on_what_was_recorded_and_pays_nobody(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    def agent() -> MultiStepAgent:
        return tool_caller(ledger, [SMALL, PAY, report])

    done = paid(fermata, people, agent())
    before = ledger.refunds()
    models = ledger.model_calls()
    ann = people.client("ann")
    approval = ann.list_approvals(workflow=done.workflow_id).items[0]
    fork = ann.fork_workflow(
        done.workflow_id,
        decision={"approval": approval.id, "decision": "reject", "reason": "too much"},
    )
    assert fork.forked_from is not None
    assert fork.forked_from.workflow == done.workflow_id

    told = fermata.run(agent, workflow_id=fork.id)
    assert isinstance(told, Completed)
    assert 'Rejected by ann: "too much"' in told.output
    assert ledger.refunds() == before
    assert ledger.model_calls() == models + 1, "only what comes after the decision is asked anew"
    rows = ann.compare_workflows(done.workflow_id, fork.id).items
    other = [row.key for row in rows if not row.same]
    assert other[0].endswith("refund")
    assert memory_of(fermata.replay(agent, fork.id).agent) == memory_of(told.agent)


PAID = "refund('A', 500)"
REACHES = {
    "import": (PAID, "import os\nfinal_answer(os.sep)", "that imports os"),
    "from": (PAID, "from os.path import sep\nfinal_answer(sep)", "that imports os.path"),
    "inside": (PAID, "def f():\n    import os\nfinal_answer(1)", "that imports os"),
    "earlier": ("import os", PAID, "final_answer(os.sep)", "after one that imported os"),
}


def wide(ledger: Ledger, *blocks: Any) -> MultiStepAgent:
    return coder(
        ledger,
        [code(block) if isinstance(block, str) else block for block in blocks],
        additional_authorized_imports=["random", "os", "os.path"],
    )


def supposed_fork(fermata: Fermata, people: People, agent: Any) -> tuple[str, str]:
    first = fermata.run(agent, "pay")
    assert isinstance(first, Suspended)
    decision = {"approval": first.approvals[0].id, "decision": "approve", "result": "by hand"}
    fork = people.client("ann").fork_workflow(first.workflow_id, decision=decision)
    return first.workflow_id, fork.id


def test_a_block_with_safe_imports_runs_in_a_fork(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    def agent() -> MultiStepAgent:
        block = "import random, math\nfrom datetime import date\nfinal_answer(math.ceil(6.5))"
        return wide(ledger, PAID, block)

    _, fork = supposed_fork(fermata, people, agent)
    told = fermata.run(agent, workflow_id=fork)
    assert isinstance(told, Completed)
    assert told.output == 7
    assert ledger.refunds() == []


@pytest.mark.parametrize("way", list(REACHES))
def test_a_block_that_reaches_further_stops_a_fork_and_says_what_can_be_done(
    fermata: Fermata, people: People, ledger: Ledger, way: str
) -> None:
    *blocks, why = REACHES[way]

    def agent() -> MultiStepAgent:
        return wide(ledger, *blocks)

    source, fork = supposed_fork(fermata, people, agent)
    with pytest.raises(DryRun, match=why) as stopped:
        fermata.run(agent, workflow_id=fork)
    assert "allow-effects" not in str(stopped.value), "that is refused: fork.supposed"
    assert f"fermata workflows fork {source}, with --checkpoint" in str(stopped.value)


def test_a_fork_that_supposes_nothing_names_the_command_that_lets_it_go_on(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    def agent() -> MultiStepAgent:
        return wide(ledger, "import os\nrefund('A', 20)\nfinal_answer(os.sep)")

    done = fermata.run(agent, "pay")
    assert isinstance(done, Completed)
    fork = fermata.client.fork_workflow(done.workflow_id)
    with pytest.raises(DryRun, match=f"imports os .* allow-effects {fork.id}$"):
        fermata.run(agent, workflow_id=fork.id)
    people.client("ann").allow_effects(fork.id)
    told = fermata.run(agent, workflow_id=fork.id)
    assert isinstance(told, Completed)
    assert told.output == "/"


def test_a_block_gets_no_further_by_way_of_a_safe_module(
    fermata: Fermata, people: People, ledger: Ledger, tmp_path: Path
) -> None:
    made = tmp_path / "made"

    def agent() -> MultiStepAgent:
        around = f"import random\nrandom._os.mkdir({str(made)!r})"
        return wide(ledger, "refund('A', 20)", around, PAID, "import os\nfinal_answer(os.sep)")

    done = fermata.run(agent, "pay")
    assert isinstance(done, Suspended)
    made.rmdir()
    fork = people.client("ann").fork_workflow(done.workflow_id).id
    with pytest.raises(DryRun, match="imports os "):
        fermata.run(agent, workflow_id=fork)
    assert not made.exists()
    # Nor does a replay after effects were allowed do what was refused then.
    people.client("ann").allow_effects(fork)
    assert isinstance(fermata.run(agent, workflow_id=fork), Completed)
    assert not made.exists()


def test_a_changed_definition_can_be_tried_in_a_fork(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    done = fermata.run(tool_caller(ledger, [SMALL, PAY, report]), "pay")
    assert isinstance(done, Suspended)
    new = tool_caller(ledger, [SMALL, PAY, report], instructions="Be thrifty.")
    with pytest.raises(DefinitionChanged, match="fork_workflow") as refused:
        fermata.run(new, workflow_id=done.workflow_id)
    before = ledger.refunds()
    fork = fermata.client.fork_workflow(refused.value.workflow_id)
    told = fermata.run(new, workflow_id=fork.id)
    assert isinstance(told, Completed)
    # The first one was recorded; the second one never happened, nobody is asked about it.
    assert "dry run: refund was not performed" in told.output
    assert ledger.refunds() == before == [("B", 20)]
    approvals = people.client("ann").list_approvals(workflow=fork.id).items
    assert approvals == []


@pytest.mark.parametrize("named", [True, False])
def test_another_input_is_told_at_the_checkpoint(
    fermata: Fermata, people: People, ledger: Ledger, named: bool
) -> None:
    def after(messages: Any) -> Any:
        told = text_of(messages)
        if "another input" in told:
            return final(told[told.index("From here on") :][:120])
        return PAY

    mark = say("I mark.", call("create_checkpoint", {"name": "here"}))

    def agent() -> MultiStepAgent:
        answers = [mark, after, report] if named else [SMALL, after, report]
        return tool_caller(ledger, answers, CreateCheckpoint())

    first = fermata.run(agent, "pay")
    assert isinstance(first, Suspended)
    points = fermata.client.list_checkpoints(first.workflow_id).items
    if named:
        point = next(point for point in points if point.name == "here")
    else:
        point = fermata.client.create_checkpoint(first.workflow_id, name="by hand")
    fork = people.client("ann").fork_workflow(
        first.workflow_id, checkpoint=point.id, input={"task": "pay less"}
    )
    told = fermata.run(agent, workflow_id=fork.id)
    assert isinstance(told, Completed)
    wanted = 'From here on the task has another input: {"task":"pay less"}'
    assert told.output.startswith(wanted)
    assert ledger.refunds() == ([] if named else [("B", 20)])
    assert memory_of(fermata.replay(agent, fork.id).agent) == memory_of(told.agent)


def test_an_effect_outside_of_tools_stops_a_fork_until_it_is_allowed(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    def mail(_step: Any, **_: Any) -> None:
        package.effect(lambda: ledger.write("mail", to="ann"), name="mail")
        package.now()

    def agent() -> MultiStepAgent:
        return tool_caller(ledger, [SMALL, report], step_callbacks=[mail])

    done = fermata.run(agent, "pay")
    assert isinstance(done, Completed)
    mails = ledger.read("mail")
    fork = fermata.client.fork_workflow(done.workflow_id)
    with pytest.raises(DryRun, match="mail"):
        fermata.run(agent, workflow_id=fork.id)
    assert ledger.read("mail") == mails
    assert ledger.refunds() == [("B", 20)]
    people.client("ann").allow_effects(fork.id, reason="go on")
    allowed = fermata.run(agent, workflow_id=fork.id)
    assert isinstance(allowed, Completed)
    assert len(ledger.read("mail")) == 2 * len(mails)
    assert ledger.refunds() == [("B", 20)], "what the fork had before it was allowed stays"
