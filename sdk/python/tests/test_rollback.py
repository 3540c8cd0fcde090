"""Going back to a checkpoint: what the agent, its model and the people see, and what is undone."""

from __future__ import annotations

from typing import Any

from agents import Ledger, call, code, coder, final, memory_of, report, say, text_of, tool_caller
from peer import People, Server
from smolagents import MultiStepAgent, Tool

import fermata as package
from fermata.smolagents import (
    Completed,
    CreateCheckpoint,
    Fermata,
    RequestApproval,
    Rollback,
    Suspended,
)


class Booking(Tool):
    """An effect that something undoes."""

    inputs = {"what": {"type": "string", "description": "What."}}
    output_type = "string"

    def __init__(self, ledger: Ledger, thing: str, undo: Any) -> None:
        self.name = f"book_{thing}"
        self.description = f"Books a {thing}."
        super().__init__()
        self.ledger = ledger
        self.thing = thing
        package.undone_by(undo)(self)

    def forward(self, what: str) -> str:
        self.ledger.write("booked", thing=self.thing, what=what)
        return f"{self.thing} {what} booked"


def bookings(ledger: Ledger) -> list[Tool]:
    def cancel_flight(arguments: dict[str, Any], result: Any) -> str:
        """Gives a flight back."""
        if ledger.once("airline"):
            raise RuntimeError("the airline is busy")
        ledger.write("cancelled", thing="flight", what=arguments["what"], result=result)
        return "given back"

    def cancel_hotel(arguments: dict[str, Any], result: Any) -> str:
        """Gives a room back."""
        ledger.write("cancelled", thing="hotel", what=arguments["what"], result=result)
        return "given back"

    return [Booking(ledger, "flight", cancel_flight), Booking(ledger, "hotel", cancel_hotel)]


def trip(ledger: Ledger) -> MultiStepAgent:
    """A manager that marks a point, has its clerk book a trip, and takes it back."""

    def after(messages: Any) -> Any:
        told = text_of(messages[-1:])
        if "attempt 2" in told:
            return final(told)
        return say("Book it.", call("clerk", {"task": "book"}))

    both = say(
        "I book.", call("book_flight", {"what": "LH1"}), call("book_hotel", {"what": "Ritz"})
    )
    clerk = tool_caller(
        ledger,
        [both, final("all is booked")],
        *bookings(ledger),
        name="clerk",
        description="Books.",
        max_tool_threads=1,
    )
    answers = [
        say("Mark.", call("create_checkpoint", {"name": "before booking"})),
        after,
        say("No!", call("rollback", {"checkpoint": "before booking", "reason": "wrong week"})),
    ]
    return tool_caller(ledger, answers, CreateCheckpoint(), Rollback(), managed_agents=[clerk])


def test_a_rollback_over_a_team_member_undoes_what_it_did_and_says_so(
    server: Server, fermata: Fermata, people: People, ledger: Ledger
) -> None:
    def agent() -> MultiStepAgent:
        return trip(ledger)

    waits = fermata.run(agent, "book a trip")
    assert isinstance(waits, Suspended)
    (approval,) = waits.approvals
    assert approval.action == "cancel_hotel"
    assert approval.arguments == {
        "arguments": {"what": "Ritz"},
        "result": "hotel Ritz booked",
    }
    assert approval.why == (
        "Undoes book_hotel, which was done before the workflow was rolled back: wrong week"
    )
    assert ledger.read("cancelled") == [], "the newest is undone first, and it waits for people"
    states = {u.tool: u.state for u in fermata.client.get_workflow(waits.workflow_id).undo}
    assert states == {"book_hotel": "waiting", "book_flight": "pending"}

    people.approve(approval)
    done = fermata.run(agent, workflow_id=waits.workflow_id)
    assert isinstance(done, Completed)
    assert (
        'Restored to checkpoint "before booking": this is attempt 2. It was rolled back by you: '
        '"wrong week". Undone: book_hotel {"what":"Ritz"}; book_flight {"what":"LH1"}.'
    ) in done.output
    cancelled = [(c["thing"], c["what"], c["result"]) for c in ledger.read("cancelled")]
    assert cancelled == [
        ("hotel", "Ritz", "hotel Ritz booked"),
        ("flight", "LH1", "flight LH1 booked"),
    ]
    assert [b["thing"] for b in ledger.read("booked")] == ["flight", "hotel"], "not done again"
    workflow = fermata.client.get_workflow(waits.workflow_id)
    undone = {u.tool: (u.state, u.attempts) for u in workflow.undo}
    assert undone == {"book_hotel": ("done", 1), "book_flight": ("done", 2)}
    branch = workflow.branches[-1]
    assert (branch.epoch, branch.attempt, branch.reason) == (1, 2, "wrong week")
    calls = ledger.model_calls()
    assert memory_of(fermata.replay(agent, waits.workflow_id).agent) == memory_of(done.agent)
    assert ledger.model_calls() == calls


def test_an_undo_whose_result_cannot_be_kept_is_done_once(fermata: Fermata, ledger: Ledger) -> None:
    def cancel_flight(arguments: dict[str, Any], result: Any) -> Any:
        """Gives a flight back."""
        ledger.write("cancelled", what=arguments["what"])
        return object()

    def after(messages: Any) -> Any:
        told = text_of(messages[-1:])
        if "attempt 2" in told:
            return final(told)
        return say("Book it.", call("book_flight", {"what": "LH1"}))

    answers = [
        say("Mark.", call("create_checkpoint", {"name": "start"})),
        after,
        say("No!", call("rollback", {"checkpoint": "start", "reason": "wrong week"})),
    ]
    tools = [Booking(ledger, "flight", cancel_flight), CreateCheckpoint(), Rollback()]
    done = fermata.run(lambda: tool_caller(ledger, answers, *tools), "book")
    assert isinstance(done, Completed)
    assert "Undone: book_flight" in done.output
    assert len(ledger.read("cancelled")) == 1


