"""A server with OpenAI's chat completions, as strict as the real one, that answers by script.

The `model` of a request names the script. A script is a function of how many answers the
conversation holds already, so that it does not matter how often or by whom it is asked.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Request = dict[str, Any]

KNOWN = {
    "model", "messages", "tools", "tool_choice", "stream", "stream_options", "stop", "temperature",
    "max_tokens", "parallel_tool_calls", "seed", "top_p",
}  # fmt: skip
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class RefusedError(Exception):
    def __init__(self, message: str, param: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.param, self.status = param, status


def need(fact: object, message: str, param: str | None = None) -> None:
    if not fact:
        raise RefusedError(message, param)


def text_of(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part["text"] for part in content)
    return content or ""


def check_messages(messages: Any) -> None:
    """What the real API refuses of a history: above all a call that nobody answers."""
    need(isinstance(messages, list) and messages, "messages must be a non-empty list", "messages")
    open_ids: list[str] = []
    for place, message in enumerate(messages):
        where = f"messages[{place}]"
        role = message.get("role")
        need(role in {"system", "user", "assistant", "tool"}, f"{where}: role {role!r}", where)
        if role != "tool":
            need(not open_ids, f"{where}: tool calls without an answer: {open_ids}", where)
        extra = set(message) - {"role", "content", "tool_calls", "tool_call_id", "name"}
        need(not extra, f"{where}: unknown {extra}", where)
        if role == "tool":
            need(message.get("tool_call_id") in open_ids, f"{where}: answers no call", where)
            open_ids.remove(message["tool_call_id"])
        calls = message.get("tool_calls")
        if calls is None:
            need(isinstance(message.get("content"), str | list), f"{where}: no content", where)
            continue
        need(role == "assistant" and calls, f"{where}: tool_calls", where)
        open_ids = [call["id"] for call in calls]
        need(len(set(open_ids)) == len(open_ids), f"{where}: ids repeat", where)
        for call in calls:
            need(call["type"] == "function", f"{where}: type", where)
            need(NAME.fullmatch(call["function"]["name"]), f"{where}: name", where)
            arguments = call["function"]["arguments"]
            need(isinstance(arguments, str), f"{where}: arguments must be a string", where)
            need(isinstance(json.loads(arguments), dict), f"{where}: arguments", where)
    need(not open_ids, f"tool calls without an answer: {open_ids}", "messages")


def check(body: Any) -> None:
    need(isinstance(body, dict), "the body must be an object")
    unknown = set(body) - KNOWN
    need(not unknown, f"Unrecognized request argument supplied: {sorted(unknown)}")
    need(isinstance(body.get("model"), str), "model is required", "model")
    check_messages(body.get("messages"))
    tools = body.get("tools")
    if tools is None:
        need("tool_choice" not in body, "tool_choice is only allowed with tools", "tool_choice")
    else:
        need(tools, "tools must not be empty", "tools")
        for tool in tools:
            function = tool["function"]
            need(tool["type"] == "function", "tools: type", "tools")
            need(NAME.fullmatch(function["name"]), "tools: name", "tools")
            need(function["parameters"]["type"] == "object", "tools: parameters", "tools")
        names = [tool["function"]["name"] for tool in tools]
        need(len(set(names)) == len(names), "tools: names repeat", "tools")
    need(body.get("tool_choice") in {None, "auto", "none", "required"}, "tool_choice")
    if "stream_options" in body:
        need(body.get("stream"), "stream_options is only allowed with stream", "stream_options")
    stop = body.get("stop", [])
    need(isinstance(stop, str) or len(stop) <= 4, "stop: at most 4", "stop")


def call(name: str, arguments: Any, id: str = "call_1") -> dict[str, Any]:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {"id": id, "type": "function", "function": {"name": name, "arguments": text}}


@dataclass
class Says:
    """One answer. `before` is called when half of it is on its way."""

    content: str = ""
    calls: list[dict[str, Any]] = field(default_factory=list)
    finish: str | None = None
    before_end: Callable[[], None] | None = None
    breaks_off: bool = False

    @property
    def finish_reason(self) -> str:
        return self.finish or ("tool_calls" if self.calls else "stop")


@dataclass
class Status:
    """An answer that is none."""

    status: int
    message: str = "no"
    headers: dict[str, str] = field(default_factory=dict)


Script = Callable[[int, Request], Says | Status]


def stage_of(request: Request) -> int:
    """How many turns of the agent the conversation holds. In smolagents' own style, the assistant's
    words and its calls are one message."""
    return sum(message["role"] == "assistant" for message in request["messages"])


class StrictModel:
    """`scripts` by model name; `requests` what was asked; `refused` what was a mistake to ask."""

    def __init__(self) -> None:
        self.scripts: dict[str, Script] = {}
        self.requests: list[Request] = []
        self.refused: list[tuple[Request, str]] = []
        self.keys: set[str] = set()
        self._lock = threading.Lock()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                owner.serve(self)

            def log_message(self, format: str, *args: Any) -> None:
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()

    def asked(self, model: str) -> list[Request]:
        with self._lock:
            return [request for request in self.requests if request["model"] == model]

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        try:
            if handler.path != "/v1/chat/completions":
                raise RefusedError("no such path", status=404)
            check(body)
            self.keys.add(handler.headers.get("Authorization", ""))
            with self._lock:
                self.requests.append(body)
            says = self.scripts[body["model"]](stage_of(body), body)
        except RefusedError as error:
            with self._lock:
                self.refused.append((body, str(error)))
            return self._error(handler, Status(error.status, str(error)), error.param)
        try:
            if isinstance(says, Status):
                return self._error(handler, says, None)
            if body.get("stream"):
                return self._stream(handler, body, says)
            return self._whole(handler, body, says)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True

    def _error(self, handler: BaseHTTPRequestHandler, says: Status, param: str | None) -> None:
        error = {"message": says.message, "type": "invalid_request_error", "param": param}
        self._answer(handler, says.status, {"error": error}, says.headers)

    def _whole(self, handler: BaseHTTPRequestHandler, body: Request, says: Says) -> None:
        if says.before_end:
            says.before_end()
        message: dict[str, Any] = {"role": "assistant", "content": says.content or None}
        if says.calls:
            message["tool_calls"] = says.calls
        choice = {"index": 0, "message": message, "finish_reason": says.finish_reason}
        answer = {"id": "x", "object": "chat.completion", "created": 1, "model": body["model"]}
        self._answer(handler, 200, {**answer, "choices": [choice], "usage": USAGE})

    def _answer(
        self,
        handler: BaseHTTPRequestHandler,
        status: int,
        document: Any,
        headers: dict[str, str] | None = None,
    ) -> None:
        text = json.dumps(document).encode()
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    def _stream(self, handler: BaseHTTPRequestHandler, body: Request, says: Says) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True

        def send(delta: dict[str, Any], finish: str | None = None) -> None:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            self._event(handler, {"choices": [choice], "model": body["model"]})

        for start in range(0, len(says.content), 10):
            send({"content": says.content[start : start + 10]})
        if says.before_end:
            says.before_end()
        # The calls' pieces are mixed, as servers that decode in parallel send them.
        for place, each in enumerate(says.calls):
            function = {"name": each["function"]["name"], "arguments": ""}
            head = {"index": place, "id": each["id"], "type": "function", "function": function}
            send({"tool_calls": [head]})
        texts = [each["function"]["arguments"] for each in says.calls]
        for start in range(0, max(map(len, texts), default=0), 7):
            pieces = [(place, text[start : start + 7]) for place, text in enumerate(texts)]
            for place, piece in pieces:
                if piece:
                    send({"tool_calls": [{"index": place, "function": {"arguments": piece}}]})
        if says.breaks_off:
            return
        send({}, says.finish_reason)
        if body.get("stream_options", {}).get("include_usage"):
            self._event(handler, {"choices": [], "usage": USAGE})
        handler.wfile.write(b"data: [DONE]\n\n")

    @staticmethod
    def _event(handler: BaseHTTPRequestHandler, document: Any) -> None:
        handler.wfile.write(b"data: " + json.dumps(document).encode() + b"\n\n")
        handler.wfile.flush()


USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}


def wait_until(fact: Callable[[], Any], seconds: float = 30) -> Any:
    """What it gives, once that is true."""
    until = time.monotonic() + seconds
    while not (found := fact()):
        assert time.monotonic() < until, "it did not happen in time"
        threading.Event().wait(0.02)
    return found
