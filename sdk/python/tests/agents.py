"""Real smolagents agents for the tests. Their models are scripted, and know nothing of Fermata:
they read the messages and answer. All that must be counted over processes goes to files."""

from __future__ import annotations

import json
import os
import random
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from smolagents import (
    ChatMessage,
    CodeAgent,
    LogLevel,
    MessageRole,
    Model,
    MultiStepAgent,
    Tool,
    ToolCallingAgent,
)
from smolagents.models import (
    ChatMessageStreamDelta,
    ChatMessageToolCall,
    ChatMessageToolCallFunction,
    ChatMessageToolCallStreamDelta,
)
from smolagents.monitoring import TokenUsage

import fermata


class Ledger:
    """Where effects and model calls are written, each a line that a crash does not lose."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(exist_ok=True)

    def write(self, name: str, **entry: Any) -> None:
        with (self.directory / name).open("a") as file:
            file.write(json.dumps(entry) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def read(self, name: str) -> list[dict[str, Any]]:
        path = self.directory / name
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def refunds(self) -> list[tuple[str, Any]]:
        """What was paid, in an order that does not depend on threads."""
        return sorted((entry["order"], entry["amount"]) for entry in self.read("refund"))

    def model_calls(self) -> int:
        return len(self.read("model"))

    def once(self, name: str) -> bool:
        """True the first time, also over processes."""
        try:
            (self.directory / f"once.{name}").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


Answer = ChatMessage | Callable[[list[ChatMessage]], ChatMessage]


def text_of(messages: Sequence[ChatMessage]) -> str:
    """All that a model is shown."""
    parts = []
    for message in messages:
        content = message.content
        parts += (
            [content] if isinstance(content, str) else [c.get("text", "") for c in content or []]
        )
    return "\n".join(parts)


def call(name: str, arguments: Any, id: str = "") -> ChatMessageToolCall:
    return ChatMessageToolCall(
        function=ChatMessageToolCallFunction(name=name, arguments=arguments), id=id, type="function"
    )


def say(content: str | None = None, *calls: ChatMessageToolCall) -> ChatMessage:
    return ChatMessage(
        role=MessageRole.ASSISTANT,
        content=content,
        tool_calls=list(calls) or None,
        token_usage=TokenUsage(7, 3),
    )


def code(block: str) -> ChatMessage:
    return say(f"Thought: I write code.\n<code>\n{block.strip()}\n</code>")


class ScriptedModel(Model):
    """Gives the n-th answer when n answers of its can be seen to have been observed."""

    def __init__(self, ledger: Ledger, answers: Sequence[Answer], name: str = "scripted") -> None:
        super().__init__(model_id=name)
        self.ledger = ledger
        self.answers = answers

    def generate(self, messages: list[ChatMessage], **kwargs: Any) -> ChatMessage:
        roles = [m.role for m in messages]
        # A step that printed and then failed is shown as two responses in a row.
        stage = sum(
            role == MessageRole.TOOL_RESPONSE != before
            for before, role in zip([None, *roles], roles, strict=False)
        )
        self.ledger.write("model", model=self.model_id, stage=stage)
        if kwargs.get("stop_sequences") == ["<end_plan>"]:
            return say(f"1. go on from {stage}")
        if not kwargs.get("stop_sequences"):
            return say(f"out of steps after {stage}")
        answer = self.answers[stage]
        return answer if isinstance(answer, ChatMessage) else answer(messages)


class StreamingModel(ScriptedModel):
    """The same, in pieces: text in chunks, tool calls with their arguments split."""

    def generate_stream(
        self, messages: list[ChatMessage], **kwargs: Any
    ) -> Iterator[ChatMessageStreamDelta]:
        message = self.generate(messages, **kwargs)
        content = message.content if isinstance(message.content, str) else ""
        for start in range(0, len(content), 10):
            yield ChatMessageStreamDelta(content[start : start + 10])
        for index, each in enumerate(message.tool_calls or []):
            arguments = json.dumps(each.function.arguments)
            for part in (arguments[:3], arguments[3:]):
                function = ChatMessageToolCallFunction(name=each.function.name, arguments=part)
                yield ChatMessageStreamDelta(
                    tool_calls=[
                        ChatMessageToolCallStreamDelta(index, each.id, "function", function)
                    ]
                )
        yield ChatMessageStreamDelta("", token_usage=message.token_usage)


class Lookup(Tool):
    name = "lookup"
    description = "Looks an order up."
    inputs = {"order": {"type": "string", "description": "The order's number."}}
    output_type = "object"

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger

    def forward(self, order: str) -> dict[str, Any]:
        self.ledger.write("lookup", order=order)
        return {"order": order, "paid": 20.0, "items": ("pen", "ink")}


class Refund(Tool):
    """Pays money back: the effect that must never happen twice."""

    name = "refund"
    description = "Pays an order back."
    inputs = {
        "order": {"type": "string", "description": "The order's number."},
        "amount": {"type": "number", "description": "How much, in euros."},
        "reason": {"type": "string", "description": "Why.", "nullable": True},
    }
    output_type = "string"

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger

    def forward(self, order: str, amount: float, reason: str | None = None) -> str:
        key = fermata.idempotency_key()
        self.ledger.write("refund", order=order, amount=amount, key=key)
        if order.startswith("crash") and self.ledger.once(order):
            os.kill(os.getpid(), signal.SIGKILL)
        return f"refunded {amount} for {order}"


class Note(Tool):
    """Writes a note. It may be repeated: the store of notes keeps one per key."""

    name = "note"
    description = "Writes a note."
    inputs = {"text": {"type": "string", "description": "The note."}}
    output_type = "string"
    idempotent = True

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger

    def forward(self, text: str) -> str:
        self.ledger.write("note", text=text, key=fermata.idempotency_key())
        if text.startswith("crash") and self.ledger.once(text):
            os.kill(os.getpid(), signal.SIGKILL)
        return f"noted {text}"


class Draw(Tool):
    """A tool that draws lots itself, from the same generator as an agent's code."""

    name = "draw"
    description = "Draws a number."
    inputs: dict[str, Any] = {}
    output_type = "integer"

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger

    def forward(self) -> int:
        number = random.randrange(10**9)
        self.ledger.write("draw", number=number)
        return number


