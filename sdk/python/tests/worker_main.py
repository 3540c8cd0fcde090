"""Runs one turn of a scenario in a process of its own, and prints how it ended as a line of JSON.

worker_main.py SCENARIO DIRECTORY URL KEY WORKFLOW
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from agents import Ledger, call, code, coder, report, say, tool_caller
from smolagents import MultiStepAgent

from fermata.smolagents import Completed, Fermata


def loop(ledger: Ledger, order: str, amount: int) -> MultiStepAgent:
    block = f"""
for i in range(3):
    try:
        print(refund("{order}" + str(i), {amount} + i))
    finally:
        note("done " + str(i))
final_answer("ok")
"""
    return coder(ledger, [code(block)])


def batch(ledger: Ledger, *orders: str, amount: int = 10) -> MultiStepAgent:
    calls = [call("refund", {"order": order, "amount": amount}) for order in orders]
    return tool_caller(ledger, [say(None, call("draw", {})), say(None, *calls), report])


SCENARIOS: dict[str, Any] = {
    # Killed inside of the tool, after its effect and before it is reported.
    "crash-in-tool": lambda ledger: batch(ledger, "crash-1"),
    "crash-in-batch": lambda ledger: batch(ledger, "A", "crash-1", "B"),
    "crash-in-code": lambda ledger: loop(ledger, "crash-", 10),
    "crash-idempotent": lambda ledger: coder(
        ledger, [code('print(note("crash-note"))\nfinal_answer("ok")')]
    ),
    "gated-code": lambda ledger: loop(ledger, "A", 500),
}


def main() -> None:
    scenario, directory, url, key, workflow_id = sys.argv[1:]
    fermata = Fermata(url, key)
    ledger = Ledger(Path(directory))
    result = fermata.run(lambda: SCENARIOS[scenario](ledger), workflow_id=workflow_id)
    if isinstance(result, Completed):
        print(json.dumps({"completed": str(result.output)}))
    else:
        print(json.dumps({"suspended": [a.kind for a in result.approvals]}))


if __name__ == "__main__":
    main()
