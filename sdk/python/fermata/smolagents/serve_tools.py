"""A worker that serves tools to agents which the server runs itself.

    FERMATA_KEY=... fermata-worker --tools shop.tools:refunds --concurrency 4

The key's agent is the name under which the server's configuration knows the worker. A call comes
when the policy, and people where it says so, have let it run; this side proves that it is the very
call that they let run, of the very tool that it has, runs it and reports. While there is nothing to
do it asks once in 20 s. A worker that is killed in the middle of a tool leaves the call in doubt:
it is tried again if the tool is `@fermata.idempotent`, otherwise people are asked. SIGTERM
drains it.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import logging
import threading
import time
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import smolagents
from smolagents.agent_types import AgentType
from smolagents.tools import Tool, validate_tool_arguments

from .. import durable, errors
from .._request import Retry
from ..client import Client
from ..models import ToolCall
from . import codec, failure, worker
from .outcome import BindingMismatch

log = logging.getLogger("fermata.worker")

WAIT_S = 20
_SAFE_INT = 2**53 - 1
_JSON_TYPES = {"string", "boolean", "integer", "number", "array", "object", "any", "null"}


class ToolWorker:
    """Serves tools - smolagents' own, or functions with type hints and a docstring - and runs up to
    `concurrency` of their calls at once. `serve` returns when `drain` was called and the last call
    has ended; it raises when the server does not know this worker."""

    def __init__(
        self,
        client: Client,
        tools: Iterable[Tool | Callable[..., Any]],
        *,
        concurrency: int = 1,
        lease_s: int = 30,
        wait_s: int = WAIT_S,
    ) -> None:
        made = [each if isinstance(each, Tool) else _as_tool(each) for each in tools]
        self._tools = {tool.name: tool for tool in made}
        if not made or len(self._tools) < len(made):
            raise ValueError("a worker serves at least one tool, each with a name of its own")
        self._definitions = {tool.name: definition(tool) for tool in made}
        self._client = client
        # Says at once that there is no server, and lets itself be drained meanwhile.
        self._asking = client.insisting(Retry(attempts=2))
        self._outage = worker.Outage(log)
        self._concurrency = concurrency
        self._lease_s = lease_s
        self._wait_s = wait_s
        self._free = threading.Semaphore(concurrency)
        self._draining = threading.Event()
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._running: set[str] = set()

    @property
    def draining(self) -> bool:
        """Whether no new call is taken."""
        return self._draining.is_set()

    def drain(self) -> None:
        """No new call from now on. May be called by a signal's handler."""
        self._draining.set()

    def serve(self) -> None:
        """Works until it is drained."""
        name = worker.identity()
        log.info("%s serves %s, %d at once", name, ", ".join(self._tools), self._concurrency)
        keeping = threading.Thread(target=self._keep, name="fermata-leases", daemon=True)
        keeping.start()
        try:
            with ThreadPoolExecutor(self._concurrency, thread_name_prefix="fermata-tool") as pool:
                while not self._draining.is_set():
                    if not self._free.acquire(timeout=0.5):
                        continue
                    lease = self._lease(name)
                    if lease is None:
                        self._free.release()
                    else:
                        pool.submit(self._serve_one, lease)
        finally:
            self._over.set()
            keeping.join()
        log.info("%s is drained", name)

    def _lease(self, name: str) -> str | None:
        """A lease on a call; None when there is none, or no server to ask."""
        began = time.monotonic()
        try:
            lease = self._asking.lease_tool_call(
                worker=name,
                tools=list(self._definitions.values()),
                lease_s=self._lease_s,
                wait_s=self._wait_s,
            )
        except (errors.ConnectionFailed, errors.RateLimited, errors.Unavailable) as error:
            self._outage.tell("no call to be had", error)
            self._draining.wait(1.0)
            return None
        self._outage.end()
        if lease is None and time.monotonic() - began < self._wait_s / 2:
            self._draining.wait(1.0)  # it stops, and says so at once
        # What is not taken is given to another worker.
        return None if lease is None or self._draining.is_set() else lease.lease

    def _serve_one(self, lease: str) -> None:
        try:
            call = self._client.take_tool_call(lease)
            if call is not None:
                with self._lock:
                    self._running.add(lease)
                self._run(lease, call)
        except errors.FermataError as error:
            log.warning("%s: %s", lease, error)
        except Exception:
            log.exception("%s", lease)
        finally:
            with self._lock:
                self._running.discard(lease)
            self._free.release()

    def _run(self, lease: str, call: ToolCall) -> None:
        began = time.monotonic()
        outcome = self._outcome(call)
        try:
            self._client.close_tool_call(lease, hash=call.hash, **outcome)
        except errors.Invalid as error:
            # It has happened: that much is recorded, or people would be asked whether it did.
            told = f"it ran, but its result cannot be kept: {error}"
            unkept = {"type": failure.UNSUPPORTED, "message": told}
            self._client.close_tool_call(lease, hash=call.hash, error=unkept)
        told = "failed" if "error" in outcome else "done"
        key = call.idempotency_key
        log.info("%s: %s %s after %.1f s", key, call.tool, told, time.monotonic() - began)

    def _outcome(self, call: ToolCall) -> dict[str, Any]:
        """What a call came to, as it is reported."""
        try:
            tool = self._verified(call)
            validate_tool_arguments(tool, call.arguments)
            with durable.running_call(call.idempotency_key):
                return {"result": plain(tool(**call.arguments))}
        except Exception as error:
            return {"error": failure.describe(error)}

    def _verified(self, call: ToolCall) -> Tool:
        """The tool of a call; refuses a permission that is not for this call of this tool."""
        if hashlib.sha256(codec.canonical(call.binding)).hexdigest() != call.hash:
            raise BindingMismatch("the permission's hash is not that of its binding")
        defined = hashlib.sha256(codec.canonical(call.definition)).hexdigest()
        if call.binding.get("tool") != call.tool or call.binding.get("definition_hash") != defined:
            raise BindingMismatch("the permission is for another tool, or another definition of it")
        mine = self._definitions.get(call.tool)
        if mine is None or any(call.definition.get(key) != value for key, value in mine.items()):
            raise BindingMismatch("the tool is defined otherwise here than people were told")
        allowed = codec.canonical(call.binding.get("arguments"))
        if not isinstance(call.arguments, dict) or codec.canonical(call.arguments) != allowed:
            raise BindingMismatch("the arguments are not those that were decided on")
        return self._tools[call.tool]

    def _keep(self) -> None:
        """Renews the leases of what is running, until the worker has ended."""
        while not self._over.wait(self._lease_s / 3):
            with self._lock:
                running = list(self._running)
            for lease in running:
                try:
                    self._client.renew_tool_call(lease)
                except errors.FermataError as error:
                    log.warning("%s: %s", lease, error)


