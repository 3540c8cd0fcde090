"""The policy file: one with an error keeps the server from starting, and is not taken on reload."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest
from local_server import Server
from serving import POLICY, start
from support import (
    Api,
    Stopwatch,
    agreed_policy,
    call_body,
    good,
    new_workflow,
    open_call,
    problem,
    start_turn,
)

WRONG = """version: 1
rules:
  - {name: broken, tool: refund, effect: perhaps}
default: {effect: ask, thresholds: [{from: finance, approve: 1, reject: 1}]}
"""
STRICT = """version: 1
rules:
  - {name: nothing runs, tool: "*", effect: deny}
default: {effect: ask, thresholds: [{from: finance, approve: 1, reject: 1}]}
"""


def serve_once(server: Server) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [server.binary, "serve", "--config", "fermata.yaml", "--port", "0"],
        cwd=server.folder,
        capture_output=True,
        text=True,
        timeout=30,
    )


def write_policy(server: Server, text: str) -> None:
    (server.folder / "policy.yaml").write_text(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (WRONG, "policy.yaml:3:"),
        ("version: 1\nrules: [\n", "policy.yaml:"),
        ("version: 1\n", "policy.yaml:"),
        ("", "policy.yaml:"),
    ],
)
def test_a_server_with_a_wrong_policy_does_not_start(
    own_server: Server, text: str, place: str
) -> None:
    write_policy(own_server, text)
    done = serve_once(own_server)
    assert done.returncode != 0
    assert "listening on" not in done.stdout
    assert place in done.stderr
    assert "key " not in done.stdout  # Nothing was made before it was refused.


def test_a_server_without_its_policy_file_does_not_start(own_server: Server) -> None:
    (own_server.folder / "policy.yaml").unlink()
    done = serve_once(own_server)
    assert done.returncode != 0
    assert "policy.yaml" in done.stderr


def hash_in_force(api: Api) -> str:
    return str(good(api.reader.get("/v1/policies/current"))["hash"])


def log_of(server: Server) -> str:
    return (server.folder / "server.log").read_text()


def reload(server: Server, marker: str) -> None:
    """Sends SIGHUP and waits until the server says what came of it."""
    before = log_of(server).count(marker)
    os.kill(server.pid, signal.SIGHUP)
    watch = Stopwatch()
    while log_of(server).count(marker) == before:
        assert watch.seconds < 10, f"no {marker} in the log"


def test_a_wrong_policy_is_not_taken_on_reload(own_server: Server) -> None:
    api = start(own_server)
    before = hash_in_force(api)
    write_policy(own_server, WRONG)
    reload(own_server, "policy.reload_refused")
    assert hash_in_force(api) == before
    assert "policy.yaml:3:" in log_of(own_server)

    write_policy(own_server, STRICT)
    reload(own_server, "policy.reloaded")
    assert hash_in_force(api) != before
    verdict = good(api.agent.post("/v1/policies/explain", json={"tool": "lookup"}))
    assert verdict["effect"] == "deny"
    api.close()


def test_only_a_changed_file_replaces_what_people_agreed_to(own_server: Server) -> None:
    """A new file is the operator's word; the old one must not undo an agreement by a restart."""
    api = start(own_server)
    agreed_policy(api, STRICT)
    agreed = hash_in_force(api)
    own_server.kill()
    own_server.start()
    assert hash_in_force(api) == agreed
    assert "policy.file_superseded" in log_of(own_server)
    changed = POLICY + "# once more\n"
    write_policy(own_server, changed)
    own_server.kill()
    own_server.start()
    assert good(api.reader.get("/v1/policies/current"))["source"] == changed
    api.close()


def test_without_any_policy_nothing_runs(own_server: Server) -> None:
    """P2."""
    config = own_server.folder / "fermata.yaml"
    config.write_text(config.read_text().replace("policy: {file: policy.yaml}\n", "", 1))
    api = start(own_server)
    problem(api.reader.get("/v1/policies/current"), 404, "policy.not_found")
    assert good(api.reader.get("/v1/policies"))["items"] == []
    explained = good(api.agent.post("/v1/policies/explain", json={"tool": "lookup"}))
    assert (explained["effect"], explained["thresholds"]) == ("deny", [])
    workflow = new_workflow(api)
    verdict = open_call(api, workflow, call_body(start_turn(api, workflow), 1, tool="lookup"))
    assert (verdict["verdict"], verdict["reason"]) == ("deny", "policy.denied")
    answer = api.agent.post("/v1/approvals", json={"action": "deploy"})
    problem(answer, 403, "policy.missing")
    api.close()
