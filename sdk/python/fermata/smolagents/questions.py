"""What people ask the agent about a request that it waits for, and what it answers.

A question wakes the workflow for one turn. The agent is run to where it waits, as ever, and then
the question is answered: by `on_question`, or else by the model that made the call, which is shown
the conversation as it stood, its own call, and the question.

An answer is journaled before it is sent, under `question/<request>/<number>`: a crash in between
neither asks twice nor loses it. It takes no part in the run. The agent's own conversation never
sees question or answer, so each replay stays the same; and an answer decides nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from smolagents.models import ChatMessage, MessageRole, Model

from .. import errors
from ..client import Client
from ..models import ApprovalRequest, Comment
from . import chat, codec
from .journal import QUESTION, Journal
from .turn import Turn

OnQuestion: TypeAlias = Callable[[Comment, ApprovalRequest], str | None]

log = logging.getLogger("fermata.questions")
_MAX_TEXT = 4000  # Of a comment.
_MAX_SAID = 20  # Comments that the model is shown besides.


@dataclass(frozen=True)
class Said:
    """The last thing that a model said in one scope, and what it had been asked."""

    model: Model
    messages: list[Any]
    answer: ChatMessage


def is_open(approval: ApprovalRequest, question: Comment) -> bool:
    """Whether nobody has answered for the agent yet. An answer that does not say to what it is
    one is taken for one to all that was asked before."""
    return question.asks and not any(
        reply.by is not None
        and reply.by.kind == "agent"
        and (reply.reply_to == question.n or (reply.reply_to is None and reply.n > question.n))
        for reply in approval.comments
    )


def answer_all(
    client: Client, journal: Journal, held: Turn, on_question: OnQuestion | None
) -> None:
    """Answers what is open in the requests that the run waits for. What cannot be answered stays
    open and is told in the log: the request is people's to decide all the same."""
    for key, approval in journal.latch.waiting:
        for question in approval.comments:
            if is_open(approval, question):
                with held.busy():
                    _answer(client, journal, key, approval, question, on_question)


def _answer(
    client: Client,
    journal: Journal,
    key: str,
    approval: ApprovalRequest,
    question: Comment,
    on_question: OnQuestion | None,
) -> None:
    kept_as = f"{QUESTION}{approval.id}/{question.n}"
    text = journal.kept(kept_as)
    if text is None:
        try:
            if on_question is not None:
                text = on_question(question, approval)
            else:
                text = _ask_model(journal.said_before(key), approval, question)
        except Exception:
            log.exception("%s: question %d was not answered", approval.id, question.n)
            return
        if text is None or not text.strip():
            return
        text = _cut(text.strip())
        journal.write(kept_as, "value", "answer", chat.digest({"question": question.text}), text)
    try:
        client.comment(approval.id, text, reply_to=question.n)
    except (errors.Conflict, errors.NotFound):
        log.info("%s was closed before question %d was answered", approval.id, question.n)


def _ask_model(said: Said | None, approval: ApprovalRequest, question: Comment) -> str | None:
    if said is None:
        return None
    messages = [
        *said.messages,
        _message(MessageRole.ASSISTANT, _own_words(said.answer)),
        _message(MessageRole.USER, _prompt(approval, question)),
    ]
    return chat.text(said.model.generate(messages))


def _own_words(answer: ChatMessage) -> str:
    calls = [f"{call.function.name}({call.function.arguments})" for call in answer.tool_calls or []]
    parts = [chat.text(answer), "Calling tools: " + ", ".join(calls) if calls else ""]
    return "\n".join(part for part in parts if part)


def _prompt(approval: ApprovalRequest, question: Comment) -> str:
    others = [one for one in approval.comments if one.n < question.n][-_MAX_SAID:]
    before = "".join(f"\n- {_who(one)}: {one.text}" for one in others)
    told = f"Said about it before:{before}\n\n" if before else ""
    return (
        f"{approval.action}({_arguments(approval)}) has not run. It waits for people, and one of "
        f"them, {_who(question)}, asks you about it before deciding.\n\n{told}"
        f"The question:\n{question.text}\n\n"
        "Answer it for them in plain words, from what you know of this task; where you do not "
        "know, say so. You cannot call tools now, and your answer decides nothing."
    )


def _arguments(approval: ApprovalRequest) -> str:
    given = codec.decode(approval.arguments)
    if not isinstance(given, dict):
        return repr(given)
    return ", ".join(f"{name}={value!r}" for name, value in sorted(given.items()))


def _who(comment: Comment) -> str:
    if comment.by is None:
        return "somebody"
    return "you" if comment.by.kind == "agent" else comment.by.id


def _message(role: MessageRole, text: str) -> ChatMessage:
    return ChatMessage(role=role, content=[{"type": "text", "text": text}])


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 1] + "…"
