"""Tells the demo's story in the terminal, and checks every claim it makes. See `make demo`."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import checks
import fermata
import shop
from agent import SUSPENDED

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "tools"))

from local_server import Server  # noqa: E402

ANA, BEN, AGENT = ("person", "ana"), ("person", "ben"), ("agent", "refunds")
COLOUR = sys.stdout.isatty() and "NO_COLOR" not in os.environ


def say(text: str = "") -> None:
    print(text, flush=True)


def chapter(text: str) -> None:
    say()
    say(f"\033[1m{text}\033[0m" if COLOUR else text)


def journal_page(
    client: fermata.Client, workflow: str, cursor: str | None
) -> fermata.Page[fermata.Call]:
    return client.list_journal(workflow, limit=200, cursor=cursor)


class Demo:
    def __init__(self, binary: Path, folder: Path, auto: bool) -> None:
        self.auto = auto
        self.folder = folder
        self.server = Server(
            binary,
            folder,
            (HERE / "fermata.yaml").read_text(),
            (HERE / "policy.yaml").read_text(),
        )
        self.ledger = shop.Ledger(folder / "ledger.db")
        self.kills = 0
        self.workflows: dict[str, str] = {}

    def run(self) -> dict[str, object]:
        chapter("1. The server starts on an empty SQLite file")
        for line in self.server.start():
            say(f"    {line}")
        say(f"    (ready in {self.server.started_in_s:.2f} s)")
        chapter("2. A ToolCallingAgent works through 60 refund tickets")
        self._tool_calling()
        chapter("3. A CodeAgent works through the other 60")
        self._code()
        chapter("4. What came of it")
        return self._result()

    # The two agents -----------------------------------------------------------------------------

    def _tool_calling(self) -> None:
        self._kill_agent_when(lambda: len(self.ledger.refunds()) >= 6, "toolcalling")
        self._until_done("toolcalling", self._decide_first)

    def _code(self) -> None:
        process = self._start("code")
        before = len(self.ledger.refunds())
        self._wait_for(lambda: len(self.ledger.refunds()) >= before + 8, process)
        self._kill_server("while the agent works")
        self._finish(process, "code")
        self._until_done("code", self._approve_all)

    def _until_done(
        self, kind: str, decide: Callable[[list[fermata.ApprovalRequest]], None]
    ) -> None:
        code = self._last if kind in self.workflows else SUSPENDED
        if kind not in self.workflows:
            code = self._finish(self._start(kind), kind)
        while code == SUSPENDED:
            waiting = self._pending(kind)
            self._show(waiting)
            if self.auto:
                decide(waiting)
            self._await_decisions(waiting)
            code = self._finish(self._start(kind), kind)
        if code != 0:
            raise RuntimeError(f"the agent ended with {code}")

    def _start(self, kind: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "FERMATA_URL": self.server.url,
            "FERMATA_KEY": self.server.keys[AGENT],
            "PYTHONHASHSEED": "0",
        }
        command = [sys.executable, str(HERE / "agent.py"), kind]
        if kind in self.workflows:
            command.append(self.workflows[kind])
        command += ["--ledger", str(self.folder / "ledger.db")]
        say(f"    $ python agent.py {kind}")
        return subprocess.Popen(command, env=environment)

    def _finish(self, process: subprocess.Popen[bytes], kind: str) -> int:
        self._last = process.wait()
        self._find_workflow(kind)
        return self._last

    def _find_workflow(self, kind: str) -> None:
        with self._client(AGENT) as client:
            found = client.list_workflows(tag=kind).items
        if found:
            self.workflows[kind] = found[0].id

    # Killing ------------------------------------------------------------------------------------

    def _kill_agent_when(self, moment: Callable[[], bool], kind: str) -> None:
        process = self._start(kind)
        self._wait_for(moment, process)
        process.kill()
        process.wait()
        self.kills += 1
        say(f"    SIGKILL to the agent, in the middle of its work ({self.kills} of 3)")
        say("    it is started again; the journal has what was done, nothing is done twice")
        self._find_workflow(kind)
        self._last = SUSPENDED if self._pending(kind) else self._finish(self._start(kind), kind)

    def _kill_server(self, when: str) -> None:
        self.server.kill()
        self.kills += 1
        say(f"    SIGKILL to the server, {when} ({self.kills} of 3)")
        self.server.start()
        say(f"    the server is back in {self.server.started_in_s:.2f} s")

    @staticmethod
    def _wait_for(moment: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
        while not moment():
            if process.poll() is not None:
                raise RuntimeError(f"the agent ended too early, with {process.returncode}")
            time.sleep(0.02)

    # Deciding -----------------------------------------------------------------------------------

    def _client(self, who: tuple[str, str]) -> fermata.Client:
        return fermata.Client(url=self.server.url, key=self.server.keys[who])

    def _pending(self, kind: str) -> list[fermata.ApprovalRequest]:
        with self._client(AGENT) as client:
            page = client.list_approvals(status="pending", workflow=self.workflows[kind])
        return sorted(page.items, key=lambda approval: approval.created_at)

    def _show(self, waiting: list[fermata.ApprovalRequest]) -> None:
        say("    its process has ended; nothing of it is in memory. Waiting for people:")
        for line in self.server.command(
            ANA, "approvals", "list", "--status", "pending"
        ).splitlines():
            say(f"      {line}")
        if self.auto:
            return
        say("    Decide in another terminal, as ana or as ben:")
        for who in (ANA, BEN):
            say(f"      export FERMATA_URL={self.server.url} FERMATA_KEY={self.server.keys[who]}")
        binary = self.server.binary
        for approval in waiting:
            say(f"      {binary} approvals approve {approval.id}")
        say(f"      {binary} approvals reject ID --reason '...'")
        say(f"      {binary} approvals edit ID --set amount=250 --reason '...'")

    def _await_decisions(self, waiting: list[fermata.ApprovalRequest]) -> None:
        with self._client(AGENT) as client:
            for approval in waiting:
                status = "pending"
                while status == "pending":
                    status = client.get_approval(approval.id, wait_s=20).status
                say(f"    {approval.arguments.get('ticket', approval.id)}: {status}")

    def _decide_first(self, waiting: list[fermata.ApprovalRequest]) -> None:
        asked = {approval.arguments["ticket"]: approval.id for approval in waiting}
        say("    ana approves T-022; it needs two")
        self.server.command(ANA, "approvals", "approve", asked["T-022"], "--yes")
        self._kill_server("with one of two decisions made")
        say("    ben approves T-022")
        self.server.command(BEN, "approvals", "approve", asked["T-022"], "--yes")
        say("    ben rejects T-024: the order was paid with 24.00")
        self.server.command(
            BEN, "approvals", "reject", asked["T-024"], "--yes",
            "--reason", "The order was paid with 24.00 EUR, this is fraud",
        )  # fmt: skip
        say("    ana edits T-026 down to 250.00")
        self.server.command(
            ANA, "approvals", "edit", asked["T-026"], "--yes", "--set", "amount=250",
            "--reason", "One of four chairs",
        )  # fmt: skip
        say("    ana approves T-029, in dollars")
        self.server.command(ANA, "approvals", "approve", asked["T-029"], "--yes")
        say("    nobody decides T-027; its deadline is short")

    def _approve_all(self, waiting: list[fermata.ApprovalRequest]) -> None:
        for approval in waiting:
            say(f"    ben approves {approval.arguments['ticket']}")
            self.server.command(BEN, "approvals", "approve", approval.id, "--yes")

    # The end ------------------------------------------------------------------------------------

    def _result(self) -> dict[str, object]:
        with self._client(AGENT) as client:
            approvals = [
                approval
                for workflow in self.workflows.values()
                for approval in client.list_approvals(workflow=workflow, limit=200).items
            ]
            journals = [
                call
                for workflow in self.workflows.values()
                for call in fermata.each(partial(journal_page, client, workflow))
            ]
        if self.auto and "FERMATA_MODEL_URL" not in os.environ:
            checks.outcomes(approvals)
            checks.messages(self.ledger.messages())
        found = checks.ledger(self.ledger.refunds(), journals, approvals)
        say(checks.picture(self.ledger.refunds(), approvals))
        say("    the first workflow, as it went:")
        told = self.server.command(ANA, "workflows", "show", self.workflows["toolcalling"])
        for line in told.splitlines():
            say(f"    {line}")
        if self.server.stop() != 0:
            raise AssertionError("the server did not stop cleanly on SIGTERM")
        audit = subprocess.run(
            [self.server.binary, "verify", "--store", "sqlite:fermata.db", "--json"],
            cwd=self.folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        verdict = json.loads(audit.stdout)
        say(f"    fermata verify: {audit.stdout.strip()}")
        if audit.returncode != 0 or verdict["findings"]:
            raise AssertionError("the event chain is not whole")
        if self.kills != 3:
            raise AssertionError(f"{self.kills} kills instead of 3")
        return {**found, "kills": self.kills, "events": verdict["events"], "verify": "ok"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, default=HERE.parent / "build/release/bin/fermata")
    options = parser.parse_args()
    auto = os.environ.get("DEMO_AUTO") == "1"
    with tempfile.TemporaryDirectory(prefix="fermata-demo-") as folder:
        demo = Demo(options.binary.resolve(), Path(folder), auto)
        try:
            result = demo.run()
        except (AssertionError, RuntimeError, fermata.FermataError) as error:
            say(f"DEMO FAILED: {error}")
            log = Path(folder) / "server.log"
            if log.exists():
                say(log.read_text()[-3000:])
            return 1
        finally:
            demo.server.stop()
    say()
    say("DEMO OK " + json.dumps(result, separators=(",", ":")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
