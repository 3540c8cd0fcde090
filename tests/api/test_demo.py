"""The demo is what people see first: it works by hand, and with models that are not its script."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import ROOT, binary

DEMO = [sys.executable, str(ROOT / "demo/run_demo.py")]
OK = re.compile(r"DEMO OK (\{.*\})")
# Of a question that nobody answers; long enough that the others are answered before.
DEADLINE_S = "4"
# Half of the tickets: all kinds of requests are among them.
PAGES = "3"
UNREACHABLE = 3


def command() -> list[str]:
    return [*DEMO, "--binary", str(binary()), "--deadline-s", DEADLINE_S, "--pages", PAGES]


def result_of(text: str) -> dict[str, object]:
    found = OK.search(text)
    assert found, text[-3000:]
    assert "Traceback" not in text
    return dict(json.loads(found[1]))


class Person:
    """Sits before the demo's terminal and decides in another one, with what is printed there."""

    def __init__(self) -> None:
        self.seen = ""
        self.decided: set[str] = set()

    def reads(self, text: str) -> None:
        self.seen += text.replace("\r", "")
        if "instead of approve" not in self.seen.rsplit("Decide in another", 1)[-1]:
            return  # Still being printed.
        keys = dict(re.findall(r"as (\w+):\n +export (FERMATA_URL=\S+ FERMATA_KEY=\S+)", self.seen))
        asked = re.findall(r"(T-\d+), .*:\n +(\S+ approvals approve (ap_\w+))\n", self.seen)
        for ticket, approve, approval in asked:
            if approval not in self.decided:
                self.decided.add(approval)
                self._decide(ticket, approve, keys)

    def _decide(self, ticket: str, approve: str, keys: dict[str, str]) -> None:
        if ticket == "T-027":
            return  # Left alone.
        people = ("ana", "ben") if ticket == "T-022" else ("ben",)
        words = approve.replace(" approve ", " reject ") + " --reason fraud"
        for person in people:
            line = f"export {keys[person]}; {words if ticket == 'T-024' else approve} --yes"
            code = UNREACHABLE  # As long as the server is being killed, and started again.
            while code == UNREACHABLE:
                code = subprocess.run(["bash", "-c", line], capture_output=True).returncode
            assert code == 0, (line, code)


def test_a_person_who_decides_with_the_printed_commands_reaches_the_end() -> None:
    person = Person()
    environment = {name: v for name, v in os.environ.items() if name != "DEMO_AUTO"}
    terminal, inside = pty.openpty()
    demo = subprocess.Popen(command(), stdin=inside, stdout=inside, stderr=inside, env=environment)
    os.close(inside)
    try:
        with contextlib.suppress(OSError):  # How a terminal says that its last program is gone.
            while text := os.read(terminal, 65536):
                person.reads(text.decode(errors="replace"))
        assert demo.wait(timeout=60) == 0, person.seen[-3000:]
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(timeout=60)
        os.close(terminal)
    assert result_of(person.seen)["kills"] == 3
    assert re.search(r"T-027 \(0:0\d left\)", person.seen), "says how long it waits"
    assert re.search(r"T-024 +2,400.00 EUR .* 2 of finance", person.seen), "says what is asked"
    assert len(person.decided) == 6


@pytest.fixture(params=["parallel", "single"])
def model_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A model that makes many calls a step, or one."""
    words = [sys.executable, str(ROOT / "demo/stub_model.py"), "--mode", request.param]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as stub:
        assert stub.stdout is not None
        yield stub.stdout.readline().strip()
        stub.kill()


def hands_off(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(),
        env={**os.environ, "DEMO_AUTO": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def test_the_demo_works_with_any_model_that_does_the_task(model_url: str) -> None:
    done = hands_off(FERMATA_MODEL_URL=model_url, FERMATA_MODEL="stub")
    found = result_of(done.stdout)
    assert done.returncode == 0
    assert (found["refunds_done"], found["kills"], found["duplicates"]) == (55, 3, 0)


def test_a_model_that_does_not_answer_is_said_in_words(tmp_path: Path) -> None:
    done = hands_off(FERMATA_MODEL_URL="http://127.0.0.1:1/v1", FERMATA_MODEL="none")
    assert done.returncode == 1
    assert "the agent stopped: ModelFailed" in done.stdout
    assert "DEMO FAILED: the agent ended with 69" in done.stdout
    assert "Traceback" not in done.stdout
    unnamed = hands_off(FERMATA_MODEL_URL="http://127.0.0.1:1/v1", FERMATA_MODEL="")
    assert unnamed.returncode == 2
    assert "FERMATA_MODEL must name the model" in unnamed.stdout