def test_a_refused_undo_is_told_to_the_model(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    waits = fermata.run(lambda: trip(ledger), "book a trip")
    assert isinstance(waits, Suspended)
    people.reject(waits.approvals[0], "we keep the room")
    done = fermata.run(lambda: trip(ledger), workflow_id=waits.workflow_id)
    assert isinstance(done, Completed)
    assert "Undone: book_flight" in done.output
    assert "Could not be undone: book_hotel" in done.output
    assert "we keep the room" in done.output
    assert [c["thing"] for c in ledger.read("cancelled")] == ["flight"]


def test_people_take_a_run_back_to_before_a_gated_call_and_the_model_hears_why(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    def again(messages: Any) -> Any:
        told = text_of(messages)
        if "this is attempt 2" in told:
            return final(told[told.index("Restored") :])
        return say("More.", call("note", {"text": "after"}))

    pay = say("I pay.", call("refund", {"order": "A", "amount": 500}))

    def agent() -> MultiStepAgent:
        urgent = say("Ask.", call("refund", {"order": "B", "amount": 600}))
        return tool_caller(ledger, [pay, again, urgent])

    first = fermata.run(agent, "pay")
    assert isinstance(first, Suspended)
    people.approve(first.approvals[0])
    second = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(second, Suspended)
    assert len(ledger.read("note")) == 1

    ann = people.client("ann")
    marks = ann.list_checkpoints(first.workflow_id).items
    assert [m.name for m in marks] == ["before refund", "before refund"]
    assert marks[0].metadata["automatic"] is True
    shown = ann.preview_rollback(first.workflow_id, checkpoint=marks[1].id)
    assert shown.cancelled == [second.approvals[0].id]
    assert [e["tool"] for e in shown.effects] == []
    ann.rollback(
        first.workflow_id, checkpoint=marks[1].id, reason="not B", if_version=shown.version
    )
    assert people.pending(first.workflow_id) == []
    third = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(third, Suspended), "the decision is to be made again, if the agent asks again"
    people.reject(third.approvals[0], "still not")
    assert ledger.refunds() == [("A", 500)]


def test_the_notice_of_a_rollback_belongs_to_the_first_model_call_after_it(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    def first_answer(messages: Any) -> Any:
        told = text_of(messages)
        if "this is attempt 2" in told:
            return say("I see.", call("note", {"text": told[told.index("Restored") :][:160]}))
        return say("I note.", call("note", {"text": "first"}))

    def agent() -> MultiStepAgent:
        pay = say("I pay.", call("refund", {"order": "A", "amount": 500}))
        return tool_caller(ledger, [first_answer, pay, report])

    workflow = fermata.client.create_workflow(input={"task": "work"}).id
    mark = fermata.client.create_checkpoint(workflow, name="start").id
    first = fermata.run(agent, workflow_id=workflow)
    assert isinstance(first, Suspended)
    people.client("bob").rollback(workflow, checkpoint=mark, reason="read the manual")
    second = fermata.run(agent, workflow_id=workflow)
    assert isinstance(second, Suspended)
    people.approve(second.approvals[0])
    done = fermata.run(agent, workflow_id=workflow)
    assert isinstance(done, Completed)
    notes = [n["text"] for n in ledger.read("note")]
    assert notes[0] == "first"
    assert notes[1].startswith(
        'Restored to checkpoint "start": this is attempt 2. It was rolled back by bob: "read the '
        'manual". Could not be undone: note'
    )
    assert len(notes) == 2
    assert ledger.model_calls() == 2 + 3
    assert memory_of(fermata.replay(agent, workflow).agent) == memory_of(done.agent)


def test_an_agent_that_goes_back_for_ever_is_told_to_go_on(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    block = """
print(create_checkpoint("here"))
answer = rollback("here", "once more")
final_answer(answer)
"""
    agent = coder(ledger, [code(block)], CreateCheckpoint(), Rollback())
    done = fermata.run(agent, "loop")
    assert isinstance(done, Completed)
    assert "You were not taken back" in done.output
    workflow = fermata.client.get_workflow(done.workflow_id)
    assert workflow.epoch == 3
    assert memory_of(fermata.replay(agent, done.workflow_id).agent) == memory_of(done.agent)


def test_people_are_asked_by_the_agent_itself_and_their_words_reach_it(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    def ask(action: str) -> Any:
        arguments = {
            "action": action,
            "arguments": {"order": "A", "amount": 2000},
            "why": "It is broken.",
            "otherwise": "The customer leaves.",
        }
        return say("May I?", call("request_approval", arguments))

    agent = tool_caller(ledger, [ask("refund"), report], RequestApproval())
    first = fermata.run(agent, "ask")
    assert isinstance(first, Suspended)
    (approval,) = first.approvals
    assert (approval.why, approval.otherwise) == ("It is broken.", "The customer leaves.")
    assert [t.approve for t in approval.thresholds] == [2], "as the rule for large refunds says"
    people.approve(approval, "ann", "bob")
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert "Approved by" in done.output
    assert "You may go on with refund, once, with exactly these arguments." in done.output
    assert ledger.refunds() == [], "it permits nothing by itself"

    second = fermata.run(agent, "ask again")
    assert isinstance(second, Suspended)
    people.reject(second.approvals[0], "too much")
    refused = fermata.run(agent, workflow_id=second.workflow_id)
    assert isinstance(refused, Completed)
    assert 'Rejected by ann: "too much". Do not do refund, and' in refused.output
