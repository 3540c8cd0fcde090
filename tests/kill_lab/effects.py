"""The outside world of the kill lab: what was really done, and what clients were told.

Both are files that outlive any process of the lab. Effects are rows in a database of their own;
acknowledgements are lines that a client appends the moment a 2xx has reached it.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Effects:
    """Safe for several processes. An effect is done by one committed row."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, timeout=30, isolation_level=None)
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS effects (call TEXT, idempotency_key TEXT, hash TEXT,"
            " once TEXT UNIQUE)"
        )

    def do(self, call: str, key: str, hash_: str, idempotent: bool) -> None:
        """An idempotent tool does nothing the second time under a key; any other does it again."""
        count = self._database.execute("SELECT count(*) FROM effects").fetchone()[0]
        once = key if idempotent else f"{key}#{count}#{os.getpid()}"
        self._database.execute(
            "INSERT OR IGNORE INTO effects VALUES (?, ?, ?, ?)", (call, key, hash_, once)
        )

    def happened(self, call: str) -> bool:
        row = self._database.execute("SELECT 1 FROM effects WHERE call = ?", (call,)).fetchone()
        return row is not None

    def all(self) -> list[tuple[str, str]]:
        """(call, hash) of each effect."""
        return list(self._database.execute("SELECT call, hash FROM effects"))


class Acks:
    """One file per client. `begin` counts an operation; `acknowledged` says what a 2xx told."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def begin(self, operation: str) -> None:
        self._write({"begin": operation})

    def acknowledged(self, operation: str, **facts: Any) -> None:
        self._write({"ack": operation, **facts})

    def _write(self, line: dict[str, Any]) -> None:
        os.write(self._file, (json.dumps(line) + "\n").encode())


def read_acks(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("acks-*.jsonl")):
        for line in path.read_text().splitlines():
            yield json.loads(line)
