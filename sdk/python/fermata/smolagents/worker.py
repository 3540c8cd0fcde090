"""Who this process is, and whether another one on the same machine is still alive; and how a worker
tells that it cannot reach its server.

A worker is named `host:pid:starttime`. The start time tells a process from a later one that got the
same number, so that a dead worker's turn can be taken over at once instead of after its lease.
"""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import time
from pathlib import Path

_TELL_AGAIN_S = 60.0


class Outage:
    """Tells at once when there is no server, then once a minute, and when it is there again."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._began: float | None = None
        self._told = 0.0

    def tell(self, what: str, error: Exception) -> None:
        now = time.monotonic()
        if self._began is None or now - self._told >= _TELL_AGAIN_S:
            self._log.warning("%s: %s", what, error)
            self._told = now
        self._began = now if self._began is None else self._began

    def end(self) -> None:
        if self._began is not None:
            self._log.info("the server answers again, after %.0f s", time.monotonic() - self._began)
        self._began = None


def _start_time(pid: int) -> str | None:
    """When a process was started, in whatever unit the system counts; None when it is not alive."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            # The name, in parentheses, may hold anything; what follows its last one is regular.
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] in "ZX" else fields[19]
    listed = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "-".join(listed.stdout.split()).replace(":", ".") or None


def identity() -> str:
    """This process's name."""
    pid = os.getpid()
    return f"{_host()}:{pid}:{_start_time(pid) or '0'}"


def _host() -> str:
    return socket.gethostname().replace(":", "_")


def is_dead(worker: str) -> bool:
    """Whether `worker` is known to have ended: only a process of this very host can be."""
    place, _, started = worker.rpartition(":")
    host, _, pid = place.rpartition(":")
    if host != _host() or not pid.isdigit():
        return False
    now = _start_time(int(pid))
    return now != started if now is not None else not _exists(int(pid))


def _exists(pid: int) -> bool:
    """Whether there is a live process of that number that this one is not allowed to look at."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return False  # its state was read before: it has ended and waits to be collected
