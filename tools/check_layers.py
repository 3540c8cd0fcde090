#!/usr/bin/env python3
"""Which room may include which: ARCHITECTURE.md's table, enforced.

    tools/check_layers.py [root]

A room is a folder of src/; one with a slash ("store/sqlite") is an adapter with rules of its own.
Three things are checked: the project's own headers against ROOMS, everybody else's against
LIBRARIES, and the rooms that a CMakeLists.txt links against ROOMS.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# room -> rooms it may include, besides itself.
ROOMS: dict[str, set[str]] = {
    "base": set(),
    "core": {"base"},
    "codec": {"base", "core"},
    "store": {"base"},
    "store/memory": {"base", "store"},
    "store/sqlite": {"base", "store"},
    "store/postgres": {"base", "store"},
    "ui": {"base", "core"},
    "resilience": {"base"},
    "observability": {"base"},
    "net": {"base", "observability", "resilience"},
    "channels": {"base", "core", "ui", "net", "resilience", "observability"},
    "engine": {"base", "core", "codec", "store", "channels", "resilience", "observability"},
    "agents": {"base", "core", "codec", "engine", "net", "resilience", "observability"},
    "api": {"base", "core", "codec", "ui", "engine", "net", "observability"},
}
# The only room that names adapters. Nobody includes it.
ROOMS["app"] = set(ROOMS)

# The one file of the port that must know its adapters, because it chooses one by URL for app.
EXCEPTIONS: dict[str, set[str]] = {
    "src/store/open.cpp": {"store/memory", "store/sqlite", "store/postgres"},
}

# Beginning of a header's name -> rooms that may see it. The longest beginning that fits counts.
LIBRARIES: dict[str, set[str]] = {
    "simdjson.h": {"base"},
    "sodium": {"base"},
    "openssl/": {"base"},
    "re2/": {"base"},
    "tl/expected.hpp": {"base"},
    "yaml-cpp/": {"codec", "app"},
    "toml++/": {"app"},
    "sqlite3.h": {"store/sqlite"},
    "libpq": {"store/postgres"},
    "restinio/": {"net"},
    "http_parser.h": {"net"},
    "asio": {"net"},
    "boost/asio": {"net"},
    "boost/beast": {"net"},
    "curl/": {"net"},
    "mustache.hpp": {"ui"},
    "prometheus/": {"observability"},
    "spdlog/": {"observability", "app"},
    "fmt/": {"observability", "app"},
    "CLI/": {"app"},
    "curses.h": {"app"},
}
TEST_LIBRARIES = ("gtest/", "gmock/", "rapidcheck", "benchmark/")

# What the operating system brings: not for the rooms that must stay pure.
SYSTEM = (
    r"(unistd|signal|fcntl|poll|spawn|pthread|netdb|termios|dirent|errno|pwd|grp|dlfcn|getopt|strings|syslog|langinfo)\.h"
    r"|(sys|netinet|arpa|net|linux)/.*\.h"
)
PURE = {"core", "codec", "ui"}

# Standard headers that bring in clocks, chance, threads or files; core has no use for them.
IMPURE_STANDARD = {
    *("atomic", "condition_variable", "future", "mutex", "semaphore", "shared_mutex", "thread"),
    *("ctime", "random", "filesystem", "fstream", "iostream", "stop_token"),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
STANDARD = re.compile(r"[a-z_0-9]+")  # <vector>; no header of C++ has a dot or a slash.
LINKED = re.compile(r"fermata_room\(\s*(\w+)\s+ROOMS\s+([a-z_ \n]*)")


@dataclass(frozen=True)
class Finding:
    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


def room_of(path: str) -> str:
    """The room of "sqlite/x.cpp" below src/: the longest that is listed, else its first folder."""
    parts = path.split("/")[:-1]
    for length in range(len(parts), 0, -1):
        if "/".join(parts[:length]) in ROOMS:
            return "/".join(parts[:length])
    return parts[0] if parts else ""


def check_own(room: str, header: str, file: str, is_test: bool) -> str | None:
    if header.startswith("tests/"):
        return None if is_test else "code does not include tests"
    target = room_of(header)
    if target not in ROOMS:
        return f'"{header}" names no room; write it from src/ on, as "room/file.hpp"'
    if target == room or target in ROOMS[room] or target in EXCEPTIONS.get(file, set()):
        return None
    allowed = ", ".join(sorted(ROOMS[room])) or "nothing"
    return f"{room} may not include {target} (only {allowed}); move the code or turn the call round"


def check_foreign(room: str, header: str, is_test: bool) -> str | None:
    if header.startswith(TEST_LIBRARIES):
        return None if is_test else f"<{header}> is for tests"
    owners = [name for name in LIBRARIES if header.startswith(name)]
    if owners:
        rooms = LIBRARIES[max(owners, key=len)]
        if room in rooms or (is_test and room.split("/")[0] in rooms):
            return None
        return f"<{header}> belongs to {', '.join(sorted(rooms))}; go through that room's own types"
    if STANDARD.fullmatch(header):
        if room == "core" and header in IMPURE_STANDARD and not is_test:
            return f"<{header}> in core; time, ids and chance come in with the command"
        return None
    if re.fullmatch(SYSTEM, header):
        return f"<{header}> in {room}, which is pure" if room in PURE and not is_test else None
    return f"<{header}> is unknown; give it a room in LIBRARIES of tools/check_layers.py"


def check_source(root: Path, path: Path) -> Iterator[Finding]:
    file = path.relative_to(root).as_posix()
    below = path.relative_to(root / "src").as_posix()
    room = room_of(below)
    if room not in ROOMS:
        yield Finding(file, 1, f"src/{room} is no room of ARCHITECTURE.md; see ROOMS")
        return
    text = path.read_text()
    is_test = path.stem.endswith("_test")
    for include in INCLUDE.finditer(text):
        kind, header = include.groups()
        if kind == '"':
            wrong = check_own(room, header, file, is_test)
        else:
            wrong = check_foreign(room, header, is_test)
        if wrong:
            yield Finding(file, text.count("\n", 0, include.start(1)) + 1, wrong)


def check_linked(root: Path, path: Path) -> Iterator[Finding]:
    """What a room is linked to must be what it may include."""
    text = path.read_text()
    for call in LINKED.finditer(text):
        room = room_of(path.relative_to(root / "src").as_posix())
        for linked in call.group(2).split():
            target = linked if linked in ROOMS else linked.replace("_", "/", 1)
            if room in ROOMS and target != room and target not in ROOMS[room]:
                line = text.count("\n", 0, call.start()) + 1
                wrong = f"{room} may not link {target}; it may not include it"
                yield Finding(path.relative_to(root).as_posix(), line, wrong)


def check(root: Path) -> list[Finding]:
    findings: list[Finding] = []
    for path in sorted((root / "src").rglob("*")):
        if path.suffix in {".hpp", ".cpp"}:
            findings += check_source(root, path)
        elif path.name == "CMakeLists.txt":
            findings += check_linked(root, path)
    return findings


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    findings = check(root)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
