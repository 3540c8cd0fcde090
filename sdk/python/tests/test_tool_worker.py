"""A worker of tools runs what was decided on, and nothing else."""

from __future__ import annotations

import hashlib
import warnings
from typing import Any

from smolagents import tool

from fermata import Client, idempotent
from fermata.models import ToolCall
from fermata.smolagents import BindingMismatch, ToolWorker, codec
from fermata.smolagents.serve_tools import definition, plain

ran: list[str] = []


@idempotent
def refund(order: str, amount: float = 1.0) -> str:
    """Pays an order back.

    Args:
        order: The order's number.
        amount: How much.
    """
    ran.append(order)
    return "ok"


def digest(value: Any) -> str:
    return hashlib.sha256(codec.canonical(value)).hexdigest()


def allowed(asked: Any, **changed: Any) -> ToolCall:
    described = {**definition(tool(refund)), "undo": "", "worker": "till"}
    binding = {"tool": "refund", "definition_hash": digest(described), "arguments": asked}
    fields = {
        "tool": "refund",
        "arguments": asked,
        "binding": binding,
        "hash": digest(binding),
        "definition": described,
        "idempotency_key": "wf/cl",
    }
    return ToolCall(**{**fields, **changed})


def test_p5_a_permission_for_anything_else_is_refused() -> None:
    ran.clear()
    worker = ToolWorker(Client("http://127.0.0.1:1", "key"), [refund])
    good = allowed({"order": "o1"})
    assert worker._outcome(good) == {"result": "ok"}
    other = {**good.definition, "description": "Pays anybody."}
    for bad in (
        allowed({"order": "o1"}, arguments={"order": "o2"}),
        allowed({"order": "o1"}, hash="0" * 64),
        allowed({"order": "o1"}, definition=other),
        allowed({"order": "o1"}, tool="pay"),
        allowed({"order": "o1"}, binding={**good.binding, "arguments": {"order": "o2"}}),
    ):
        assert worker._outcome(bad)["error"]["type"].endswith(BindingMismatch.__name__)
    told = {**other, "name": "refund"}
    binding = {**good.binding, "definition_hash": digest(told)}
    lied = allowed({"order": "o1"}, definition=told, binding=binding, hash=digest(binding))
    assert "otherwise" in worker._outcome(lied)["error"]["message"]
    assert ran == ["o1"]


def test_a_function_with_decorators_is_served_without_a_word() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ToolWorker(Client("http://127.0.0.1:1", "key"), [refund])


def test_a_tool_is_described_as_a_model_can_call_it() -> None:
    told = definition(tool(refund))
    assert told["idempotent"] is True
    assert told["arguments"]["properties"]["order"]["type"] == "string"
    assert "order" in told["arguments"]["required"]


def test_results_are_json_or_text() -> None:
    assert plain({"a": [1, None, 0.5]}) == {"a": [1, None, 0.5]}
    assert plain(2**60) == str(2**60)
    assert plain({1}) == "{1}"
    assert plain(float("nan")) == "nan"
