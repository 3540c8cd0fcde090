"""Who this process is, and whether another one on the same machine is still alive.

A worker is named `host:pid:starttime`. The start time tells a process from a later one that got the
same number, so that a dead worker's turn can be taken over at once instead of after its lease.
"""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path


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
