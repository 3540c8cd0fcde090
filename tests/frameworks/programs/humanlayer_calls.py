"""A HumanLayer program whose backend is Fermata: its decorator and its contact ask people there."""

import json
import sys
from typing import Any, TypeVar

from fermata import Client
from humanlayer import HumanLayer
from humanlayer.core.models import FunctionCall, HumanContact
from humanlayer.core.protocol import AgentBackend, AgentStore

Item = TypeVar("Item", FunctionCall, HumanContact)


class Store(AgentStore[Any, Any]):
    """What HumanLayer asks and polls. The id of a call is its key: the same after a crash."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.inbound: dict[str, str] = {}

    def add(self, item: Item) -> Item:
        asked = self.client.ask_inbound(item.model_dump(mode="json"), key=item.call_id)
        self.inbound[item.call_id] = asked.id
        return item.model_copy(update={"status": None})

    def get(self, call_id: str) -> Any:
        while (now := self.client.get_inbound(self.inbound[call_id], wait_s=20)).answer is None:
            pass
        kind = HumanContact if now.framework == "humanlayer_contact" else FunctionCall
        return kind.model_validate(now.answer)


class Backend(AgentBackend):
    def __init__(self, client: Client) -> None:
        self.store = Store(client)

    def functions(self) -> Store:
        return self.store

    def contacts(self) -> Store:
        return self.store


def main(amount: int) -> None:
    with Client() as client:
        people = HumanLayer(backend=Backend(client), run_id="refunds", sleep=lambda _s: None)

        @people.require_approval()
        def refund(amount: int) -> str:
            """Pays an amount back."""
            return f"refunded {amount}"

        told = [refund(amount=amount)]
        told.append(people.human_as_tool()(message="Which colour?"))
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
