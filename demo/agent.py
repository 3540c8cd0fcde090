"""The demo's agent: `python agent.py toolcalling|code [workflow]`.

An ordinary smolagents agent. Two lines make it durable and put its risky calls to people: the
`Fermata` object and its `run`. Ends with 0 when its work is done and with 75 when it is suspended.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import scripted_model
import shop
from fermata.smolagents import Fermata, Suspended
from smolagents import CodeAgent, LogLevel, Model, MultiStepAgent, ToolCallingAgent

SUSPENDED = 75
TASK = (
    "You refund customers. Work through the refund tickets on pages {first} to {last}, page by "
    "page: read the page, look up each order, refund each order once, and tell every customer "
    "the outcome."
)
PAGES = {"toolcalling": (1, 6), "code": (7, 12)}


def model_for(kind: str) -> Model:
    url = os.environ.get("FERMATA_MODEL_URL")
    if url:
        from smolagents import OpenAIServerModel

        key = os.environ.get("FERMATA_MODEL_KEY", "none")
        return OpenAIServerModel(os.environ["FERMATA_MODEL"], api_base=url, api_key=key)
    return (
        scripted_model.ToolCallingScript() if kind == "toolcalling" else scripted_model.CodeScript()
    )


def make(kind: str, ledger: shop.Ledger) -> MultiStepAgent:
    agent = ToolCallingAgent if kind == "toolcalling" else CodeAgent
    return agent(
        tools=shop.tools(ledger),
        model=model_for(kind),
        max_steps=60,
        verbosity_level=LogLevel.OFF,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=sorted(PAGES))
    parser.add_argument("workflow", nargs="?", help="a workflow to go on with")
    parser.add_argument("--ledger", type=Path, required=True)
    options = parser.parse_args()
    first, last = PAGES[options.kind]
    ledger = shop.Ledger(options.ledger)
    # The two lines: where Fermata is (FERMATA_URL, FERMATA_KEY), and running under it.
    held = Fermata(lease_s=10)
    result = held.run(
        lambda: make(options.kind, ledger),
        None if options.workflow else TASK.format(first=first, last=last),
        workflow_id=options.workflow,
        name=f"refunds, pages {first} to {last}",
        tags=["demo", options.kind],
        request_id=f"demo-{options.kind}",
        wait_for_turn_s=30,
    )
    if isinstance(result, Suspended):
        print(f"    {result}", flush=True)
        return SUSPENDED
    print(f"    finished: {result.output}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
