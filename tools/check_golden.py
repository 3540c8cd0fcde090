#!/usr/bin/env python3
"""Golden events are only ever added: what a release wrote must be readable for ever.

    tools/check_golden.py [root]

tests/golden/chain.json names every file of tests/golden/events in the order of its adding, with the
hash chain over them; this recomputes it, without the program's own code. And no file or link of
HEAD, or of a release (a tag v*), may be gone or changed.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

GOLDEN = "tests/golden"
GENESIS = "0" * 64


def git(root: Path, *arguments: str) -> bytes | None:
    """What git says; None when it refuses."""
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def check_chain(root: Path) -> Iterator[str]:
    """chain.json against the files on disk."""
    links = json.loads((root / GOLDEN / "chain.json").read_bytes())
    events = root / GOLDEN / "events"
    named = [link["file"] for link in links]
    present = {path.name for path in events.iterdir()}
    for name in sorted(present.symmetric_difference(named)):
        yield f"{name} is in only one of events/ and chain.json"
    for name in sorted({name for name in named if named.count(name) > 1}):
        yield f"{name} is in chain.json twice"
    hash_before = GENESIS
    for link in links:
        if link["file"] not in present:
            return
        body = (events / link["file"]).read_bytes().removesuffix(b"\n")
        hash_before = hashlib.sha256(hash_before.encode() + b"\n" + body).hexdigest()
        if hash_before != link["hash"]:
            yield f"{link['file']} is not what chain.json says; golden files are never changed"
            return


def check_history(root: Path, revision: str) -> Iterator[str]:
    """What `revision` had, against what is there now."""
    only = ["--no-renames", "--name-status", "--diff-filter=DMT"]
    changed = git(root, "diff", *only, revision, "--", f"{GOLDEN}/events") or b""
    for line in changed.decode().splitlines():
        state, name = line.split("\t")
        if state == "D":
            yield f"{name} is in {revision}; golden files are never removed"
        else:
            yield f"{name} is another in {revision}; golden files are never changed"
    before = git(root, "show", f"{revision}:{GOLDEN}/chain.json")
    links = json.loads((root / GOLDEN / "chain.json").read_bytes())
    if before is not None and links[: len(old := json.loads(before))] != old:
        yield f"{GOLDEN}/chain.json does not begin as in {revision}; new links come last"


def check(root: Path) -> list[str]:
    """All findings, one sentence each."""
    findings = list(check_chain(root))
    for revision in ["HEAD", *(git(root, "tag", "--list", "v*") or b"").decode().split()]:
        findings += check_history(root, revision)
    return findings


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent)
    findings = check(root)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
