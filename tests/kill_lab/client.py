"""One client of the kill lab: an agent and its approvers in one process, to be killed at any time.

It works through workflows of a few calls each, some of which need people, and starts where the last
process with its name left off. Whatever it is told goes into its acknowledgements, whatever it does
into the effects. With --finish it begins nothing new and ends when nothing of its own is open.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import fermata
from effects import Acks, Effects

T = TypeVar("T")
CALLS = 5
RETRY = fermata.Retry(attempts=400, total_s=25, base_s=0.02, cap_s=0.2)


class LabClient:
    def __init__(self, options: argparse.Namespace) -> None:
        self.name: str = options.name
        self.finish: bool = options.finish
        self.acks = Acks(options.folder / f"acks-{self.name}.jsonl")
        self.effects = Effects(options.folder / "effects.db")
        self.agent = fermata.Client(options.url, os.environ["LAB_AGENT_KEY"], retry=RETRY)
        self.people = {
            who: fermata.Client(options.url, os.environ[f"LAB_{who.upper()}_KEY"], retry=RETRY)
            for who in ("ben", "cleo")
        }
        self.turn = 0

    def run(self) -> None:
        while True:
            workflow = self._unfinished()
            if workflow is None:
                if self.finish:
                    return
                workflow = self._do("create", lambda: self.agent.create_workflow(tags=[self.name]))
                self.acks.acknowledged("create", workflow=workflow.id, version=workflow.version)
            try:
                self._work(workflow.id)
            except fermata.ApiError as error:
                # Only races that the lab itself makes; the next round looks again.
                print(f"{self.name}: {error.reason}", file=sys.stderr, flush=True)

    def _do(self, operation: str, act: Callable[[], T]) -> T:
        self.acks.begin(operation)
        return act()

    def _unfinished(self) -> fermata.Workflow | None:
        for status in ("ready", "running", "waiting"):
            page = self.agent.list_workflows(status=status, tag=self.name, limit=1)
            if page.items:
                return page.items[0]
        return None

    def _work(self, workflow: str) -> None:
        worker = f"{self.name}:{os.getpid()}"
        lease = self._do(
            "turn", lambda: self.agent.start_turn(workflow, worker=worker, takeover=True)
        )
        self.turn = lease.turn
        self.acks.acknowledged("turn", workflow=workflow, turn=lease.turn)
        plan = random.Random(f"{workflow}/{lease.epoch}")
        if plan.random() < 0.3 and lease.epoch == 0:
            self._checkpoint(workflow)
        for index in range(CALLS):
            self._call(workflow, f"k{index}", plan.choice([50, 500, 5000]), plan.random() < 0.5)
        if lease.epoch == 0 and self._roll_back(workflow):
            return
        done = self._do(
            "complete", lambda: self.agent.complete_workflow(workflow, turn=self.turn, result="ok")
        )
        self.acks.acknowledged("complete", workflow=workflow, version=done.version)

    def _checkpoint(self, workflow: str) -> None:
        made = self._do(
            "checkpoint",
            lambda: self.agent.create_checkpoint(workflow, name="start", turn=self.turn),
        )
        self.acks.acknowledged("checkpoint", workflow=workflow, checkpoint=made.id)

    def _roll_back(self, workflow: str) -> bool:
        # Not to those that the server makes: the calls before them would stay, and the plan of the
        # next epoch has others.
        items = self.agent.list_checkpoints(workflow).items
        made = [point for point in items if point.name == "start"]
        if not made:
            return False
        rolled = self._do(
            "rollback",
            lambda: self.agent.rollback(
                workflow, checkpoint=made[0].id, reason="the lab", turn=self.turn
            ),
        )
        self.acks.acknowledged("rollback", workflow=workflow, epoch=rolled.workflow.epoch)
        return True

    def _call(self, workflow: str, key: str, amount: int, idempotent: bool) -> None:
        while True:
            verdict = self._do(
                "open",
                lambda: self.agent.open_call(
                    workflow,
                    turn=self.turn,
                    key=key,
                    tool="refund",
                    arguments={"amount": amount},
                    idempotent=idempotent,
                ),
            )
            self.acks.acknowledged("open", workflow=workflow, call=verdict.call.id)
            if verdict.verdict == "run":
                self.effects.do(verdict.call.id, verdict.idempotency_key, verdict.hash, idempotent)
                self._close(workflow, verdict)
                return
            if verdict.verdict != "wait":
                return
            assert verdict.approval is not None
            self._decide(verdict.approval)

    def _close(self, workflow: str, verdict: fermata.CallVerdict) -> None:
        closed = self._do(
            "close",
            lambda: self.agent.close_call(
                workflow,
                verdict.call.id,
                turn=self.turn,
                grant=verdict.grant,
                hash=verdict.hash,
                result={"attempt": verdict.attempt},
            ),
        )
        self.acks.acknowledged("close", workflow=workflow, call=closed.id, hash=closed.hash)

    def _decide(self, approval: fermata.ApprovalRequest) -> None:
        """Both people look at it, and say the truth about a call in doubt."""
        choice = random.Random(approval.id)
        for who, client in self.people.items():
            now = client.get_approval(approval.id)
            if now.status != "pending":
                return
            if any(decision.person == who and decision.counts for decision in now.decisions):
                continue
            self._decide_as(who, client, now, choice.random())

    def _decide_as(
        self, who: str, client: fermata.Client, now: fermata.ApprovalRequest, draw: float
    ) -> None:
        def act() -> fermata.ApprovalRequest:
            if now.kind == "in_doubt":
                answer = {"happened": self.effects.happened(now.call_id or ""), "result": "seen"}
                return client.decide(now.id, "answer", hash=now.hash, answer=answer)
            if draw < 0.1:
                return client.decide(now.id, "reject", hash=now.hash, reason="the lab")
            if draw < 0.2 and now.original_arguments is None:
                arguments = {"amount": 300}
                if arguments != now.arguments:
                    return client.decide(
                        now.id, "edit", hash=now.hash, arguments=arguments, reason="less"
                    )
            return client.decide(now.id, "approve", hash=now.hash)

        decided = self._do("decide", act)
        self.acks.acknowledged(
            "decide", approval=decided.id, person=who, hash=decided.hash, status=decided.status
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--finish", action="store_true")
    LabClient(parser.parse_args()).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
