"""P5: what runs is exactly what was decided on, whoever says otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import rfc8785
from agents import Ledger, call, report, say, tool_caller
from peer import Server

from fermata.smolagents import BindingMismatch, Fermata


class Tampering(httpx.BaseTransport):
    """A server, or somebody between, whose permissions are not for what was asked."""

    def __init__(self, change: Callable[[dict[str, Any]], None]) -> None:
        self._inner = httpx.HTTPTransport()
        self._change = change

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._inner.handle_request(request)
        answer.read()
        if request.method == "POST" and request.url.path.endswith("/calls"):
            body = answer.json()
            if body.get("verdict") == "run":
                self._change(body)
            return httpx.Response(answer.status_code, json=body)
        return answer


def _rehash(body: dict[str, Any]) -> None:
    body["hash"] = hashlib.sha256(rfc8785.dumps(body["binding"])).hexdigest()


def _other_amount(body: dict[str, Any]) -> None:
    body["arguments"]["amount"] = body["binding"]["arguments"]["amount"] = 99
    _rehash(body)


def _other_workflow(body: dict[str, Any]) -> None:
    body["binding"]["workflow"] = "wf_another"
    _rehash(body)


def _shown_other(body: dict[str, Any]) -> None:
    body["arguments"]["amount"] = 99
    body["edited"] = True


@pytest.mark.parametrize(
    "change",
    [
        _other_amount,
        _other_workflow,
        _shown_other,
        lambda body: body.update(hash="0" * 64),
        lambda body: body["binding"].update(tool="lookup"),
        lambda body: (body["binding"].update(epoch=7), _rehash(body)),
        lambda body: (body["binding"].update(definition_hash=""), _rehash(body)),
    ],
)
def test_p5_a_permission_for_anything_else_runs_nothing(
    server: Server, ledger: Ledger, change: Callable[[dict[str, Any]], None]
) -> None:
    fermata = Fermata(client=server.client(transport=Tampering(change)))
    agent = tool_caller(ledger, [say(None, call("refund", {"order": "A", "amount": 5})), report])
    with pytest.raises(BindingMismatch):
        fermata.run(agent, "pay")
    assert ledger.refunds() == []
