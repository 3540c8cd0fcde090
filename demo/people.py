"""The people of the demo: what they are shown, and how ana and ben decide when nobody else does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import fermata
import shop

ANA, BEN = ("person", "ana"), ("person", "ben")
Who = tuple[str, str]
# Nobody answers a question that is gone sooner than this.
SHORT_S = 60


@dataclass(frozen=True)
class Verdict:
    """What one person says on the command line, and why, for the reader."""

    by: Who
    words: tuple[str, ...]
    told: str


def arguments_of(approval: fermata.ApprovalRequest) -> dict[str, Any]:
    return approval.arguments if isinstance(approval.arguments, dict) else {}


def ticket_of(approval: fermata.ApprovalRequest) -> str:
    """The ticket that a request is about; its id when it names none."""
    return str(arguments_of(approval).get("ticket") or approval.id)


def amount_of(approval: fermata.ApprovalRequest) -> Decimal | None:
    try:
        amount = Decimal(str(arguments_of(approval).get("amount")))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def seconds_left(approval: fermata.ApprovalRequest) -> float | None:
    if approval.deadline is None:
        return None
    deadline = datetime.fromisoformat(approval.deadline)
    return (deadline - datetime.now(UTC)).total_seconds()


def needs_two(approval: fermata.ApprovalRequest) -> bool:
    return any(threshold.approve > 1 for threshold in approval.thresholds)


def half_decided(approval: fermata.ApprovalRequest) -> bool:
    return approval.status == "pending" and needs_two(approval) and bool(approval.decisions)


# Deciding by itself ------------------------------------------------------------------------------


def verdicts(approval: fermata.ApprovalRequest, ledger: shop.Ledger) -> list[Verdict]:
    """What careful people would say, whatever the model asked for. None: they let it pass by."""
    ticket, amount = ticket_of(approval), amount_of(approval)
    why_not = objection(approval, ledger)
    if why_not:
        refusal = ("reject", "--reason", why_not)
        return [Verdict(BEN, refusal, f"ben rejects {ticket}: {why_not}")]
    left = seconds_left(approval)
    if left is not None and left < SHORT_S:
        return []
    if ticket == "T-026" and amount is not None and amount > 250:
        edit = ("edit", "--set", "amount=250", "--reason", "One of four chairs")
        return [Verdict(ANA, edit, f"ana edits {ticket} down to 250.00")]
    first = Verdict(ANA, ("approve",), f"ana approves {ticket}")
    second = Verdict(BEN, ("approve",), f"ben approves {ticket}")
    if needs_two(approval):
        return [first, second]
    return [first if arguments_of(approval).get("currency") != "EUR" else second]


def objection(approval: fermata.ApprovalRequest, ledger: shop.Ledger) -> str:
    """Why ben would refuse; empty when he would not."""
    asked = arguments_of(approval)
    order = next((o for o in shop.load("orders.csv") if o["order"] == asked.get("order")), None)
    amount = amount_of(approval)
    if approval.action != "refund" or order is None or amount is None:
        return "This is no refund of an order that there is"
    if amount > Decimal(order["paid"]):
        return f"The order was paid with {order['paid']} {order['currency']}, this is fraud"
    if any(refund["order_id"] == order["order"] for refund in ledger.refunds()):
        return "This order was refunded already"
    return ""


# What a person sees ------------------------------------------------------------------------------


def clock(seconds: float) -> str:
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02}"


def needed(approval: fermata.ApprovalRequest) -> str:
    return " and ".join(
        f"{need.approve - need.given} {'more ' if need.given else ''}of {need.from_}"
        for need in approval.needed
    )


def table(waiting: list[fermata.ApprovalRequest]) -> list[str]:
    """One request a line: which ticket, how much, why, and who must agree."""
    lines = []
    for approval in waiting:
        asked, amount = arguments_of(approval), amount_of(approval)
        money = f"{amount:,.2f}" if amount is not None else "?"
        reason = str(asked.get("reason", "")).encode("unicode_escape").decode()
        reason = reason if len(reason) <= 34 else reason[:33] + "…"
        left = seconds_left(approval)
        until = f", within {clock(left)}" if left is not None and left < 3600 else ""
        lines.append(
            f"{ticket_of(approval):6} {money:>9} {asked.get('currency', ''):3}  {reason:34} "
            f"{needed(approval)}{until}"
        )
    return lines


def how_to_decide(
    waiting: list[fermata.ApprovalRequest], binary: Path, url: str, keys: dict[Who, str]
) -> list[str]:
    """The commands for another terminal, each under the ticket that it is about."""
    lines = ["Decide in another terminal. To be ana there, or ben (one person is one decision):"]
    for who in (ANA, BEN):
        lines += [f"  as {who[1]}:", f"    export FERMATA_URL={url} FERMATA_KEY={keys[who]}"]
    for approval in waiting:
        lines.append(f"  {ticket_of(approval)}, {needed(approval)}:")
        lines.append(f"    {binary} approvals approve {approval.id}")
    lines += ["  instead of approve, with the id of any of them:"]
    lines.append(f"    {binary} approvals reject ID --reason 'this is fraud'")
    lines.append(f"    {binary} approvals edit ID --set amount=250 --reason 'one of four chairs'")
    return lines


def still_waiting(pending: list[fermata.ApprovalRequest]) -> str:
    """What is being waited for, in one line."""
    words = []
    for approval in pending:
        left = seconds_left(approval)
        soon = left is not None and left < 3600
        more = f" ({needed(approval)})" if approval.decisions else ""
        words.append(
            f"{ticket_of(approval)}{more}" + (f" ({clock(left or 0)} left)" if soon else "")
        )
    return "waiting for " + ", ".join(words)
