"""A worker: serves the workflows that are started over the API, with the agent that a function
makes.

    fermata-worker shop.agents:refunds --concurrency 4

It leases the turn that has been ready longest, runs it until the agent is done or people must
decide, and leases the next. While there is nothing to do it asks once in 20 s. Any number of
workers may serve one agent, on any number of machines. A worker that is killed loses nothing: its
leases lapse, and others go on where the journals end. SIGTERM drains it: turns that are under way
end as they would, no new one is begun. A second SIGTERM does not wait for them.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from smolagents import MultiStepAgent
from smolagents.tools import Tool

from .. import errors
from .._request import Retry
from ..client import Client
from ..models import TurnLease
from . import turn, worker
from .outcome import Completed, ModelFailed, RunError, TurnLost, WorkflowClosed
from .runtime import Agent, Fermata
from .serve_tools import ToolWorker

log = logging.getLogger("fermata.worker")

WAIT_S = 20
# How long a workflow rests when its turn has failed: doubled with each failure in a row.
_REST_S = 5
_MAX_REST_S = 600
_MAX_REMEMBERED = 10_000


class Worker:
    """Leases turns and runs up to `concurrency` of them at once. `serve` returns when `drain` was
    called and the last turn has ended."""

    def __init__(
        self, fermata: Fermata, agent: Agent, *, concurrency: int = 1, wait_s: int = WAIT_S
    ) -> None:
        self._fermata = fermata
        # Says at once that there is no server, and lets itself be drained meanwhile.
        self._asking = fermata.client.insisting(Retry(attempts=2))
        self._outage = worker.Outage(log)
        self._agent = agent
        self._concurrency = concurrency
        self._wait_s = wait_s
        self._name = worker.identity()
        self._free = threading.Semaphore(concurrency)
        self._draining = threading.Event()
        self._lock = threading.Lock()
        self._failures: dict[str, int] = {}

    @property
    def draining(self) -> bool:
        """Whether no new turn is begun."""
        return self._draining.is_set()

    def drain(self) -> None:
        """No new turn from now on. May be called by a signal's handler."""
        self._draining.set()

    def serve(self) -> None:
        """Works until it is drained."""
        log.info("%s serves, %d at once", self._name, self._concurrency)
        with ThreadPoolExecutor(self._concurrency, thread_name_prefix="fermata-turn") as pool:
            while not self._draining.is_set():
                if not self._free.acquire(timeout=0.5):
                    continue
                lease = self._lease()
                if lease is None:
                    self._free.release()
                else:
                    pool.submit(self._run, lease)
        log.info("%s is drained", self._name)

    def _lease(self) -> TurnLease | None:
        """The next turn; None when there is none, or no server to ask."""
        try:
            lease = self._asking.lease_turn(
                worker=self._name, lease_s=self._fermata.lease_s, wait_s=self._wait_s
            )
        except (errors.ConnectionFailed, errors.RateLimited, errors.Unavailable) as error:
            self._outage.tell("no turn to be had", error)
            self._draining.wait(1.0)
            return None
        self._outage.end()
        if lease is not None and lease.workflow is not None and self._draining.is_set():
            self._fermata.client.end_turn(lease.workflow.id, lease.turn)
            return None
        return lease

    def _run(self, lease: TurnLease) -> None:
        assert lease.workflow is not None
        workflow_id = lease.workflow.id
        began = time.monotonic()
        try:
            rest = partial(self._rest, workflow_id)
            result = self._fermata.run_leased(self._agent, lease, retry_after_s=rest)
            told = "completed" if isinstance(result, Completed) else str(result)
            log.info("%s: %s after %.1f s", workflow_id, told, time.monotonic() - began)
            with self._lock:
                self._failures.pop(workflow_id, None)
        except (TurnLost, WorkflowClosed) as error:
            log.warning("%s: %s", workflow_id, error)
        except (RunError, errors.FermataError) as error:
            log.error("%s: %s: %s", workflow_id, type(error).__name__, error)
        except Exception:
            log.exception("%s: the agent raised", workflow_id)
        finally:
            self._free.release()

    def _rest(self, workflow_id: str, error: BaseException) -> int:
        """How long a workflow waits before it is tried again."""
        with self._lock:
            if len(self._failures) > _MAX_REMEMBERED:
                self._failures.clear()
            count = self._failures[workflow_id] = self._failures.get(workflow_id, 0) + 1
        base = _REST_S if isinstance(error, ModelFailed) else 6 * _REST_S
        return int(min(_MAX_REST_S, base * 2 ** min(count - 1, 10)))


