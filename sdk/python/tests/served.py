"""The agent that the workers of the tests serve: it pays one order and answers.

Where effects go is said by LEDGER. Two orders are for tests that end or stop a worker in the middle
of a payment: what has been paid waits there to be told to go on."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from agents import Ledger, Refund, ScriptedModel, call, final, say, text_of
from smolagents import LogLevel, ToolCallingAgent


class Payment(Refund):
    """A refund that may be held up once it is done, and before it is reported."""

    def forward(self, order: str, amount: float, reason: str | None = None) -> str:
        result = super().forward(order, amount, reason)
        if order.startswith("hold-") and self.ledger.once(order):
            self.ledger.write("held", order=order, pid=os.getpid())
            while not (self.ledger.directory / f"go-{order}").exists():
                time.sleep(0.02)
        return result


def pay(messages: Any) -> Any:
    order, amount = text_of(messages).split("pay=")[1].split()[0].split(":")
    return say(None, call("refund", {"order": order, "amount": int(amount)}))


def factory() -> ToolCallingAgent:
    ledger = Ledger(Path(os.environ["LEDGER"]))
    return ToolCallingAgent(
        tools=[Payment(ledger)],
        model=ScriptedModel(ledger, [pay, final("paid")]),
        verbosity_level=LogLevel.OFF,
    )
