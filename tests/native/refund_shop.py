"""The world outside: an HTTP server whose requests are effects, each written down."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Shop:
    """`effects` are the refunds that were made: order, amount and the idempotency key."""

    def __init__(self) -> None:
        self.effects: list[tuple[str, Any, str]] = []
        self.lookups: list[str] = []
        self.secrets: set[str] = set()
        # Called in the middle of a refund, when it has happened and is not answered.
        self.after_refund: Callable[[str], bool] = lambda order: True
        self._lock = threading.Lock()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                order = self.path.rsplit("/", 1)[1]
                with owner._lock:
                    owner.lookups.append(order)
                self.answer(200, {"order": order, "paid": 20})

            def do_POST(self) -> None:
                owner._refund(self)

            def answer(self, status: int, document: Any) -> None:
                text = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, format: str, *args: Any) -> None:
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()

    def _refund(self, handler: Any) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        order = handler.path.split("/")[2]
        with self._lock:
            self.secrets.add(handler.headers.get("Authorization", ""))
            self.effects.append((order, body["amount"], handler.headers["Idempotency-Key"]))
        if not self.after_refund(order):
            handler.close_connection = True
            return
        if order == "missing":
            handler.answer(404, {"error": "there is no such order"})
        else:
            handler.answer(200, f"refunded {body['amount']} for {order}")