class Urgent(Tool):
    name = "urgent"
    description = "Something that nobody decides in time."
    inputs = {"what": {"type": "string", "description": "What."}}
    output_type = "string"

    def forward(self, what: str) -> str:
        raise AssertionError("it ran without anybody's consent")


class DeleteAll(Tool):
    name = "delete_all"
    description = "Deletes everything."
    inputs: dict[str, Any] = {}
    output_type = "string"

    def forward(self) -> str:
        raise AssertionError("it ran although the policy denies it")


def tools(ledger: Ledger) -> list[Tool]:
    return [Lookup(ledger), Refund(ledger), Note(ledger), Draw(ledger), Urgent(), DeleteAll()]


def tool_caller(
    ledger: Ledger, answers: Sequence[Answer], *more: Tool, stream: bool = False, **settings: Any
) -> ToolCallingAgent:
    model = (StreamingModel if stream else ScriptedModel)(ledger, answers)
    return ToolCallingAgent(
        tools=[*tools(ledger), *more],
        model=model,
        stream_outputs=stream,
        verbosity_level=LogLevel.OFF,
        **settings,
    )


def coder(
    ledger: Ledger, answers: Sequence[Answer], *more: Tool, stream: bool = False, **settings: Any
) -> CodeAgent:
    model = (StreamingModel if stream else ScriptedModel)(ledger, answers)
    return CodeAgent(
        tools=[*tools(ledger), *more],
        model=model,
        stream_outputs=stream,
        verbosity_level=LogLevel.OFF,
        **settings,
    )


def final(answer: Any) -> ChatMessage:
    return say(None, call("final_answer", {"answer": answer}, "f"))


def report(messages: list[ChatMessage]) -> ChatMessage:
    """A final answer that quotes the last observation."""
    return final(text_of(messages[-1:]))


def memory_of(agent: MultiStepAgent) -> list[Any]:
    """What a model would be shown of a run."""
    return [message.dict() for message in agent.write_memory_to_messages()]