def _find(name: str) -> Any:
    """What `module:name` names. The working directory counts as a place of modules."""
    module, _, attribute = name.partition(":")
    if not module or not attribute:
        raise ValueError(f"{name!r} is not of the form module:factory")
    if "" not in sys.path:
        sys.path.insert(0, "")
    found: Any = importlib.import_module(module)
    for part in attribute.split("."):
        found = getattr(found, part)
    return found


def load_tools(name: str) -> list[Any]:
    """The tools that `module:name` names: a list of them, or a function that makes one."""
    found = _find(name)
    tools = found() if callable(found) and not isinstance(found, Tool) else found
    if not isinstance(tools, (list, tuple)):
        raise TypeError(f"{name} is not a list of tools, nor a function that makes one")
    return list(tools)


def load(name: str) -> Callable[[], MultiStepAgent]:
    """The function that `module:name` names."""
    factory = _find(name)
    if isinstance(factory, MultiStepAgent) or not callable(factory):
        raise TypeError(f"{name} is not a function that makes an agent")
    return factory  # type: ignore[no-any-return]


def main(arguments: list[str] | None = None) -> int:
    """The command `fermata-worker`."""
    parser = argparse.ArgumentParser(
        prog="fermata-worker",
        description="Serves the workflows of an agent, or tools. FERMATA_KEY is the agent's key.",
    )
    parser.add_argument(
        "factory", nargs="?", help="module:function that makes the agent, anew for each turn"
    )
    parser.add_argument(
        "--tools",
        metavar="MODULE:NAME",
        help="instead of an agent: tools, a list or a function that makes one, for agents that the "
        "server runs; FERMATA_KEY is the worker's",
    )
    parser.add_argument("--url", help="where the server is; default FERMATA_URL")
    parser.add_argument("--concurrency", type=int, default=4, help="turns or calls at once (4)")
    parser.add_argument("--lease-s", type=int, default=turn.LEASE_S, help="length of a lease (30)")
    parser.add_argument(
        "--wait-s", type=int, default=WAIT_S, help="how long to ask for a turn (20)"
    )
    parser.add_argument("--gate-code", action="store_true", help="ask for whole code blocks")
    parser.add_argument(
        "--on-question",
        metavar="MODULE:FUNCTION",
        help="answers what people ask the agent, in place of its model",
    )
    given = parser.parse_args(arguments)
    if not os.environ.get("FERMATA_KEY"):
        parser.error("FERMATA_KEY is missing: the agent's key")
    if (given.factory is None) == (given.tools is None):
        parser.error("name an agent's factory, or --tools")
    if given.concurrency < 1 or not 1 <= given.wait_s <= WAIT_S:
        parser.error(f"--concurrency is at least 1, --wait-s from 1 to {WAIT_S}")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        serving = _serving(given)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        parser.error(f"{type(error).__name__}: {error}")
    signal.signal(signal.SIGTERM, lambda *_: _stop(serving))
    signal.signal(signal.SIGINT, lambda *_: _stop(serving))
    try:
        serving.serve()
    except errors.FermataError as error:
        return parser.exit(1, f"{parser.prog}: {error}\n")
    return 0


def _serving(given: argparse.Namespace) -> Worker | ToolWorker:
    settings = {"concurrency": given.concurrency, "wait_s": given.wait_s}
    if given.tools is not None:
        tools = load_tools(given.tools)
        return ToolWorker(Client(given.url), tools, lease_s=given.lease_s, **settings)
    on_question = None if given.on_question is None else _find(given.on_question)
    if on_question is not None and not callable(on_question):
        raise TypeError(f"{given.on_question} is not a function")
    fermata = Fermata(
        given.url, lease_s=given.lease_s, gate_code=given.gate_code, on_question=on_question
    )
    return Worker(fermata, load(given.factory), **settings)


def _stop(serving: Worker | ToolWorker) -> None:
    if serving.draining:
        os._exit(1)  # asked twice: leases lapse, and nothing is lost
    serving.drain()


if __name__ == "__main__":
    sys.exit(main())
