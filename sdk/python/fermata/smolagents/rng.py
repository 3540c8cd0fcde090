"""Makes chance repeatable inside of an agent's code, and only there."""

from __future__ import annotations

import hashlib
import random
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# The generators are global: two blocks of two agents take turns. Taken and released by different
# threads, because smolagents runs a block in a thread of its own.
_generators = threading.Lock()


def _state() -> tuple[Any, Any]:
    numpy = sys.modules.get("numpy")
    return random.getstate(), numpy.random.get_state() if numpy else None


def _restore(state: tuple[Any, Any]) -> None:
    random.setstate(state[0])
    numpy = sys.modules.get("numpy")
    if numpy and state[1] is not None:
        numpy.random.set_state(state[1])


class Chance:
    """The global generators, as one agent uses them: seeded while a block of its code runs, and as
    they were at any other time."""

    def __init__(self) -> None:
        self._outside: tuple[Any, Any] | None = None

    @contextmanager
    def seeded(self, seed: str) -> Iterator[None]:
        """Surrounds a code block: it draws the same numbers whenever it runs again."""
        number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
        with _generators:
            self._outside = _state()
            random.seed(number)
            if numpy := sys.modules.get("numpy"):
                numpy.random.seed(number % 2**32)
            try:
                yield
            finally:
                _restore(self._outside)
                self._outside = None

    @contextmanager
    def unseeded(self) -> Iterator[None]:
        """Surrounds what a code block calls. A tool's numbers are truly random, and do not move the
        block's own sequence: on replay the tool does not run."""
        if self._outside is None:
            yield
            return
        inside = _state()
        _restore(self._outside)
        _generators.release()
        try:
            yield
        finally:
            _generators.acquire()
            self._outside = _state()
            _restore(inside)
