#!/usr/bin/env python3
"""Every form of cases.json on every surface: accepted by that surface's software, and the same
answers back from each.

    tests/forms/form_matrix.py [--build build/release] [--only surface] [--case words]

A cell is one form on one surface. It holds when the surface shows the form and gives back each of
its answers, typed and to the digit, or when the form cannot be shown there and the reason is the
one expected. Ends with the totals as one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import flat_peers
from flat_peers import Script
from form_script import leaves

FOLDER = Path(__file__).resolve().parent
NODE = FOLDER / "node"
NESTED = ("rjsf", "json_forms")
FLAT = (
    *("slack_message", "slack_modal", "adaptive_card", "mcp", "gradio", "streamlit"),
    *("html", "terminal", "email"),
)
TOLD = ("rjsf", "json_forms", "adaptive_card")  # That show errors themselves.
IN_NODE = ("rjsf", "json_forms", "adaptive_card", "mcp", "html")


class Lines:
    """A program that answers one line of JSON with one."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, question: str) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.process.args!r} ended: {self.process.wait()}")
        return json.loads(line)

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)


def expected_hole(case: dict[str, Any], surface: str) -> str | None:
    holes: dict[str, str] = case.get("undecidable", {})
    flat = holes.get("flat") if surface in FLAT else None
    return holes.get("all") or flat or holes.get(surface)


class Matrix:
    def __init__(self, build: Path) -> None:
        self.tool = Lines([str((build / "bin/forms_tool").resolve())], FOLDER)
        self.peers = Lines(["node", "peers.mjs"], NODE)
        self.slack_shown: list[tuple[bool, Any]] = []

    def close(self) -> None:
        self.tool.close()
        self.peers.close()

    def fill(self, surface: str, shown: Any, script: Script) -> str:
        """What the surface's software gives back, as JSON text."""
        local: dict[str, Callable[[], dict[str, Any]]] = {
            "slack_message": lambda: flat_peers.slack(shown, script, modal=False),
            "slack_modal": lambda: flat_peers.slack(shown, script, modal=True),
            "gradio": lambda: flat_peers.components(shown, script, flat_peers.GRADIO),
            "streamlit": lambda: flat_peers.components(shown, script, flat_peers.STREAMLIT),
            "terminal": lambda: flat_peers.terminal(shown, script),
        }
        if surface in local:
            return json.dumps(local[surface]())
        question = json.dumps({"surface": surface, "form": shown, "script": script})
        reply = self.peers.ask(question)
        assert "error" not in reply, reply["error"]
        assert not reply["failed"], reply["failed"]
        self.labels = reply["labels"]
        return str(reply["raw"])

    def cell(self, case: dict[str, Any], surface: str) -> None:
        asked = {"surface": surface, "schema": case["schema"], "hints": case.get("hints")}
        shown = self.tool.ask(json.dumps({"ask": "show", **asked}))
        assert "error" not in shown, shown
        hole = expected_hole(case, surface)
        assert shown.get("undecidable") == hole, shown
        if hole is not None:
            return
        if surface.startswith("slack"):
            self.slack_shown.append((surface == "slack_modal", shown["form"]))
        if surface == "email":
            self.email_cell(case, shown["form"])
            return
        for answer in case["answers"]:
            found = list(leaves(case["schema"], answer, case.get("hints", {})))
            script = [leaf.step() for leaf in found]
            raw = self.fill(surface, shown["form"], script)
            if surface in IN_NODE:
                for label, leaf in zip(self.labels, found, strict=True):
                    wanted = leaf.label.split(": ")[-1] if leaf.label else label
                    assert wanted in label, f"{wanted} is shown as {label}"
            question = json.dumps({"ask": "read", **asked})[:-1] + f', "raw": {raw}}}'
            read = self.tool.ask(question)
            assert read.get("errors") == [], f"{read} from {raw}"
            same = json.dumps(read["answer"], sort_keys=True) == json.dumps(answer, sort_keys=True)
            assert same, f"{answer} came back as {read['answer']} from {raw}"

    def email_cell(self, case: dict[str, Any], shown: Any) -> None:
        """It is answered elsewhere: every field stands in both of its texts."""
        reply = self.peers.ask(json.dumps({"surface": "email", "form": shown, "script": []}))
        assert "error" not in reply, reply["error"]
        found = list(leaves(case["schema"], {}, case.get("hints", {})))
        assert len(reply["labels"]) == len(found), reply["labels"]
        for line, leaf in zip(reply["labels"], found, strict=True):
            wanted = leaf.label.split(": ")[-1] if leaf.label else ""
            assert wanted in line, f"{wanted} is told as {line}"

    def errors_cell(self, case: dict[str, Any], surface: str) -> None:
        """A wrong answer's errors, as the surface takes them, stand on its page."""
        asked = {"surface": surface, "schema": case["schema"], "hints": case.get("hints")}
        shown = self.tool.ask(json.dumps({"ask": "show", **asked}))["form"]
        wrong = {"f:guest": "x"} if surface == "adaptive_card" else {"guest": "x"}
        read = self.tool.ask(json.dumps({"ask": "read", **asked, "raw": wrong}))
        told = {error["pointer"]: error["message"] for error in read["errors"]}
        assert told == {
            "/guest": "must have at least 2 characters",
            "/arrives": "is required",
            "/nights": "is required",
            "/room": "is required",
        }, told
        reply = self.peers.ask(
            json.dumps({"surface": surface, "form": shown, "errors": read["shown"]})
        )
        assert "error" not in reply, reply["error"]
        for message in told.values():
            wanted = list(told.values()).count(message)
            assert reply["text"].count(message) >= wanted, f"{message!r} in {reply['text']!r}"

    def check_slack_types(self) -> None:
        """@slack/types has no validator at run time; its compiler is one."""
        with tempfile.TemporaryDirectory(dir=NODE) as folder:
            lines = ['import type { InputBlock, ModalView, SectionBlock } from "@slack/types";']
            for i, (modal, shown) in enumerate(self.slack_shown):
                kind = "ModalView" if modal else "{ blocks: (InputBlock | SectionBlock)[] }"
                lines.append(f"export const shown{i}: {kind} = {json.dumps(shown)};")
            source = Path(folder) / "shown.ts"
            source.write_text("\n".join(lines))
            command = ["node_modules/.bin/tsc", "--noEmit", "--strict", "--skipLibCheck"]
            command += ["--module", "nodenext", "--moduleResolution", "nodenext", str(source)]
            done = subprocess.run(command, cwd=NODE, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout[:2000]


def holds(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except AssertionError as failure:
        print(f"FAILED {name}: {failure}", flush=True)
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build/release"))
    parser.add_argument("--only", default="", help="one surface")
    parser.add_argument("--case", default="", help="forms whose name has these words")
    options = parser.parse_args()
    cases = json.loads((FOLDER / "cases.json").read_text())
    matrix = Matrix(options.build)
    cells, failures = 0, 0
    for surface in [s for s in NESTED + FLAT if options.only in ("", s)]:
        for case in [c for c in cases if options.case in c["name"]]:
            cells += 1
            failures += not holds(f"{surface}: {case['name']}", partial(matrix.cell, case, surface))
        if surface in TOLD:
            cells += 1
            failures += not holds(
                f"{surface}: errors", partial(matrix.errors_cell, cases[-1], surface)
            )
    if matrix.slack_shown:
        cells += 1
        failures += not holds("@slack/types", matrix.check_slack_types)
    matrix.close()
    print(json.dumps({"cells": cells, "asserted": cells, "failed": failures}))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
