"""A model that follows a script: it reads the messages and answers, like any other.

It is diligent and gullible: it refunds what a ticket asks for, once per order, whoever asks. That
makes the demo the same each time, and shows what stands between such a model and the money.
"""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from smolagents import ChatMessage, MessageRole, Model
from smolagents.models import ChatMessageToolCall, ChatMessageToolCallFunction, TokenUsage

CallList = list[tuple[str, dict[str, Any]]]


def text_of(message: ChatMessage) -> str:
    content = message.content
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content)
    return str(content or "")


def pages_in(task: str) -> list[int]:
    found = re.search(r"pages (\d+) to (\d+)", task)
    if found is None:
        raise ValueError("the task names no pages")
    return list(range(int(found[1]), int(found[2]) + 1))


def task_of(messages: list[ChatMessage]) -> str:
    return next(text for text in map(text_of, messages) if text.startswith("New task:"))


def answer(content: str, calls: CallList, used: int) -> ChatMessage:
    return ChatMessage(
        role=MessageRole.ASSISTANT,
        content=content,
        tool_calls=[
            ChatMessageToolCall(
                id=f"call_{index}",
                type="function",
                function=ChatMessageToolCallFunction(name=name, arguments=arguments),
            )
            for index, (name, arguments) in enumerate(calls)
        ]
        or None,
        token_usage=TokenUsage(input_tokens=used, output_tokens=8 * len(calls) + len(content) // 4),
    )


def size_of(messages: list[ChatMessage]) -> int:
    return sum(len(text_of(message)) for message in messages) // 4


class Transcript:
    """What a tool-calling agent has done so far, read back from its messages."""

    def __init__(self, messages: list[ChatMessage]) -> None:
        self.steps: list[tuple[CallList, list[Any]]] = []
        calls: CallList = []
        for message in messages:
            text = text_of(message)
            if message.role == MessageRole.TOOL_CALL:
                listed = ast.literal_eval(text.removeprefix("Calling tools:\n"))
                calls = [(c["function"]["name"], _arguments(c["function"])) for c in listed]
            elif message.role == MessageRole.TOOL_RESPONSE:
                self.steps.append((calls, _results(text.removeprefix("Observation:\n"), calls)))

    def refunded_orders(self) -> set[str]:
        return {
            call[1]["order"] for calls, _ in self.steps for call in calls if call[0] == "refund"
        }


def _arguments(function: dict[str, Any]) -> dict[str, Any]:
    """As they are in memory, or as JSON when they came over a wire."""
    arguments = function["arguments"]
    return dict(json.loads(arguments) if isinstance(arguments, str) else arguments)


def _results(observation: str, calls: CallList) -> list[Any]:
    """One result per call: what its tool gave, or the words that came instead."""
    results: list[Any] = []
    words: list[str] = []
    for line in observation.splitlines():
        value = _value(line)
        if value is not None:
            # Words before a value belong to the calls that gave none of their own.
            while words and len(results) < _index(value, calls, len(results)):
                results.append(words.pop(0))
            results.append(value)
            words = []
        elif line and not line.startswith("["):
            words.append(line)
    results.extend(words)
    return results + ["no answer"] * (len(calls) - len(results))


def _value(line: str) -> Any:
    try:
        value = ast.literal_eval(line)
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, dict | list) else None


def _index(value: Any, calls: CallList, start: int) -> int:
    if isinstance(value, dict) and "ticket" in value:
        for index in range(start, len(calls)):
            if calls[index][1].get("ticket") == value["ticket"]:
                return index
    return start


class ToolCallingScript(Model):  # type: ignore[misc]
    """Page by page: read the tickets, look up the orders, refund, tell the customers."""

    def __init__(self) -> None:
        super().__init__(model_id="scripted-tool-calling")

    def generate(self, messages: list[ChatMessage], **_: Any) -> ChatMessage:
        done = Transcript(messages)
        pages = pages_in(task_of(messages))
        used = size_of(messages)
        if not done.steps:
            return answer("I start.", [("read_tickets", {"page": pages[0]})], used)
        calls, results = done.steps[-1]
        match calls[0][0]:
            case "read_tickets":
                return answer("I look up the orders.", self._look_up(results[0]), used)
            case "look_up_order":
                return answer("I refund.", self._refund(done), used)
            case "refund":
                return answer("I tell them.", self._tell(done, calls, results), used)
            case _:
                page = sum(1 for step in done.steps if step[0][0][0] == "read_tickets")
                if page == len(pages):
                    told = {"answer": f"{page} pages of tickets are done"}
                    return answer("All done.", [("final_answer", told)], used)
                return answer("Next.", [("read_tickets", {"page": pages[page]})], used)

    @staticmethod
    def _look_up(tickets: list[dict[str, str]]) -> CallList:
        return [("look_up_order", {"order": ticket["order"]}) for ticket in tickets]

    @staticmethod
    def _tickets(done: Transcript) -> list[dict[str, str]]:
        return next(
            results[0] for calls, results in reversed(done.steps) if calls[0][0] == "read_tickets"
        )

    def _refund(self, done: Transcript) -> CallList:
        paid = done.refunded_orders()
        calls: CallList = []
        for ticket in self._tickets(done):
            if ticket["order"] in paid:
                continue
            paid.add(ticket["order"])
            wanted = {key: ticket[key] for key in ("ticket", "order", "currency", "reason")}
            calls.append(("refund", {**wanted, "amount": float(ticket["amount"])}))
        return calls

    def _tell(self, done: Transcript, calls: CallList, results: list[Any]) -> CallList:
        outcome = {call[1]["ticket"]: result for call, result in zip(calls, results, strict=True)}
        return [
            ("notify_customer", {"ticket": ticket["ticket"], "text": words_for(outcome, ticket)})
            for ticket in self._tickets(done)
        ]


def words_for(outcome: dict[str, Any], ticket: dict[str, str]) -> str:
    result = outcome.get(ticket["ticket"])
    if result is None:
        return "This order was refunded already."
    if isinstance(result, dict):
        return f"We refunded {result['refunded']} {result['currency']}."
    return f"We could not refund this: {result}"


CODE_PAGE = """
for ticket in read_tickets(page={page}):
    order = look_up_order(order=ticket["order"])
    if ticket["order"] in paid:
        notify_customer(ticket=ticket["ticket"], text="This order was refunded already.")
        continue
    paid.append(ticket["order"])
    result = refund(
        ticket=ticket["ticket"], order=ticket["order"], amount=float(ticket["amount"]),
        currency=ticket["currency"], reason=ticket["reason"])
    if isinstance(result, dict):
        text = f"We refunded {{result['refunded']}} {{result['currency']}}."
    else:
        text = f"We could not refund this: {{result}}"
    notify_customer(ticket=ticket["ticket"], text=text)
print("page {page} done", len(paid))
"""


class CodeScript(Model):  # type: ignore[misc]
    """The same work as code: one block per page, with the loop inside."""

    def __init__(self) -> None:
        super().__init__(model_id="scripted-code")

    def generate(self, messages: list[ChatMessage], **_: Any) -> ChatMessage:
        pages = pages_in(task_of(messages))
        done = sum(1 for m in messages if m.role == MessageRole.TOOL_RESPONSE)
        if done == len(pages):
            code = f'final_answer("{done} pages of tickets are done")'
        else:
            start = "paid = []\n" if done == 0 else ""
            code = start + CODE_PAGE.format(page=pages[done]).strip()
        return answer(f"Thought: the next page.\n<code>\n{code}\n</code>", [], size_of(messages))
