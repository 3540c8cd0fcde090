"""The world outside: an HTTP server whose requests are effects, each written down."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Shop:
    """`effects` are the refunds that were made: order, amount and the idempotency key;
    `cancelled` what was taken back: order, what the refund had answered and the idempotency key."""

    def __init__(self) -> None:
        self.effects: list[tuple[str, Any, str]] = []
        self.cancelled: list[tuple[str, Any, str]] = []
        self.cancel_faults: list[int] = []  # Statuses that cancellations are answered with first.
        self.lookups: list[str] = []
        self.secrets: set[str] = set()
        # Called before a refund happens.
        self.before_refund: Callable[[], None] = lambda: None
        # Called in the middle of a refund, when it has happened and is not answered.
        self.after_refund: Callable[[str], bool] = lambda order: True
        self._lock = threading.Condition()
        self._begun: list[str] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                order = self.path.rsplit("/", 1)[1]
                with owner._lock:
                    owner.lookups.append(order)
                self.answer(200, {"order": order, "paid": 20})

            def do_POST(self) -> None:
                if self.path.endswith("/cancellations"):
                    owner._cancel(self)
                else:
                    owner._refund(self)

            def answer(self, status: int, document: Any) -> None:
                text = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                try:
                    self.end_headers()
                    self.wfile.write(text)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # Who asked was killed meanwhile.

            def log_message(self, format: str, *args: Any) -> None:
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def happened(self, key: str) -> bool:
        """Whether the refund with this idempotency key was made, once none is on its way."""
        with self._lock:
            assert self._lock.wait_for(lambda: key not in self._begun, 30)
            return any(each == key for _, _, each in self.effects)

    def close(self) -> None:
        self._server.shutdown()

    def _cancel(self, handler: Any) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        with self._lock:
            fault = self.cancel_faults.pop(0) if self.cancel_faults else 0
            if not fault:
                key = handler.headers["Idempotency-Key"]
                self.cancelled.append((handler.path.split("/")[2], body["result"], key))
        if fault:
            handler.answer(fault, {"error": "not just now"})
        else:
            handler.answer(200, "taken back")

    def _refund(self, handler: Any) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        order = handler.path.split("/")[2]
        key = handler.headers["Idempotency-Key"]
        with self._lock:
            self._begun.append(key)
        self.before_refund()
        with self._lock:
            self.secrets.add(handler.headers.get("Authorization", ""))
            self.effects.append((order, body["amount"], key))
            self._begun.remove(key)
            self._lock.notify_all()
        if not self.after_refund(order):
            handler.close_connection = True
            return
        if order == "missing":
            handler.answer(404, {"error": "there is no such order"})
        else:
            handler.answer(200, f"refunded {body['amount']} for {order}")