def _as_tool(function: Callable[..., Any]) -> Tool:
    with warnings.catch_warnings():
        # smolagents warns of decorators such as @fermata.idempotent, for tools that are sent away
        # as text; these stay here.
        warnings.simplefilter("ignore", UserWarning)
        return smolagents.tool(function)


def definition(tool: Tool) -> dict[str, Any]:
    """A tool as the server and the model are told of it. Raises TypeError for one that takes what
    is no JSON."""
    properties: dict[str, Any] = {}
    required = []
    for name, given in tool.inputs.items():
        kinds = given["type"] if isinstance(given["type"], list) else [given["type"]]
        if not _JSON_TYPES.issuperset(kinds):
            raise TypeError(f"{tool.name}(): argument {name!r}: {kinds} cannot come from afar")
        described = {key: value for key, value in given.items() if key != "nullable"}
        if "any" in kinds:
            del described["type"]
        properties[name] = described
        if not given.get("nullable"):
            required.append(name)
    parts = (tool, getattr(tool, "forward", None))
    return {
        "name": tool.name,
        "description": inspect.cleandoc(tool.description) or tool.name,
        "arguments": {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        },
        "idempotent": any(getattr(part, "idempotent", False) is True for part in parts),
    }


def plain(value: Any) -> Any:
    """A result as the server's agent reads it: JSON as it is, anything else as text."""
    if isinstance(value, AgentType):
        value = value.to_raw()
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return str(value)
    return value if _is_small(value) else str(value)


def _is_small(value: Any) -> bool:
    """Whether the server can keep all of its numbers as they are."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_small(each) for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return all(_is_small(each) for each in value)
    return not isinstance(value, int) or abs(value) <= _SAFE_INT
