"""What must be true at the end of the demo, worked out independently of the run."""

from __future__ import annotations

import os
from collections import Counter
from decimal import Decimal
from typing import Any

import fermata
import shop

EXPECTED_OUTCOMES = {
    "T-022": "approved",
    "T-024": "rejected",
    "T-026": "approved",
    "T-027": "expired",
    "T-029": "approved",
    "T-075": "approved",
    "T-093": "approved",
}


def require(condition: bool, claim: str) -> None:
    if not condition:
        raise AssertionError(claim)


def outcomes(approvals: list[fermata.ApprovalRequest]) -> None:
    found = {approval.arguments["ticket"]: approval.status for approval in approvals}
    require(found == EXPECTED_OUTCOMES, f"the requests ended as {found}")
    by_ticket = {approval.arguments["ticket"]: approval for approval in approvals}
    deciders = {decision.person for decision in by_ticket["T-022"].decisions}
    require(deciders == {"ana", "ben"}, f"T-022 was decided by {deciders}")


def messages(sent: list[dict[str, Any]]) -> None:
    per_ticket = Counter(message["ticket"] for message in sent)
    tickets = [ticket["ticket"] for ticket in shop.load("tickets.csv")]
    require(per_ticket == Counter(tickets), "every customer is told once")
    text = {message["ticket"]: message["text"] for message in sent}
    require("fraud" in text["T-024"], f"the agent read why T-024 was rejected: {text['T-024']}")
    require("250.00" in text["T-026"], f"the agent knows the edited amount: {text['T-026']}")


def wanted(approvals: list[fermata.ApprovalRequest]) -> dict[str, tuple[Decimal, str]]:
    """What each ticket should have got: as asked, once per order, unless people said otherwise."""
    decided = {approval.arguments["ticket"]: approval for approval in approvals}
    due: dict[str, tuple[Decimal, str]] = {}
    seen: set[str] = set()
    for ticket in shop.load("tickets.csv"):
        if ticket["order"] in seen:
            continue
        seen.add(ticket["order"])
        approval = decided.get(ticket["ticket"])
        amount = Decimal(ticket["amount"])
        if approval is not None:
            if approval.status != "approved":
                continue
            amount = Decimal(str(approval.arguments["amount"]))
        due[ticket["ticket"]] = (amount, ticket["currency"])
    return due


def journaled(calls: list[fermata.Call]) -> dict[str, tuple[Decimal, str]]:
    """What the journal says was refunded; for a real model, which may do as it likes."""
    done = [call.result for call in calls if call.tool == "refund" and call.state == "done"]
    # The SDK journals a dict with its exact form beside a readable one.
    readable = [result.get("value", result) for result in done]
    return {one["ticket"]: (Decimal(one["refunded"]), one["currency"]) for one in readable}


def ledger(
    refunds: list[dict[str, Any]],
    calls: list[fermata.Call],
    approvals: list[fermata.ApprovalRequest],
) -> dict[str, Any]:
    real_model = "FERMATA_MODEL_URL" in os.environ
    due = journaled(calls) if real_model else wanted(approvals)
    duplicates = len(refunds) - len({refund["ticket"] for refund in refunds})
    require(duplicates == 0, f"{duplicates} refunds were paid twice")
    paid = {r["ticket"]: (Decimal(r["amount"]), r["currency"]) for r in refunds}
    missing = sorted(set(due) - set(paid))
    extra = sorted(set(paid) - set(due))
    require(not missing, f"not paid: {missing}")
    require(not extra, f"paid without leave: {extra}")
    wrong = [ticket for ticket in due if due[ticket] != paid[ticket]]
    require(not wrong, f"another amount than decided: {wrong}")
    require(journaled(calls) == paid, "the journal and the ledger tell the same")
    return {"refunds_expected": len(due), "refunds_done": len(paid), "duplicates": duplicates}


def picture(refunds: list[dict[str, Any]], approvals: list[fermata.ApprovalRequest]) -> str:
    """The ledger as a person would want to read it: the sums, and what people decided."""
    paid = {refund["ticket"]: refund for refund in refunds}
    sums: dict[str, Decimal] = {}
    for refund in refunds:
        sums[refund["currency"]] = sums.get(refund["currency"], Decimal(0)) + Decimal(
            refund["amount"]
        )
    lines = [
        f"    {len(refunds)} refunds in the ledger, each once: "
        + ", ".join(f"{amount:,.2f} {currency}" for currency, amount in sorted(sums.items())),
        "    what people were asked:",
        f"      {'ticket':7} {'asked':>10}  {'outcome':9} {'paid':>9}  by",
    ]
    for approval in sorted(approvals, key=lambda one: str(one.arguments["ticket"])):
        ticket = str(approval.arguments["ticket"])
        asked = (approval.original_arguments or approval.arguments)["amount"]
        amount = paid[ticket]["amount"] if ticket in paid else "-"
        people = ", ".join(f"{d.person} ({d.decision})" for d in approval.decisions) or "nobody"
        lines.append(f"      {ticket:7} {asked:>10.2f}  {approval.status:9} {amount:>9}  {people}")
    return "\n".join(lines)
