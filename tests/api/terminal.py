"""A terminal with somebody at it: a pseudo-terminal, what is drawn on it, and keys."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import pyte
import pyte.modes

LIMIT_S = 20.0
ENTER, ESCAPE, TAB, PAGE_DOWN, END = "\r", "\x1b", "\t", "\x1b[6~", "\x1b[4~"
DOWN, RIGHT = "\x1bOB", "\x1bOC"
CTRL_C, CTRL_U, CTRL_Z = "\x03", "\x15", "\x1a"
# All that a program may send to a terminal besides text: CSI, a charset, one-letter escapes.
SEQUENCE = re.compile(r"\x1b(\[[0-9;?>]*[A-Za-z]|[()][A-Z0-9]|[=>78DEHM])")


class Screen(pyte.Screen):
    """One that scrolls its region when told to, as terminals do."""

    def scroll_up(self, lines: int = 1) -> None:
        at = self.cursor.y
        self.cursor.y = self.margins.bottom if self.margins else self.lines - 1
        for _ in range(lines or 1):
            self.index()
        self.cursor.y = at

    def scroll_down(self, lines: int = 1) -> None:
        at = self.cursor.y
        self.cursor.y = self.margins.top if self.margins else 0
        for _ in range(lines or 1):
            self.reverse_index()
        self.cursor.y = at


class Stream(pyte.ByteStream):
    def __init__(self, screen: Screen) -> None:
        self.csi = {**pyte.ByteStream.csi, "S": "scroll_up", "T": "scroll_down"}
        self.events = pyte.ByteStream.events | {"scroll_up", "scroll_down"}
        super().__init__(screen)


class Terminal:
    """Runs a program on a terminal of its own; look() and wait_for() say what is seen."""

    def __init__(
        self,
        command: Sequence[str | Path],
        environment: dict[str, str],
        columns: int = 100,
        rows: int = 30,
    ) -> None:
        self.screen = Screen(columns, rows)
        self._stream = Stream(self.screen)
        self.written = b""
        self.status: int | None = None
        self.master, slave = pty.openpty()
        self._size(columns, rows)
        self.settings = termios.tcgetattr(slave)
        kept = {k: v for k, v in os.environ.items() if not k.startswith("FERMATA_")}
        kept = {k: v for k, v in kept.items() if k not in ("EDITOR", "VISUAL", "NO_COLOR")}
        kept |= {"TERM": "screen-256color", "LANG": "C.UTF-8"}
        kept |= {"LINES": "24", "COLUMNS": "80"}  # Stale, as shells that export them leave them.
        # In a session of its own, whose terminal this is.
        self._process = subprocess.Popen(
            ["setsid", "--ctty", *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=kept | environment,
        )
        self.pid = self._process.pid
        self._slave = slave  # Kept, so that the settings can be read when the program has ended.

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if error is not None:
            print(self.text())
            print(self.written[-4000:])
        if self.status is None:
            self._process.kill()
            self._process.wait()
        os.close(self.master)
        os.close(self._slave)

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns: int, rows: int) -> None:
        self.screen.resize(rows, columns)
        self._size(columns, rows)

    def read(self, seconds: float) -> bool:
        """Takes what the program has written; waits for it as long as that."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        data = os.read(self.master, 65536)
        self.written += data
        self._stream.feed(data)
        return True

    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait(self, what: str, seen: Callable[[], bool]) -> str:
        deadline = time.monotonic() + LIMIT_S
        while not seen():
            left = deadline - time.monotonic()
            assert left > 0, f"never seen: {what}\n{self.text()}"
            self.read(left)
        return self.text()

    def wait_for(self, *words: str) -> str:
        return self.wait(" and ".join(words), lambda: all(word in self.text() for word in words))

    def wait_until_gone(self, word: str) -> str:
        return self.wait(f"without {word}", lambda: word not in self.text())

    def type(self, *keys: str) -> None:
        for key in keys:
            os.write(self.master, key.encode())

    def line_with(self, word: str) -> str:
        return next(line for line in self.text().splitlines() if word in line)

    def ended(self) -> int:
        """Waits for the end; its exit code, or -signal."""
        deadline = time.monotonic() + LIMIT_S
        while self.status is None:
            self.read(0.02)
            self.status = self._process.poll()
            assert time.monotonic() < deadline, f"it does not end\n{self.text()}"
        while self.read(0):
            pass
        return self.status

    def stopped(self) -> None:
        """Waits until it is stopped, as by Ctrl-Z."""
        deadline = time.monotonic() + LIMIT_S
        while True:
            self.read(0.02)
            pid, status = os.waitpid(self.pid, os.WUNTRACED | os.WNOHANG)
            if pid != 0 and os.WIFSTOPPED(status):
                break
            assert time.monotonic() < deadline, "it does not stop"
        while self.read(0):
            pass

    def is_as_before(self) -> bool:
        """Settings, screen and cursor as they were before the program ran."""
        out = self.written.decode()
        alternate = out.rfind("\x1b[?1049h") < out.rfind("\x1b[?1049l")
        paste = out.rfind("\x1b[?2004h") < out.rfind("\x1b[?2004l")
        shown = pyte.modes.DECTCEM in self.screen.mode
        return alternate and paste and shown and termios.tcgetattr(self._slave) == self.settings

    def strange(self) -> list[str]:
        """What was written besides text and the sequences that ncurses knows."""
        out = SEQUENCE.sub("", self.written.decode())
        return [
            c for c in out if (ord(c) < 32 and c not in "\r\n\b\x0e\x0f") or 127 <= ord(c) < 160
        ]
