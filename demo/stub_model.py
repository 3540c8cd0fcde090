"""An OpenAI-compatible endpoint on loopback that follows the demo's script.

    python demo/stub_model.py --mode parallel     # many tool calls a step, as the script does
    python demo/stub_model.py --mode single       # one call a step, as many real models do

Prints its URL, for FERMATA_MODEL_URL; it keeps nothing between two requests. It is there to try the
demo with models that go about the same task in another way than the script.
"""

from __future__ import annotations

import argparse
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import scripted_model
from scripted_model import CallList, Transcript, answer, pages_in, size_of, task_of
from smolagents import ChatMessage, MessageRole, Model

CODE_PAGE = scripted_model.CODE_PAGE.strip().splitlines()


class OneCall(Model):  # type: ignore[misc]
    """One tool call a step, and the orders are not looked up."""

    def generate(self, messages: list[ChatMessage], **_: Any) -> ChatMessage:
        done, pages = Transcript(messages), pages_in(task_of(messages))
        return answer("Next.", [self._next(done, pages)], size_of(messages))

    @staticmethod
    def _next(done: Transcript, pages: list[int]) -> tuple[str, dict[str, Any]]:
        calls: CallList = [call for step, _ in done.steps for call in step]
        read = [call for call in calls if call[0] == "read_tickets"]
        if not read:
            return "read_tickets", {"page": pages[0]}
        tickets: list[dict[str, str]] = next(
            results[0] for step, results in reversed(done.steps) if step[0][0] == "read_tickets"
        )
        told = {call[1]["ticket"] for call in calls if call[0] == "notify_customer"}
        ticket = next((one for one in tickets if one["ticket"] not in told), None)
        if ticket is None:
            if len(read) == len(pages):
                return "final_answer", {"answer": f"{len(read)} pages of tickets are done"}
            return "read_tickets", {"page": pages[len(read)]}
        last, results = done.steps[-1]
        if last[0][0] == "refund" and last[0][1]["ticket"] == ticket["ticket"]:
            text = scripted_model.words_for({ticket["ticket"]: results[0]}, ticket)
        elif ticket["order"] in done.refunded_orders():
            text = scripted_model.words_for({}, ticket)
        else:
            wanted = {key: ticket[key] for key in ("ticket", "order", "currency", "reason")}
            return "refund", {**wanted, "amount": float(ticket["amount"])}
        return "notify_customer", {"ticket": ticket["ticket"], "text": text}


class OneTicket(Model):  # type: ignore[misc]
    """The same for an agent that writes code: one ticket a step."""

    def generate(self, messages: list[ChatMessage], **_: Any) -> ChatMessage:
        pages = pages_in(task_of(messages))
        page, place = divmod(sum(m.role == MessageRole.TOOL_RESPONSE for m in messages), 11)
        if page == len(pages):
            code = [f'final_answer("{page} pages of tickets are done")']
        elif place == 0:
            code = ["paid = []"] if page == 0 else []
            code += [f"tickets = read_tickets(page={pages[page]})", "print(len(tickets))"]
        else:
            body = [line for line in CODE_PAGE[1:-1] if "look_up_order" not in line]
            code = [f"for ticket in tickets[{place - 1}:{place}]:", *body, "print(ticket)"]
            code = [line.replace("{{", "{").replace("}}", "}") for line in code]
        text = "\n".join(code)
        return answer(f"Thought: next.\n<code>\n{text}\n</code>", [], size_of(messages))


SCRIPTS: dict[tuple[str, bool], type[Model]] = {
    ("parallel", True): scripted_model.ToolCallingScript,
    ("parallel", False): scripted_model.CodeScript,
    ("single", True): OneCall,
    ("single", False): OneTicket,
}


def as_smolagents_had_them(messages: list[dict[str, Any]]) -> list[ChatMessage]:
    """On the wire, an agent's calls and observations are ordinary messages."""
    found: list[ChatMessage] = []
    for message in messages:
        content = message.get("content") or ""
        if isinstance(content, list):
            content = "\n".join(part.get("text", "") for part in content)
        words, mark, calls = content.partition("Calling tools:\n")
        if message["role"] == "assistant":
            found.append(ChatMessage(MessageRole.ASSISTANT, words))
            if mark:
                found.append(ChatMessage(MessageRole.TOOL_CALL, mark + calls))
        elif content.startswith("Observation:"):
            found.append(ChatMessage(MessageRole.TOOL_RESPONSE, content))
        else:
            found.append(ChatMessage(MessageRole.USER, content))
    return found


def completion(request: dict[str, Any], mode: str) -> dict[str, Any]:
    script = SCRIPTS[mode, bool(request.get("tools"))]()
    said = script.generate(as_smolagents_had_them(request["messages"]))
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {
                "name": call.function.name,
                "arguments": json.dumps(call.function.arguments),
            },
        }
        for call in said.tool_calls or []
    ]
    message = {"role": "assistant", "content": said.content, "tool_calls": calls or None}
    used = said.token_usage
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": request["model"],
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {
            "prompt_tokens": used.input_tokens,
            "completion_tokens": used.output_tokens,
            "total_tokens": used.total_tokens,
        },
    }


class Endpoint(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    mode = "parallel"

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps(completion(request, self.mode)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: the demo tells the story."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", choices=["parallel", "single"], default="parallel")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    Endpoint.mode = options.mode
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Endpoint)
    print(f"http://127.0.0.1:{server.server_address[1]}/v1", flush=True)
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
