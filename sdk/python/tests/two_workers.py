"""Two workers serve many workflows; one is killed with SIGKILL in the middle of a payment, one is
stopped with SIGSTOP past its lease, also in the middle of one, and goes on as if nothing were.

    two_workers.py [--workflows 500]

All must finish, nothing may be paid twice or not at all, and what the stopped one writes late must
be refused. People approve what is asked, and say truthfully what happened where a payment was left
in doubt. Closes with one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agents import Ledger
from peer import People, Server

from fermata import Client

_COMMAND = "import sys; from fermata.smolagents.serve import main; sys.exit(main())"
_LEASE_S = 2
_PATIENCE_S = 300.0


class WorkerProcess:
    """`fermata-worker`, as a process of its own."""

    def __init__(self, server: Server, ledger: Ledger, log: Path, *options: str) -> None:
        self.log = log
        environment = {
            **os.environ,
            "FERMATA_URL": server.url,
            "FERMATA_KEY": server.keys["agent"],
            "LEDGER": str(ledger.directory),
        }
        with log.open("a") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _COMMAND, "served:factory", *options],
                cwd=Path(__file__).parent,
                env=environment,
                stdout=out,
                stderr=out,
            )

    def send(self, which: int) -> None:
        self.process.send_signal(which)

    def was_refused(self) -> bool:
        """Whether it was told that another one has its turn."""
        return "turn.stale" in self.log.read_text()

    def end(self, which: int = signal.SIGTERM, timeout: float = 60) -> int:
        """Ends it; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(which)
        return self.process.wait(timeout)


def until(what: str, check: Callable[[], Any]) -> Any:
    """Waits for something to be so."""
    give_up = time.monotonic() + _PATIENCE_S
    while time.monotonic() < give_up:
        if found := check():
            return found
        time.sleep(0.1)
    raise RuntimeError(f"it never came to this: {what}")


class Shop:
    """What the workflows are about: orders, each to be paid once."""

    def __init__(self, server: Server, ledger: Ledger) -> None:
        self.ledger = ledger
        self.workflows: dict[str, str] = {}
        self._client: Client = server.client("cleo")  # who starts one does not decide
        self._people = People(server)

    def order(self, order: str, amount: int) -> str:
        """Has an order paid by whichever worker comes to it."""
        made = self._client.create_workflow(
            agent="refunds", input={"task": f"pay={order}:{amount} "}
        )
        assert made.dispatch == "worker"
        self.workflows[order] = made.id
        return made.id

    def decide(self) -> None:
        """Answers what people are asked."""
        for approval in self._client.list_approvals(status="pending", limit=200).items:
            if approval.kind != "in_doubt":
                self._people.approve(approval)
                continue
            order = approval.arguments["order"]
            happened = order in {entry["order"] for entry in self.ledger.read("refund")}
            answer = {"happened": True, "result": "paid, as we saw"} if happened else {}
            self._people.answer(approval, answer or {"happened": False})

    def all_done(self) -> bool:
        self.decide()
        return not any(
            self._client.list_workflows(status=status, agent="refunds", limit=1).items
            for status in ("ready", "running", "waiting")
        )

    def held(self, order: str) -> int | None:
        """The process that is held up in this payment."""
        pids = [entry["pid"] for entry in self.ledger.read("held") if entry["order"] == order]
        return pids[0] if pids else None

    def lapsed(self, workflow: str) -> bool:
        events = self._client.list_events(workflow, limit=200).items
        return any(event.type == "turn.lapsed" for event in events)

    def ended(self) -> Counter[str]:
        """How the workflows ended."""
        return Counter(
            self._client.get_workflow(workflow).status for workflow in self.workflows.values()
        )


def disturb(shop: Shop, workers: list[WorkerProcess], another: Callable[[], WorkerProcess]) -> None:
    """Kills the worker that pays the first order to be held; stops the one of the second."""
    by_pid = {worker.process.pid: worker for worker in workers}
    pid = until("a worker is held", lambda: shop.held("hold-kill"))
    by_pid[pid].end(signal.SIGKILL)
    late = another()
    workers.append(late)
    by_pid[late.process.pid] = late

    workflow = shop.order("hold-stop", 10)
    pid = until("another one is held", lambda: shop.held("hold-stop"))
    by_pid[pid].send(signal.SIGSTOP)
    until("its turn lapses", lambda: shop.lapsed(workflow))
    (shop.ledger.directory / "go-hold-stop").touch()
    by_pid[pid].send(signal.SIGCONT)
    # Nobody answers for the payment before: a finished workflow would refuse it for that instead.
    until("its late write is refused", by_pid[pid].was_refused)


def measure(server: Server, folder: Path, count: int) -> dict[str, Any]:
    begin = time.monotonic()
    shop = Shop(server, Ledger(folder / "ledger"))
    workers: list[WorkerProcess] = []

    def another() -> WorkerProcess:
        log = folder / f"worker-{len(workers)}.log"
        options = ("--concurrency", "4", "--lease-s", str(_LEASE_S), "--wait-s", "2")
        return WorkerProcess(server, shop.ledger, log, *options)

    try:
        workers += [another()]
        workers += [another()]
        shop.order("hold-kill", 10)
        for n in range(count - 2):
            shop.order(f"o{n}", 500 if n % 25 == 7 else 10)
        disturb(shop, workers, another)
        until("all is paid", shop.all_done)
        exits = [worker.end() for worker in workers]
    finally:
        for worker in workers:
            worker.end(signal.SIGKILL)
    paid = Counter(entry["order"] for entry in shop.ledger.read("refund"))
    expected = Counter(shop.workflows.keys())
    ended = shop.ended()
    return {
        "workflows": len(shop.workflows),
        "completed": ended["completed"],
        "duplicate_effects": sum((paid - expected).values()),
        "lost": sum((expected - paid).values()),
        "late_writes_refused": sum(worker.was_refused() for worker in workers),
        "drained": exits.count(0),
        "seconds": round(time.monotonic() - begin, 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workflows", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fermata-workers-") as name:
        folder = Path(name)
        (folder / "server").mkdir()
        server = Server(folder / "server")
        server.start()
        try:
            result = measure(server, folder, options.workflows)
        except Exception:
            for log in folder.glob("worker-*.log"):
                sys.stderr.write(f"--- {log.name}\n" + log.read_text()[-4000:])
            raise
        finally:
            server.stop()
    print(json.dumps(result), flush=True)
    good = (
        result["completed"] == options.workflows
        and result["duplicate_effects"] == result["lost"] == 0
        and result["late_writes_refused"] > 0
        and result["drained"] == 2
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
