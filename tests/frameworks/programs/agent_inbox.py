"""A LangGraph program that asks as the agent inbox is asked, and is held by Fermata.

Run it again after any crash: LangGraph goes on from its checkpoint, and the same questions are the
same requests."""

import json
import os
import sys
from typing import Any, TypedDict

from fermata import Client
from fermata.inbound import NotYet, resume
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt


class State(TypedDict):
    amounts: list[int]
    done: list[Any]


def refund(state: State) -> dict[str, Any]:
    done = []
    for amount in state["amounts"]:
        request = {
            "action_request": {"action": "refund", "args": {"amount": amount}},
            "config": {
                "allow_ignore": True,
                "allow_respond": True,
                "allow_edit": True,
                "allow_accept": True,
            },
            "description": "The customer asked for it.",
        }
        response = interrupt([request])[0]
        if response["type"] in ("accept", "edit"):
            done.append(f"refunded {response['args']['args']['amount']}")
        else:
            done.append(response["args"])
    return {"done": done}


def main(database: str, amounts: list[int], timeout_s: float | None) -> int:
    builder = StateGraph(State).add_node("refund", refund)
    builder.add_edge(START, "refund").add_edge("refund", END)
    config: Any = {"configurable": {"thread_id": "refunds"}}
    with SqliteSaver.from_conn_string(database) as checkpoints, Client() as client:
        graph = builder.compile(checkpointer=checkpoints)
        interrupts = graph.get_state(config).interrupts  # Of a run that was left.
        result: Any = {"__interrupt__": interrupts}
        if not interrupts:
            result = graph.invoke({"amounts": amounts, "done": []}, config)
        while waiting := result.get("__interrupt__"):
            try:
                answers = resume(client, waiting, timeout_s=timeout_s)
            except NotYet:
                return 75
            result = graph.invoke(Command(resume=answers), config)
    print(json.dumps(result["done"]))
    return 0


if __name__ == "__main__":
    timeout = os.environ.get("TIMEOUT_S")
    sys.exit(main(sys.argv[1], json.loads(sys.argv[2]), float(timeout) if timeout else None))
