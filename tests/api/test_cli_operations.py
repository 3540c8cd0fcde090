"""Commands beside a server, on its configuration and its database: doctor, verify, keys."""

from __future__ import annotations

import json
import subprocess

from local_server import Server
from serving import start
from support import asked
from test_cli import OK, REFUSED, fermata


def own(server: Server, *words: str) -> subprocess.CompletedProcess[str]:
    """A command that reads the server's configuration itself."""
    return fermata(*words, "--config", str(server.folder / "fermata.yaml"))


def test_doctor_and_verify_look_beside_a_running_server(own_server: Server) -> None:
    before = own(own_server, "doctor", "--json")
    assert before.returncode == OK, before.stdout
    api = start(own_server)
    for _ in range(20):
        asked(api)
    report = json.loads(own(own_server, "verify", "--json").stdout)
    assert report["verify"] == "ok"
    assert report["streams"] == 22  # Two directories.
    done = own(own_server, "doctor", "--json", "--port", str(own_server.port))
    assert done.returncode == OK, done.stdout
    found = {(check["area"], check["level"]) for check in json.loads(done.stdout)["checks"]}
    assert {("server", "ok"), ("signing", "ok"), ("policy", "ok"), ("clock", "ok")} <= found
    assert own(own_server, "migrate", "--check").returncode == OK
    api.close()


def test_doctor_says_what_is_wrong(own_server: Server) -> None:
    (own_server.folder / "policy.yaml").write_text("version: 2\n")
    (own_server.folder / "signing.key").chmod(0o644)
    done = own(own_server, "doctor", "--json")
    assert done.returncode == REFUSED
    failed = {c["area"] for c in json.loads(done.stdout)["checks"] if c["level"] == "fail"}
    assert failed == {"policy", "signing"}


AGENTS = """
agents:
  - name: native
    instructions: Help.
    model: {url: "http://127.0.0.1:9", name: m, key: env:NO_MODEL_KEY}
    tools: [look, ship]
tools:
  - name: look
    description: Looks.
    http: {url: "http://127.0.0.1:9", headers: {X: "env:NO_SHOP_KEY"}}
  - worker: {name: till, allow: [ship]}
  - mcp: {name: files, command: [no-such-program], allow: [read]}
"""


def test_doctor_names_all_that_agents_lack(own_server: Server) -> None:
    api = start(own_server)
    api.close()
    assert own_server.stop() == 0
    config = own_server.folder / "fermata.yaml"
    config.write_text(config.read_text().replace("\ntenants:", AGENTS + "\ntenants:"))
    done = own(own_server, "doctor", "--json")
    assert done.returncode == REFUSED, done.stdout + done.stderr
    checks = json.loads(done.stdout)["checks"]
    found = {(c["level"], c["what"]) for c in checks if c["area"] == "agents"}
    said = " | ".join(f"{level}: {what}" for level, what in found)
    for part in (
        "fail: the variable NO_MODEL_KEY is not set",
        "fail: the variable NO_SHOP_KEY is not set",
        "fail: MCP server 'files': there is no program 'no-such-program'",
        "warn: worker 'till' serves tools, but has no key that works",
    ):
        assert part in said
    refused = own(own_server, "serve")
    assert refused.returncode != OK
    assert "the variables NO_MODEL_KEY, NO_SHOP_KEY are not set" in refused.stderr


def test_a_lost_admin_key_is_made_again_while_the_server_is_stopped(own_server: Server) -> None:
    api = start(own_server)
    api.close()
    assert own_server.stop() == 0
    done = own(own_server, "keys", "create", "--kind", "admin", "--direct", "--json")
    made = json.loads(done.stdout)
    own_server.start()
    assert fermata("keys", "list", url=own_server.url, key=made["key"]).returncode == OK
