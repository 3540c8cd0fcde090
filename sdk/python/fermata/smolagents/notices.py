"""What a model is told when a run was taken back to a point that the agent had not marked itself.

A checkpoint of the agent's own is a call of it, and says so by its result. Others have no place in
the journal; so the first model call after the rollback carries the text. Which one that is must be
the same on each replay: it is the first one of that epoch in the journal, or, while there is none,
the first one that asks. Others wait then until its answer is journaled.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from ..models import Call, Workflow


class Notices:
    """The notices of a workflow's branches. Thread-safe."""

    def __init__(self, workflow: Workflow, calls: Iterable[Call]) -> None:
        texts = {branch.epoch: branch.notice for branch in workflow.branches if branch.notice}
        self._texts: dict[str, str] = {}
        for call in calls:
            if call.kind == "model" and (text := texts.pop(call.epoch, None)):
                self._texts[call.key] = text
        # Those of epochs that have left no model call behind were never told, and are past.
        self._next = texts.get(workflow.epoch)
        self._changed = threading.Condition()
        self._owner: str | None = None

    def of(self, key: str, recorded: bool) -> str | None:
        """What the model call of that key is told besides. `recorded`: it is in the journal."""
        with self._changed:
            if recorded or self._next is None:
                return self._texts.get(key)
            while self._owner is not None:
                self._changed.wait()
            if self._next is None:
                return None
            self._owner = key
            return self._next

    def told(self, key: str, journaled: bool) -> None:
        """The model call of that key has ended."""
        with self._changed:
            if self._owner == key:
                self._owner = None
                if journaled:
                    self._next = None
                self._changed.notify_all()
