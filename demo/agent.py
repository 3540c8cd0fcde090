"""The demo's agent: `python agent.py toolcalling|code [workflow]`.

An ordinary smolagents agent. Two lines make it durable and put its risky calls to people: the
`Fermata` object and its `run`. Ends with 0 when its work is done, with 75 when it is suspended,
with 69 when its model gave no answer (running it again asks again), and with 1 when it failed.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import scripted_model
import shop
from fermata.smolagents import Fermata, ModelFailed, Suspended
from smolagents import CodeAgent, LogLevel, Model, MultiStepAgent, ToolCallingAgent

SUSPENDED = 75
NO_ANSWER = 69
FAILED = 1
TASK = (
    "You refund customers. Work through the refund tickets on pages {first} to {last}, page by "
    "page: read the page, look up each order, refund each order once, and tell every customer "
    "the outcome."
)
FIRST_PAGE = {"toolcalling": 1, "code": 7}
# Enough for a model that makes one call a step: 60 tickets, three calls each.
MAX_STEPS = 300


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
        max_steps=MAX_STEPS,
        verbosity_level=LogLevel.OFF,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=sorted(FIRST_PAGE))
    parser.add_argument("workflow", nargs="?", help="a workflow to go on with")
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=6)
    options = parser.parse_args()
    first = FIRST_PAGE[options.kind]
    last = first + options.pages - 1
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


def told(error: BaseException, code: int) -> int:
    print(f"    the agent stopped: {type(error).__name__}: {error}", flush=True)
    return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ModelFailed as no_answer:
        sys.exit(told(no_answer, NO_ANSWER))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as failure:  # Whatever a model made of its tools ends here, in one line.
        sys.exit(told(failure, FAILED))
