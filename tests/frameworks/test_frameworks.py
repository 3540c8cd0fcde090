"""Real programs of LangGraph, LangChain and HumanLayer stop, a person decides, and they go on."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import Api, decide, good

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(__file__).resolve().parent / "programs"
PATIENCE_S = 60


class Program:
    """A program in the environment of the frameworks, with the SDK as it lies here."""

    def __init__(self, api: Api, name: str, *arguments: Any, **environment: str) -> None:
        words = [one if isinstance(one, str) else json.dumps(one) for one in arguments]
        self.process = subprocess.Popen(
            [ROOT / ".venv-frameworks/bin/python", PROGRAMS / f"{name}.py", *words],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT / "sdk/python"),
                "FERMATA_URL": api.url,
                "FERMATA_KEY": api.keys["agent"],
                **environment,
            },
            stdout=subprocess.PIPE,
            text=True,
        )

    def result(self) -> Any:
        out, _ = self.process.communicate(timeout=PATIENCE_S)
        assert self.process.returncode == 0
        return json.loads(out)

    def ends_with(self) -> int:
        return self.process.wait(timeout=PATIENCE_S)


Pending = Callable[[int], list[dict[str, Any]]]


@pytest.fixture
def pending(api: Api) -> Pending:
    """The requests that wait, the oldest first, once there are that many."""

    def wait(count: int) -> list[dict[str, Any]]:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            found = good(api.reader.get("/v1/approvals?status=pending"))["items"]
            if len(found) >= count:
                assert len(found) == count
                return list(reversed(found))
        raise AssertionError(f"there never were {count} requests")

    return wait


def test_an_agent_inbox_of_langgraph(api: Api, pending: Pending, tmp_path: Path) -> None:
    """One interrupt after the other in one node, in a run that outlives its process."""
    given = (str(tmp_path / "run.db"), [500, 600, 700, 5])
    assert Program(api, "agent_inbox", *given, TIMEOUT_S="0").ends_with() == 75
    [first] = pending(1)
    assert (first["action"], first["arguments"]) == ("refund", {"amount": 500})
    assert Program(api, "agent_inbox", *given, TIMEOUT_S="0").ends_with() == 75
    assert [one["id"] for one in pending(1)] == [first["id"]], "the same question"
    good(decide(api, "ben", first))
    program = Program(api, "agent_inbox", *given)
    [second] = pending(1)
    assert second["arguments"] == {"amount": 600}
    good(decide(api, "ben", second, "edit", arguments={"amount": 550}))
    [third] = pending(1)
    assert third["arguments"] == {"amount": 700}
    good(decide(api, "ben", third, "reject", reason="no ticket"))
    assert program.result() == ["refunded 500", "refunded 550", "no ticket", "refunded 5"]


@pytest.mark.parametrize("mode", ["batched", "per_call"])
def test_a_langchain_agent(api: Api, pending: Pending, mode: str) -> None:
    calls = [{"name": "refund", "args": {"amount": amount}} for amount in (5, 500, 600, 700)]
    calls.append({"name": "ask_user", "args": {"question": "Which colour?"}})
    program = Program(api, "langchain_hitl", mode, calls, ["approve", "edit", "reject"])
    by_amount = {one["arguments"].get("amount"): one for one in pending(4)}
    assert by_amount[500]["takes"] == ["approve", "reject", "edit"]
    good(decide(api, "ben", by_amount[None], "answer", answer={"response": "blue"}))
    good(decide(api, "ben", by_amount[700], "reject", reason="no ticket"))
    good(decide(api, "ben", by_amount[600], "edit", arguments={"amount": 550}))
    good(decide(api, "ben", by_amount[500]))
    small, agreed, edited, refused, words = program.result()
    assert small == ["success", "refunded 5"]
    assert agreed == ["success", "refunded 500"]
    assert edited[0] == "success"
    assert edited[1].endswith("refunded 550")
    assert refused[0] == "error"
    assert "no ticket" in refused[1]
    assert words == ["success", "blue"]


@pytest.mark.parametrize("mode", ["batched", "per_call"])
def test_a_langchain_tool_that_takes_no_edit(api: Api, pending: Pending, mode: str) -> None:
    call = {"name": "refund", "args": {"amount": 500}}
    program = Program(api, "langchain_hitl", mode, [call], ["approve", "respond"])
    [asked] = pending(1)
    assert asked["takes"] == ["approve", "reject"]
    refused = decide(api, "ben", asked, "edit", arguments={"amount": 5})
    assert refused.json()["reason"] == "approval.wrong_decision"
    good(decide(api, "ben", asked, "reject", reason="no ticket"))
    assert program.result() == [["success", "no ticket"]], "it takes words, but no reject"


def test_a_humanlayer_program(api: Api, pending: Pending) -> None:
    program = Program(api, "humanlayer_calls", 500)
    [call] = pending(1)
    assert (call["action"], call["arguments"]) == ("refund", {"amount": 500})
    good(decide(api, "ben", call))
    [contact] = pending(1)
    assert contact["arguments"] == {"message": "Which colour?"}
    good(decide(api, "ben", contact, "answer", answer={"response": "blue"}))
    assert program.result() == ["refunded 500", "blue"]


def test_a_humanlayer_program_that_is_refused(api: Api, pending: Pending) -> None:
    program = Program(api, "humanlayer_calls", 600)
    [call] = pending(1)
    good(decide(api, "ben", call, "reject", reason="no ticket"))
    [contact] = pending(1)
    good(decide(api, "ben", contact, "answer", answer={"response": "red"}))
    assert program.result() == ["User denied refund with message: no ticket", "red"]
