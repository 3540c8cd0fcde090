"""The shop that the demo's agent works in: ordinary smolagents tools with a real effect.

The ledger is a database of its own, as a payment provider would be. It takes an idempotency key, as
payment providers do, so paying again under the same key pays once. Nothing else here knows Fermata.
"""

from __future__ import annotations

import csv
import sqlite3
import time
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import fermata
from smolagents import Tool

HERE = Path(__file__).parent
PAGE = 10
PAYMENT_TAKES_S = 0.02

SCHEMA = """
CREATE TABLE IF NOT EXISTS refunds (
  idempotency_key TEXT PRIMARY KEY, ticket TEXT, order_id TEXT, amount TEXT, currency TEXT,
  at REAL);
CREATE TABLE IF NOT EXISTS messages (
  idempotency_key TEXT PRIMARY KEY, ticket TEXT, text TEXT, at REAL);
"""


def load(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def tickets(first_page: int, last_page: int) -> list[dict[str, str]]:
    return load("tickets.csv")[(first_page - 1) * PAGE : last_page * PAGE]


class Ledger:
    """Where money and messages go. Safe for several processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._open() as database:
            database.executescript(SCHEMA)

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=10)

    def pay(self, key: str, ticket: str, order: str, amount: Decimal, currency: str) -> None:
        with self._open() as database:
            database.execute(
                "INSERT OR IGNORE INTO refunds VALUES (?, ?, ?, ?, ?, ?)",
                (key, ticket, order, f"{amount:.2f}", currency, time.time()),
            )

    def tell(self, key: str, ticket: str, text: str) -> None:
        with self._open() as database:
            database.execute(
                "INSERT OR IGNORE INTO messages VALUES (?, ?, ?, ?)",
                (key, ticket, text, time.time()),
            )

    def refunds(self) -> list[dict[str, Any]]:
        return self._rows("SELECT ticket, order_id, amount, currency FROM refunds ORDER BY ticket")

    def messages(self) -> list[dict[str, Any]]:
        return self._rows("SELECT ticket, text FROM messages ORDER BY ticket")

    def _rows(self, query: str) -> list[dict[str, Any]]:
        with self._open() as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query)]


class ReadTickets(Tool):  # type: ignore[misc]
    name = "read_tickets"
    description = "Reads one page of ten refund tickets."
    inputs: ClassVar = {"page": {"type": "integer", "description": "Which page, from 1."}}
    output_type = "array"

    def forward(self, page: int) -> list[dict[str, str]]:
        return tickets(page, page)


class LookUpOrder(Tool):  # type: ignore[misc]
    name = "look_up_order"
    description = "Looks up an order: customer, what was paid, in which currency."
    inputs: ClassVar = {
        "order": {"type": "string", "description": "Number of the order, such as O-0001."}
    }
    output_type = "object"

    def forward(self, order: str) -> dict[str, str]:
        return next(row for row in load("orders.csv") if row["order"] == order)


@fermata.idempotent
class Refund(Tool):  # type: ignore[misc]
    name = "refund"
    description = "Pays money back to the customer. This cannot be undone."
    inputs: ClassVar = {
        "ticket": {"type": "string", "description": "Number of the ticket."},
        "order": {"type": "string", "description": "Number of the order."},
        "amount": {"type": "number", "description": "How much to pay back."},
        "currency": {"type": "string", "description": "ISO code, such as EUR."},
        "reason": {"type": "string", "description": "Why, in the customer's words."},
    }
    output_type = "object"

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger

    def forward(
        self, ticket: str, order: str, amount: float, currency: str, reason: str
    ) -> dict[str, str]:
        key = fermata.idempotency_key() or f"{ticket}/{order}"
        exact = Decimal(str(amount))
        self.ledger.pay(key, ticket, order, exact, currency)
        time.sleep(PAYMENT_TAKES_S)
        print(f"    refund {ticket}  {exact:>9.2f} {currency}", flush=True)
        return {"ticket": ticket, "refunded": f"{exact:.2f}", "currency": currency}


@fermata.idempotent
class NotifyCustomer(Tool):  # type: ignore[misc]
    name = "notify_customer"
    description = "Sends the customer of a ticket a message."
    inputs: ClassVar = {
        "ticket": {"type": "string", "description": "Number of the ticket."},
        "text": {"type": "string", "description": "What to tell them."},
    }
    output_type = "object"

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger

    def forward(self, ticket: str, text: str) -> dict[str, str]:
        self.ledger.tell(fermata.idempotency_key() or f"{ticket}/{text}", ticket, text)
        return {"ticket": ticket, "told": text}


def tools(ledger: Ledger) -> list[Tool]:
    return [ReadTickets(), LookUpOrder(), Refund(ledger), NotifyCustomer(ledger)]
