"""The history checker: what was acknowledged is there, nothing happened twice, the promises held.

It reads the events of every workflow as the server shows them after the last kill, the clients'
acknowledgements and the effects, and folds the events with a small model of its own, written apart
from the server's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]


@dataclass
class Model:
    """What this checker knows of one workflow, event by event."""

    violations: list[str]
    epoch: int = 0
    turn: int = 0
    outcomes: dict[str, str] = field(default_factory=dict)
    asked: dict[str, Event] = field(default_factory=dict)
    agreed: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    opened: dict[str, Event] = field(default_factory=dict)
    granted: dict[str, Event] = field(default_factory=dict)
    started: Counter[str] = field(default_factory=Counter)
    fresh: set[str] = field(default_factory=set)
    closed: dict[str, Event] = field(default_factory=dict)
    checkpoints: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)
    ended: str = ""

    def wrong(self, promise: str, what: str) -> None:
        self.violations.append(f"{promise}: {what}")

    def apply(self, event: Event) -> None:
        handler = getattr(self, "on_" + event["type"].replace(".", "_"), None)
        if self.ended:
            self.wrong("P4", f"{event['type']} after {self.ended}")
        if handler is not None:
            handler(event, event["payload"])

    def on_turn_started(self, _: Event, fact: Event) -> None:
        if fact["turn"] != self.turn + 1:
            self.wrong("P16", f"turn {fact['turn']} after {self.turn}")
        self.turn = fact["turn"]

    def on_call_opened(self, _: Event, fact: Event) -> None:
        if fact["turn"] != self.turn:
            self.wrong("P16", f"{fact['call']} opened by turn {fact['turn']}")
        self.opened[fact["call"]] = fact

    def on_approval_requested(self, _: Event, fact: Event) -> None:
        self.asked[fact["approval"]] = dict(fact)
        self.agreed[fact["approval"]] = {}

    def on_approval_edited(self, _: Event, fact: Event) -> None:
        self.asked[fact["approval"]].update(hash=fact["hash"], thresholds=fact["thresholds"])
        self.agreed[fact["approval"]] = {}

    def on_approval_decided(self, event: Event, fact: Event) -> None:
        approval, person = fact["approval"], fact["person"]
        if approval in self.outcomes:
            self.wrong("P4", f"{approval} decided after it was {self.outcomes[approval]}")
        if event["actor"] != {"kind": "person", "id": person}:
            self.wrong("P3", f"{approval} decided for {person} by {event['actor']}")
        if fact["hash"] != self.asked[approval]["hash"]:
            self.wrong("P5", f"{approval} decided under another hash")
        if person in self.agreed[approval]:
            self.wrong("P4", f"{person} decided {approval} twice")
        self.agreed[approval][person] = (fact["decision"], fact["hash"])

    def on_approval_closed(self, _: Event, fact: Event) -> None:
        approval = fact["approval"]
        if approval in self.outcomes:
            self.wrong("P4", f"{approval} ended twice")
        self.outcomes[approval] = fact["status"]
        if fact["status"] in ("approved", "answered"):
            need = max(threshold["approve"] for threshold in self.asked[approval]["thresholds"])
            given = sum(1 for said, _ in self.agreed[approval].values() if said != "reject")
            if given < need:
                self.wrong("P1", f"{approval} {fact['status']} by {given} of {need}")

    def on_call_granted(self, _: Event, fact: Event) -> None:
        if self.outcomes.get(fact["approval"]) not in ("approved", "answered"):
            self.wrong("P1", f"{fact['call']} granted without an approval")
        if fact["hash"] != self.asked[fact["approval"]]["hash"]:
            self.wrong("P5", f"{fact['call']} granted under another hash")
        if fact["epoch"] != self.epoch:
            self.wrong("P13", f"{fact['call']} granted in epoch {fact['epoch']}")
        self.granted[fact["call"]] = fact
        self.fresh.add(fact["call"])

    def on_call_started(self, _: Event, fact: Event) -> None:
        call = fact["call"]
        opened = self.opened[call]
        first = self.started[call] == 0
        allowed = opened["effect"] == "allow" and first
        if not (allowed or call in self.fresh or (opened["idempotent"] and not first)):
            self.wrong("P9", f"{call} started without a fresh grant")
        if call in self.dropped:
            self.wrong("P13", f"{call} started after a rollback left it")
        if fact["turn"] != self.turn:
            self.wrong("P16", f"{call} started by turn {fact['turn']}")
        self.fresh.discard(call)
        self.started[call] += 1

    def on_call_closed(self, _: Event, fact: Event) -> None:
        if fact["call"] in self.closed:
            self.wrong("P17", f"{fact['call']} closed twice")
        if not self.started[fact["call"]]:
            self.wrong("P9", f"{fact['call']} closed and never started")
        self.closed[fact["call"]] = fact

    def on_checkpoint_created(self, _: Event, fact: Event) -> None:
        self.checkpoints.add(fact["checkpoint"])

    def on_workflow_rolled_back(self, _: Event, fact: Event) -> None:
        if fact["epoch"] != self.epoch + 1:
            self.wrong("P13", f"epoch {fact['epoch']} after {self.epoch}")
        self.epoch = fact["epoch"]
        self.dropped.update(fact["dropped"])
        open_still = [a for a in self.asked if a not in self.outcomes]
        if open_still:
            self.wrong("P13", f"pending after a rollback: {open_still}")

    def on_workflow_completed(self, _: Event, __: Event) -> None:
        self.ended = "completed"


def fold(events: list[Event], violations: list[str]) -> Model:
    model = Model(violations)
    for expected, event in enumerate(events, start=1):
        if event["version"] != expected:
            model.wrong("P10", f"version {event['version']} instead of {expected}")
            break
        model.apply(event)
    return model


def check(
    streams: dict[str, list[Event]],
    acks: list[dict[str, Any]],
    effects: list[tuple[str, str]],
) -> list[str]:
    """Every violation found, as a sentence that begins with the promise's id."""
    violations: list[str] = []
    models = {workflow: fold(events, violations) for workflow, events in streams.items()}
    for ack in acks:
        if "ack" in ack and not _is_there(ack, streams, models):
            violations.append(f"P7: acknowledged and not there: {ack}")
    done = Counter(call for call, _ in effects)
    hashes: dict[str, set[str]] = defaultdict(set)
    for call, hash_ in effects:
        hashes[call].add(hash_)
    for model in models.values():
        for call, fact in model.closed.items():
            if done[call] != 1:
                violations.append(f"P17: {call} is closed and was done {done[call]} times")
            if hashes[call] - {fact["hash"]}:
                violations.append(f"P5: {call} was executed under another hash")
        for call in model.opened:
            if done[call] and not model.started[call]:
                violations.append(f"P2: {call} was done without leave")
    violations += [f"P17: {call} was done {n} times" for call, n in done.items() if n > 1]
    return violations


def _is_there(
    ack: dict[str, Any], streams: dict[str, list[Event]], models: dict[str, Model]
) -> bool:
    workflow = ack.get("workflow") or "wf_" + ack["approval"].split("_")[1]
    model = models.get(workflow)
    if model is None:
        return False
    match ack["ack"]:
        case "create":
            return bool(len(streams[workflow]) >= ack["version"])
        case "turn":
            return bool(model.turn >= ack["turn"])
        case "open":
            return ack["call"] in model.opened
        case "close":
            return ack["call"] in model.closed and model.closed[ack["call"]]["hash"] == ack["hash"]
        case "decide":
            if ack["status"] != "pending":
                return bool(model.outcomes.get(ack["approval"]) == ack["status"])
            return any(
                event["type"] == "approval.decided"
                and event["payload"]["approval"] == ack["approval"]
                and event["payload"]["person"] == ack["person"]
                for event in streams[workflow]
            )
        case "checkpoint":
            return ack["checkpoint"] in model.checkpoints
        case "rollback":
            return bool(model.epoch >= ack["epoch"])
        case "complete":
            return model.ended == "completed" and len(streams[workflow]) == ack["version"]
    return False
