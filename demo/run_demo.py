"""Tells the demo's story in the terminal, and checks every claim it makes. See `make demo`.

It works with any model that does the task: people are asked round after round until an agent is
done, and the three kills come at moments that do not depend on how the model goes about it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import checks
import fermata
import people
import shop
from agent import FIRST_PAGE, NO_ANSWER, SUSPENDED
from people import ANA

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "tools"))

from local_server import Server  # noqa: E402

AGENT = ("agent", "refunds")
TERMINAL = sys.stdout.isatty()
COLOUR = TERMINAL and "NO_COLOR" not in os.environ
KILLED = -9
LOOK_EVERY_S = 0.2
TELL_EVERY_S = 30.0
# How long ticket T-027 is open: as policy.yaml says, or longer, for a person wants to read first.
POLICY_DEADLINE_S = 20
PERSON_DEADLINE_S = 180
MOST_ROUNDS = 200
MODEL_TRIES = 3


def say(text: str = "") -> None:
    print(text, flush=True)


def chapter(text: str) -> None:
    say()
    say(f"\033[1m{text}\033[0m" if COLOUR else text)


def journal_page(
    client: fermata.Client, workflow: str, cursor: str | None
) -> fermata.Page[fermata.Call]:
    return client.list_journal(workflow, limit=200, cursor=cursor)


def policy(deadline_s: int) -> str:
    text = (HERE / "policy.yaml").read_text()
    short = f"deadline_s: {POLICY_DEADLINE_S}\n"
    if text.count(short) != 1:
        raise RuntimeError("demo/policy.yaml has no short deadline any more")
    return text.replace(short, f"deadline_s: {deadline_s}\n")


class Demo:
    def __init__(self, binary: Path, folder: Path, auto: bool, deadline_s: int, pages: int) -> None:
        self.auto = auto
        self.pages = pages
        self.folder = folder
        self.server = Server(
            binary, folder, (HERE / "fermata.yaml").read_text(), policy(deadline_s)
        )
        self.ledger = shop.Ledger(folder / "ledger.db")
        self.kills = 0
        self.kills_to_come = {"agent", "server, half decided", "server, at work"}
        self.workflows: dict[str, str] = {}

    def run(self) -> dict[str, object]:
        chapter("1. The server starts on an empty SQLite file")
        for line in self.server.start():
            say(f"    {line}")
        say(f"    (ready in {self.server.started_in_s:.2f} s)")
        chapter(f"2. A ToolCallingAgent works through {self.pages * shop.PAGE} refund tickets")
        self._until_done("toolcalling")
        chapter(f"3. A CodeAgent works through {self.pages * shop.PAGE} others")
        self._until_done("code")
        chapter("4. What came of it")
        # A model that never asked, or was too quick, has left some of them over.
        for _ in sorted(self.kills_to_come):
            self._kill_server("when all is done")
        return self._result()

    # The two agents -----------------------------------------------------------------------------

    def _until_done(self, kind: str) -> None:
        """Runs the agent, lets people decide, runs it again, until its work is done."""
        failures = 0
        for first in [True] + [False] * MOST_ROUNDS:
            code = self._run_agent(kind, first)
            if code == 0:
                return
            failures = failures + 1 if code == NO_ANSWER else 0
            if code == SUSPENDED:
                self._people(kind)
            elif code == NO_ANSWER and failures < MODEL_TRIES:
                say("    nothing of that is recorded: the agent is run again, and asks again")
            elif code != KILLED:
                raise RuntimeError(f"the agent ended with {code}; it says above why")
        raise RuntimeError(f"the agent is not done after {MOST_ROUNDS} rounds")

    def _run_agent(self, kind: str, first: bool) -> int:
        """One run of the agent's process. It, or its server, may be killed meanwhile: at first when
        there is a lot in flight, later as soon as it has done anything."""
        process = self._start(kind)
        before = len(self.ledger.refunds())
        while process.poll() is None:
            done = len(self.ledger.refunds()) - before
            if "agent" in self.kills_to_come and done >= (6 if first else 1):
                self._kill_agent(process)
            elif (
                kind == "code"
                and "server, at work" in self.kills_to_come
                and done >= (8 if first else 1)
            ):
                self.kills_to_come.remove("server, at work")
                self._kill_server("while the agent works")
            time.sleep(0.02)
        self._find_workflow(kind)
        return process.returncode

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
        command += ["--ledger", str(self.folder / "ledger.db"), "--pages", str(self.pages)]
        say(f"    $ python agent.py {kind}")
        return subprocess.Popen(command, env=environment)

    def _find_workflow(self, kind: str) -> None:
        with self._client() as client:
            found = client.list_workflows(tag=kind).items
        if found:
            self.workflows[kind] = found[0].id

    # Killing ------------------------------------------------------------------------------------

    def _kill_agent(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        if process.wait() != KILLED:
            return  # It had just ended by itself.
        self.kills_to_come.remove("agent")
        self.kills += 1
        say(f"    SIGKILL to the agent, in the middle of its work ({self.kills} of 3)")
        say("    it is started again; the journal has what was done, nothing is done twice")

    def _kill_server(self, when: str) -> None:
        self.server.kill()
        self.kills += 1
        say(f"    SIGKILL to the server, {when} ({self.kills} of 3)")
        self.server.start()
        say(f"    the server is back in {self.server.started_in_s:.2f} s")

    def _kill_between_decisions(self, when: str) -> None:
        if "server, half decided" in self.kills_to_come:
            self.kills_to_come.remove("server, half decided")
            self._kill_server(when)

    # Deciding -----------------------------------------------------------------------------------

    def _client(self) -> fermata.Client:
        return fermata.Client(url=self.server.url, key=self.server.keys[AGENT])

    def _pending(self, kind: str) -> list[fermata.ApprovalRequest]:
        with self._client() as client:
            page = client.list_approvals(status="pending", workflow=self.workflows[kind], limit=200)
        return sorted(page.items, key=people.ticket_of)

    def _people(self, kind: str) -> None:
        """One round: whatever is pending is shown, decided or left alone, and waited for."""
        waiting = self._pending(kind)
        if not waiting:
            return  # Decided, or past its deadline, between the agent's end and this look.
        say("    its process has ended; nothing of it is in memory. Waiting for people:")
        for line in people.table(waiting):
            say(f"      {line}")
        if self.auto:
            for approval in waiting:
                self._decide(approval)
        else:
            for line in people.how_to_decide(
                waiting, self.server.binary, self.server.url, self.server.keys
            ):
                say(f"    {line}")
            say("    A kill of the server is to come, once the first of two has decided.")
        self._await_decisions(kind, waiting)
        if any(people.needs_two(approval) for approval in waiting):
            self._kill_between_decisions("with the decisions made, before the agent knows them")

    def _decide(self, approval: fermata.ApprovalRequest) -> None:
        verdicts = people.verdicts(approval, self.ledger)
        if not verdicts:
            say(f"    nobody decides {people.ticket_of(approval)}; its deadline is short")
        for number, verdict in enumerate(verdicts):
            say(f"    {verdict.told}")
            decision, *words = verdict.words
            self.server.command(verdict.by, "approvals", decision, approval.id, "--yes", *words)
            if number == 0 and len(verdicts) > 1:
                self._kill_between_decisions("with one of two decisions made")

    def _await_decisions(self, kind: str, waiting: list[fermata.ApprovalRequest]) -> None:
        open_ids = {approval.id for approval in waiting}
        told, told_at = "", 0.0
        while True:
            pending = [one for one in self._pending(kind) if one.id in open_ids]
            for closed_id in sorted(open_ids - {approval.id for approval in pending}):
                with self._client() as client:
                    closed = client.get_approval(closed_id)
                self._over(f"    {people.ticket_of(closed)}: {closed.status}")
                open_ids.remove(closed_id)
            if not pending:
                return
            if any(people.half_decided(approval) for approval in pending):
                if "server, half decided" in self.kills_to_come:
                    self._over("    the first of two has decided")
                self._kill_between_decisions("with one of two decisions made")
            line = "    " + people.still_waiting(pending)
            names = [(approval.id, len(approval.decisions)) for approval in pending]
            if TERMINAL:
                columns = shutil.get_terminal_size().columns
                print(f"\r{line[: columns - 1]}\033[K", end="", flush=True)
            elif str(names) != told or time.monotonic() - told_at > TELL_EVERY_S:
                say(line)
                told, told_at = str(names), time.monotonic()
            time.sleep(LOOK_EVERY_S)

    @staticmethod
    def _over(text: str) -> None:
        """A line in the place of the one that counts down."""
        say(("\r\033[K" if TERMINAL else "") + text)

    # The end ------------------------------------------------------------------------------------

    def _result(self) -> dict[str, object]:
        with self._client() as client:
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
        tickets = None
        if not os.environ.get("FERMATA_MODEL_URL"):
            tickets = [
                ticket
                for first in FIRST_PAGE.values()
                for ticket in shop.tickets(first, first + self.pages - 1)
            ]
            if self.auto:
                checks.outcomes(approvals, tickets)
                checks.messages(self.ledger.messages(), tickets)
        found = checks.ledger(self.ledger.refunds(), journals, approvals, tickets)
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
        say(f"    fermata verify: {json.dumps(verdict)}")
        if audit.returncode != 0 or verdict["findings"]:
            raise AssertionError("the event chain is not whole")
        if self.kills != 3:
            raise AssertionError(f"{self.kills} kills instead of 3")
        return {**found, "kills": self.kills, "events": verdict["events"], "verify": "ok"}


def tell_failure(demo: Demo, error: BaseException) -> None:
    say()
    say(f"DEMO FAILED: {error or type(error).__name__}")
    log = demo.folder / "server.log"
    if log.exists():
        say("    the end of the server's log:")
        say(log.read_text(errors="replace")[-2000:])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, default=HERE.parent / "build/release/bin/fermata")
    parser.add_argument("--deadline-s", type=int, help="how long ticket T-027 can be decided")
    parser.add_argument("--pages", type=int, choices=range(1, 7), default=6)
    options = parser.parse_args()
    auto = os.environ.get("DEMO_AUTO") == "1"
    deadline_s = options.deadline_s or (POLICY_DEADLINE_S if auto else PERSON_DEADLINE_S)
    if not options.binary.exists():
        say(f"DEMO FAILED: {options.binary} is not built; ./dev build")
        return 2
    if os.environ.get("FERMATA_MODEL_URL") and not os.environ.get("FERMATA_MODEL"):
        say("DEMO FAILED: FERMATA_MODEL_URL is set; FERMATA_MODEL must name the model there")
        return 2
    with tempfile.TemporaryDirectory(prefix="fermata-demo-") as folder:
        demo = Demo(options.binary.resolve(), Path(folder), auto, deadline_s, options.pages)
        try:
            result = demo.run()
        except KeyboardInterrupt:
            say("\nDEMO STOPPED; its server and its files are gone.")
            return 130
        except (
            AssertionError, RuntimeError, ValueError, OSError,
            subprocess.SubprocessError, sqlite3.Error, fermata.FermataError,
        ) as error:  # fmt: skip
            tell_failure(demo, error)
            return 1
        finally:
            if demo.server.running:
                demo.server.kill()
    say()
    say("DEMO OK " + json.dumps(result, separators=(",", ":")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
