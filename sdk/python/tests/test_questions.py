"""What people ask the agent before they decide, and how it answers."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from agents import Ledger, ScriptedModel, call, report, say, text_of, tool_caller
from peer import People, Server
from smolagents import ChatMessage, ToolCallingAgent
from test_worker import Serving, finished, start

from fermata import ApprovalRequest, Comment
from fermata.smolagents import Completed, Fermata, Suspended


class Talker(ScriptedModel):
    """Answers people, too; and keeps what it was shown."""

    def generate(self, messages: list[ChatMessage], **kwargs: Any) -> ChatMessage:
        if "The question:" not in text_of(messages[-1:]):
            return super().generate(messages, **kwargs)
        self.ledger.write("question", shown=text_of(messages), kwargs=sorted(kwargs))
        if self.ledger.once("model-fails"):
            raise OSError("no model today")
        return say("  The cup was broken.  ")


def agent_with(ledger: Ledger, *, fails: bool = False) -> ToolCallingAgent:
    asks = say("I pay it back.", call("refund", {"order": "A2", "amount": 500.0}))
    agent = tool_caller(ledger, [asks, report])
    agent.model = Talker(ledger, [asks, report])
    if not fails:
        ledger.once("model-fails")
    return agent


def asked(people: People, approval: ApprovalRequest, text: str = "What for?") -> None:
    people.client("ann").comment(approval.id, text, asks=True)


def said(people: People, approval: ApprovalRequest) -> list[tuple[str, str, int | None]]:
    comments = people.client("ann").get_approval(approval.id).comments
    return [(one.by.kind if one.by else "", one.text, one.reply_to) for one in comments]


def suspended(result: Completed | Suspended) -> ApprovalRequest:
    assert isinstance(result, Suspended)
    return result.approvals[0]


def test_the_model_is_asked_and_its_answer_is_in_the_request(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    agent = agent_with(ledger)
    first = fermata.run(agent, "refund")
    approval = suspended(first)
    people.client("bob").comment(approval.id, "Nothing that an agent should read.")
    asked(people, approval)
    assert fermata.client.get_workflow(first.workflow_id).status == "ready"
    again = suspended(fermata.run(agent, workflow_id=first.workflow_id))
    assert said(people, approval)[1:] == [
        ("person", "What for?", None),
        ("agent", "The cup was broken.", 2),
    ]
    (question,) = ledger.read("question")
    assert "I pay it back." in question["shown"]
    assert "refund(amount=500, order='A2', reason=None) has not run." in question["shown"]
    assert question["shown"].count("What for?") == 1
    assert "Nothing that an agent should read" not in question["shown"]
    assert question["kwargs"] == []  # no tools
    # It decided nothing, and waits as before.
    assert again.status == "pending"
    assert not again.decisions
    assert fermata.client.get_workflow(first.workflow_id).status == "waiting"
    assert ledger.refunds() == []
    people.approve(approval)
    done = fermata.run(agent, workflow_id=first.workflow_id)
    assert isinstance(done, Completed)
    assert ledger.refunds() == [("A2", 500.0)]
    # Neither was anything asked twice nor does the agent's own conversation know of it.
    assert len(ledger.read("question")) == 1
    assert ledger.model_calls() == 2
    assert "What for?" not in str(done.output)
    assert fermata.replay(agent, first.workflow_id).output == done.output
    assert len(ledger.read("question")) == 1


def test_each_question_is_answered_once_and_is_told_of_those_before(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    agent = agent_with(ledger)
    first = fermata.run(agent, "refund")
    approval = suspended(first)
    asked(people, approval)
    fermata.run(agent, workflow_id=first.workflow_id)
    asked(people, approval, "And the saucer?")
    fermata.run(agent, workflow_id=first.workflow_id)
    fermata.run(agent, workflow_id=first.workflow_id)
    assert [text for _, text, _ in said(people, approval)] == [
        "What for?",
        "The cup was broken.",
        "And the saucer?",
        "The cup was broken.",
    ]
    shown = ledger.read("question")[1]["shown"]
    assert "\n- ann: What for?\n- you: The cup was broken.\n" in shown
    assert len(ledger.read("question")) == 2


def test_a_callback_answers_in_its_place_or_leaves_it(
    server: Server, fermata: Fermata, people: People, ledger: Ledger
) -> None:
    heard: list[tuple[str, str, str]] = []

    def on_question(question: Comment, request: ApprovalRequest) -> str | None:
        assert question.by is not None
        heard.append((question.text, question.by.id, request.action))
        return "Ask the shop." if "shop" in question.text else None

    agent = agent_with(ledger)
    first = fermata.run(agent, "refund", on_question=on_question)
    approval = suspended(first)
    asked(people, approval, "What does the shop say?")
    fermata.run(agent, workflow_id=first.workflow_id, on_question=on_question)
    assert said(people, approval)[-1] == ("agent", "Ask the shop.", 1)
    asked(people, approval, "Are you sure?")
    always = Fermata(server.url, server.keys["agent"], on_question=on_question)
    always.run(agent, workflow_id=first.workflow_id)
    assert said(people, approval)[-1] == ("person", "Are you sure?", None)
    assert heard == [
        ("What does the shop say?", "ann", "refund"),
        ("Are you sure?", "ann", "refund"),
    ]
    assert ledger.read("question") == []


def test_what_answers_may_fail_and_the_request_stays_peoples(
    fermata: Fermata, people: People, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    agent = agent_with(ledger, fails=True)
    first = fermata.run(agent, "refund")
    approval = suspended(first)
    asked(people, approval)
    suspended(fermata.run(agent, workflow_id=first.workflow_id))
    assert said(people, approval) == [("person", "What for?", None)]
    assert "no model today" in caplog.text
    # Whoever comes next answers it.
    suspended(fermata.run(agent, workflow_id=first.workflow_id))
    assert said(people, approval)[-1] == ("agent", "The cup was broken.", 1)


def test_an_answer_that_was_recorded_but_not_sent_is_sent_and_not_made_again(
    fermata: Fermata, people: People, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = agent_with(ledger)
    first = fermata.run(agent, "refund")
    approval = suspended(first)
    asked(people, approval)

    class Crash(BaseException):
        pass

    def crash(*_: Any, **__: Any) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(type(fermata.client), "comment", crash)
        with pytest.raises(Crash):
            fermata.run(agent, workflow_id=first.workflow_id)
    assert said(people, approval) == [("person", "What for?", None)]
    suspended(fermata.run(agent, workflow_id=first.workflow_id))
    assert said(people, approval)[-1] == ("agent", "The cup was broken.", 1)
    assert len(ledger.read("question")) == 1


def test_who_stays_for_the_decision_answers_meanwhile(
    fermata: Fermata, people: People, ledger: Ledger
) -> None:
    agent = agent_with(ledger)
    first = fermata.run(agent, "refund")
    approval = suspended(first)
    results: list[Completed | Suspended] = []
    staying = threading.Thread(
        target=lambda: results.append(fermata.run(agent, workflow_id=first.workflow_id, wait_s=60))
    )
    staying.start()
    asked(people, approval)
    give_up = time.monotonic() + 30
    while len(said(people, approval)) < 2 and time.monotonic() < give_up:
        time.sleep(0.05)
    assert said(people, approval)[-1] == ("agent", "The cup was broken.", 1)
    people.approve(approval)
    staying.join(60)
    assert isinstance(results[0], Completed)
    assert ledger.refunds() == [("A2", 500.0)]


def test_a_worker_answers_by_itself(server: Server, people: People, ledger: Ledger) -> None:
    with Serving(server, lambda: agent_with(ledger)):
        workflow = start(server)
        give_up = time.monotonic() + 30
        while not people.pending(workflow) and time.monotonic() < give_up:
            time.sleep(0.05)
        (approval,) = people.pending(workflow)
        asked(people, approval)
        while len(said(people, approval)) < 2 and time.monotonic() < give_up:
            time.sleep(0.05)
        assert said(people, approval)[-1] == ("agent", "The cup was broken.", 1)
        people.approve(approval)
        assert finished(server, workflow).status == "completed"
    assert ledger.refunds() == [("A2", 500.0)]
