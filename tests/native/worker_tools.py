"""Tools that test_worker_tools.py has a worker serve: each effect is a line in a folder.

TOOLS_FOLDER is that folder; PAY_DESCRIPTION says what `pay` does, PAY_TWICE that it may be
repeated.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import fermata
from smolagents import Tool, tool

folder = Path(os.environ["TOOLS_FOLDER"])


def write(line: str) -> None:
    with (folder / "effects").open("a") as effects:
        effects.write(f"{line} {fermata.idempotency_key()}\n")
    while (folder / "hold").exists():
        time.sleep(0.02)


class Pay(Tool):  # type: ignore[misc]
    name = "pay"
    description = os.environ.get("PAY_DESCRIPTION", "Pays an order back.")
    inputs = {  # noqa: RUF012
        "order": {"type": "string", "description": "The order's number."},
        "amount": {"type": "number", "description": "How much, in euros."},
        "note": {"type": "string", "description": "For the customer.", "nullable": True},
    }
    output_type = "object"

    def forward(self, order: str, amount: float, note: str | None = None) -> dict[str, Any]:
        write(f"pay {order} {amount:g} {note}")
        if order == "missing":
            raise LookupError("there is no such order")
        return {"paid": amount, "order": order}


@tool  # type: ignore[untyped-decorator]
def cancel(arguments: dict, result: dict) -> str:  # type: ignore[type-arg]
    """Takes a payment back.

    Args:
        arguments: What was paid.
        result: What came of it.
    """
    write(f"cancel {arguments['order']} {result['paid']:g}")
    return "cancelled"


@tool  # type: ignore[untyped-decorator]
def numbers() -> list[int]:
    """Gives a value that is no JSON."""
    return [1, 2**70]


def balance(account: str) -> float:
    """An account's balance.

    Args:
        account: Whose.
    """
    write(f"balance {account}")
    return 12.5


def tools() -> list[Any]:
    pay = Pay()
    if os.environ.get("PAY_TWICE"):
        fermata.idempotent(pay)
    return [pay, cancel, numbers, balance]
