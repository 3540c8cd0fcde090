"""What must be true at the end of the demo, worked out independently of the run."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import fermata
import people

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


def outcomes(approvals: list[fermata.ApprovalRequest], tickets: list[dict[str, str]]) -> None:
    there = {ticket["ticket"] for ticket in tickets}
    expected = {t: outcome for t, outcome in EXPECTED_OUTCOMES.items() if t in there}
    found = {approval.arguments["ticket"]: approval.status for approval in approvals}
    require(found == expected, f"the requests ended as {found}")
    by_ticket = {approval.arguments["ticket"]: approval for approval in approvals}
    deciders = {decision.person for decision in by_ticket["T-022"].decisions}
    require(deciders == {"ana", "ben"}, f"T-022 was decided by {deciders}")


def messages(sent: list[dict[str, Any]], tickets: list[dict[str, str]]) -> None:
    per_ticket = Counter(message["ticket"] for message in sent)
    expected = Counter(ticket["ticket"] for ticket in tickets)
    require(per_ticket == expected, "every customer is told once")
    text = {message["ticket"]: message["text"] for message in sent}
    require("fraud" in text["T-024"], f"the agent read why T-024 was rejected: {text['T-024']}")
    require("250.00" in text["T-026"], f"the agent knows the edited amount: {text['T-026']}")


def wanted(
    approvals: list[fermata.ApprovalRequest], tickets: list[dict[str, str]]
) -> dict[str, tuple[Decimal, str]]:
    """What each ticket should have got: as asked, once per order, unless people said otherwise."""
    decided = {approval.arguments["ticket"]: approval for approval in approvals}
    due: dict[str, tuple[Decimal, str]] = {}
    seen: set[str] = set()
    for ticket in tickets:
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


def refunded_by(calls: list[fermata.Call]) -> Counter[tuple[str, Decimal, str]]:
    """What the journal says was refunded."""
    done = [call.result for call in calls if call.tool == "refund" and call.state == "done"]
    # The SDK journals a dict with its exact form beside a readable one.
    readable = [result.get("value", result) for result in done]
    return Counter((one["ticket"], Decimal(one["refunded"]), one["currency"]) for one in readable)


def agreed(approvals: list[fermata.ApprovalRequest]) -> Counter[tuple[str, Decimal, str]]:
    """What people agreed to, as they agreed to it."""
    return Counter(
        (
            str(approval.arguments["ticket"]),
            Decimal(str(approval.arguments["amount"])).quantize(Decimal("0.01")),
            str(approval.arguments["currency"]),
        )
        for approval in approvals
        if approval.status == "approved" and approval.action == "refund"
    )


def ledger(
    refunds: list[dict[str, Any]],
    calls: list[fermata.Call],
    approvals: list[fermata.ApprovalRequest],
    tickets: list[dict[str, str]] | None,
) -> dict[str, Any]:
    paid = Counter((r["ticket"], Decimal(r["amount"]), r["currency"]) for r in refunds)
    # For any model: each refund is one call of the journal, and those that the policy does not let
    # run by themselves are exactly those that people agreed to.
    due = refunded_by(calls)
    require(bool(refunds), "the model refunded nothing at all")
    require(not paid - due, f"paid, but not in the journal: {sorted(paid - due)}")
    require(not due - paid, f"in the journal, but not paid: {sorted(due - paid)}")
    gated = Counter({one: n for one, n in paid.items() if one[2] != "EUR" or not 0 < one[1] <= 100})
    said = agreed(approvals)
    require(not gated - said, f"paid without leave: {sorted(gated - said)}")
    small = Counter({one: n for one, n in paid.items() if one not in gated})
    require(not said - gated - small, f"agreed, but not paid: {sorted(said - gated - small)}")
    if tickets is not None:  # What the script makes of exactly these.
        due_by_script = wanted(approvals, tickets).items()
        asked = Counter((t, amount, money) for t, (amount, money) in due_by_script)
        require(not asked - paid, f"not paid: {sorted(asked - paid)}")
        require(not paid - asked, f"paid twice, or not due: {sorted(paid - asked)}")
    return {
        "refunds_expected": due.total(),
        "refunds_done": paid.total(),
        "duplicates": (paid - due).total(),
    }


def picture(refunds: list[dict[str, Any]], approvals: list[fermata.ApprovalRequest]) -> str:
    """The ledger as a person would want to read it: the sums, and what people decided."""
    paid = {(refund["ticket"], refund["order_id"]): refund for refund in refunds}
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
    for approval in sorted(approvals, key=people.ticket_of):
        ticket = people.ticket_of(approval)
        asked = (approval.original_arguments or approval.arguments).get("amount", "?")
        found = paid.get((ticket, people.arguments_of(approval).get("order")))
        amount = found["amount"] if found and approval.status == "approved" else "-"
        deciders = ", ".join(f"{d.person} ({d.decision})" for d in approval.decisions) or "nobody"
        lines.append(f"      {ticket:7} {asked!s:>10}  {approval.status:9} {amount:>9}  {deciders}")
    return "\n".join(lines)
