"""What may happen to golden files: added, yes; changed, removed or put between others, no."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import check_golden
import pytest
from conftest import Project

EVENTS = "tests/golden/events"
CHAIN = "tests/golden/chain.json"
OLD = {"a.v1.json": '{"a":1}\n', "b.v1.json": '{"b":1}\n'}


def chain(files: dict[str, str]) -> str:
    hash_before, links = check_golden.GENESIS, []
    for name, text in files.items():
        joined = f"{hash_before}\n{text.removesuffix(chr(10))}"
        hash_before = hashlib.sha256(joined.encode()).hexdigest()
        links.append({"file": name, "hash": hash_before})
    return json.dumps(links)


def golden(files: dict[str, str]) -> dict[str, str]:
    return {CHAIN: chain(files), **{f"{EVENTS}/{name}": text for name, text in files.items()}}


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=n", "-c", "user.email=n@example.com"]
    subprocess.run(["git", "-C", str(root), *who, *arguments], check=True)


@pytest.fixture
def committed(project: Project) -> Path:
    root = project(golden(OLD))
    git(root, "add", ".")
    git(root, "commit", "-qm", "golden")
    return root


def test_what_is_unchanged_passes(committed: Path) -> None:
    assert check_golden.check(committed) == []


def test_a_file_may_be_added_at_the_end(committed: Path, project: Project) -> None:
    project(golden({**OLD, "a.v2.json": "{}\n"}))
    assert check_golden.check(committed) == []


def test_a_file_between_others_is_found(committed: Path, project: Project) -> None:
    project(golden({"0.v1.json": "{}\n", **OLD}))
    assert any("does not begin as in HEAD" in finding for finding in check_golden.check(committed))


def test_a_changed_file_is_found_although_the_chain_was_rewritten(
    committed: Path, project: Project
) -> None:
    project(golden({**OLD, "b.v1.json": '{"b":2}\n'}))
    findings = check_golden.check(committed)
    assert f"{EVENTS}/b.v1.json is another in HEAD; golden files are never changed" in findings


def test_a_changed_file_is_found_without_history(project: Project) -> None:
    root = project({**golden(OLD), f"{EVENTS}/a.v1.json": "{}\n"})
    assert check_golden.check(root) == [
        "a.v1.json is not what chain.json says; golden files are never changed"
    ]


def test_a_removed_file_is_found(committed: Path, project: Project) -> None:
    (committed / EVENTS / "b.v1.json").unlink()
    project({CHAIN: chain({"a.v1.json": OLD["a.v1.json"]})})
    findings = check_golden.check(committed)
    assert f"{EVENTS}/b.v1.json is in HEAD; golden files are never removed" in findings


def test_a_file_that_no_link_names_is_found(project: Project) -> None:
    root = project({**golden(OLD), f"{EVENTS}/c.v1.json": "{}\n"})
    assert check_golden.check(root) == ["c.v1.json is in only one of events/ and chain.json"]


def test_a_release_is_remembered(committed: Path, project: Project) -> None:
    git(committed, "tag", "v0.1.0")
    project(golden({**OLD, "b.v1.json": '{"b":2}\n'}))
    git(committed, "commit", "-qam", "rewritten")
    assert f"{EVENTS}/b.v1.json is another in v0.1.0; golden files are never changed" in (
        check_golden.check(committed)
    )


def test_the_project_passes() -> None:
    assert check_golden.check(Path(__file__).resolve().parents[2]) == []
