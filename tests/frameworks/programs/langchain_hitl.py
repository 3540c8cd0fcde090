"""A LangChain agent whose tool calls HumanInTheLoopMiddleware stops, held by Fermata."""

import json
import sys
from typing import Any, Literal

from fermata import Client
from fermata.inbound import resume
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

Mode = Literal["batched", "per_call"]


class Model(GenericFakeChatModel):
    """Says what it is told to say."""

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self


@tool
def refund(amount: int) -> str:
    """Pays an amount back."""
    return f"refunded {amount}"


@tool
def ask_user(question: str) -> str:
    """Asks a person."""
    raise AssertionError("people answer in its place")


def main(mode: Mode, calls: list[dict[str, Any]], allowed: list[str]) -> None:
    asked = [{**call, "id": f"call-{n}", "type": "tool_call"} for n, call in enumerate(calls)]
    says: Any = [AIMessage("", tool_calls=asked), AIMessage("done")]
    gate: Any = {
        "refund": {"allowed_decisions": allowed},
        "ask_user": {"allowed_decisions": ["respond"]},
    }
    agent = create_agent(
        Model(messages=iter(says)),
        [refund, ask_user],
        middleware=[HumanInTheLoopMiddleware(gate, interrupt_mode=mode)],
        checkpointer=InMemorySaver(),
    )
    config: Any = {"configurable": {"thread_id": "refunds"}}
    given: Any = {"messages": [{"role": "user", "content": "Refund what is due."}]}
    with Client() as client:
        result = agent.invoke(given, config)
        while interrupts := result.get("__interrupt__"):
            result = agent.invoke(Command(resume=resume(client, interrupts)), config)
    told = [one for one in result["messages"] if isinstance(one, ToolMessage)]
    told.sort(key=lambda one: one.tool_call_id)
    print(json.dumps([[one.status, one.content] for one in told]))


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3]))  # type: ignore[arg-type]
