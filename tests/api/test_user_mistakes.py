"""What people get wrong on the first day: said in words, once, and nothing is left behind."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from local_server import Server, free_port
from serving import binary, fresh_postgres, start
from support import good, problem

USAGE, REFUSED, UNREACHABLE, NOT_FOUND = 2, 1, 3, 4


def fermata(
    *words: str | Path, cwd: Path, user: int | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    clean = {n: v for n, v in os.environ.items() if not n.startswith("FERMATA_")}
    return subprocess.run(
        [binary(), *words],
        cwd=cwd,
        env={**clean, **environment},
        user=user,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", [("serve",), ("verify",), ("migrate",), ("migrate", "--check")])
def test_a_folder_is_no_store_and_stays_as_it_was(tmp_path: Path, command: tuple[str, ...]) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    done = fermata(*command, "--store", f"sqlite:{folder}", cwd=tmp_path)
    assert done.returncode == REFUSED
    assert "this is a folder" in done.stderr
    assert list(tmp_path.iterdir()) == [folder]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("command", ["serve", "verify", "migrate"])
def test_a_file_that_is_no_database_gets_no_key_beside_it(tmp_path: Path, command: str) -> None:
    junk = tmp_path / "letters.db"
    junk.write_text("Dear Sir or Madam, I write to you about my refund.")
    done = fermata(command, "--store", "sqlite:letters.db", cwd=tmp_path)
    assert done.returncode == REFUSED
    assert "(store.corrupt)" in done.stderr
    assert list(tmp_path.iterdir()) == [junk]


def test_a_database_that_is_not_there_yet_is_said_so(tmp_path: Path) -> None:
    done = fermata("verify", "--store", "sqlite:new.db", cwd=tmp_path)
    assert done.returncode == NOT_FOUND
    assert "There is no database yet at new.db" in done.stderr
    done = fermata("migrate", "--check", "--store", "sqlite:new.db", cwd=tmp_path)
    assert done.returncode == REFUSED
    assert "makes it with its schema" in done.stderr
    words = ("keys", "create", "--kind", "admin", "--direct", "--store", "sqlite:new.db")
    assert fermata(*words, cwd=tmp_path).returncode == NOT_FOUND
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["serve", "verify", "migrate"])
def test_a_store_of_no_known_kind_is_told_by_its_url(tmp_path: Path, command: str) -> None:
    done = fermata(command, "--store", "mysql:x", cwd=tmp_path)
    assert done.returncode == REFUSED
    assert "must be memory:, sqlite:<path> or postgresql://" in done.stderr
    assert "signing" not in done.stderr


def test_a_database_that_cannot_be_written_is_not_served(tmp_path: Path) -> None:
    folder = Path(f"/tmp/fermata-unwritable-{os.getpid()}")  # Which others can enter.
    folder.mkdir(mode=0o755)
    try:
        assert fermata("migrate", "--store", "sqlite:f.db", cwd=folder).returncode == 0
        (folder / "f.db").chmod(0o444)
        (folder / "f.db.lock").chmod(0o666)
        folder.chmod(0o555)
        nobody = 65534 if os.geteuid() == 0 else None  # To root, everything can be written.
        words = ("--store", "sqlite:f.db", "--setting", "signing.key_file=none.key")
        done = fermata("serve", *words, "--port", "0", cwd=folder, user=nobody)
        assert done.returncode == REFUSED
        assert "The database cannot be written. (store.read_only)" in done.stderr
        assert "listening" not in done.stdout
        assert fermata("verify", *words, cwd=folder).returncode == 0
    finally:
        folder.chmod(0o755)
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()


def test_a_port_that_is_taken_costs_no_key(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = fermata("serve", "--store", "sqlite:f.db", "--port", port, cwd=tmp_path)
    assert done.returncode == UNREACHABLE
    assert "(net.bind_failed)" in done.stderr
    assert done.stdout == ""
    server = Server(binary(), tmp_path, "store: {url: 'sqlite:f.db'}\n", "")
    try:
        assert [line.split()[:2] for line in server.start()[:1]] == [["key", "admin"]]
    finally:
        server.kill()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nope",), "'nope' is no command of fermata; there are serve, approvals"),
        (("approvals", "nope"), "'nope' is no command of fermata approvals; there are list"),
        (("completion", "zsh"), "'zsh' is no command of fermata completion; there are bash"),
        (("approvals", "list", "--status", "zz"), "zz not in"),
        (("--url", "ftp://x", "approvals", "list"), "it begins with http:// or https://"),
    ],
)
def test_wrong_words_are_named_once(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = fermata(*words, cwd=tmp_path, FERMATA_KEY="k")
    assert done.returncode == USAGE, done.stderr
    assert done.stderr.count(said) == 1
    assert done.stdout == ""


def test_an_address_of_the_environment_is_judged_as_well(tmp_path: Path) -> None:
    done = fermata("approvals", "list", cwd=tmp_path, FERMATA_KEY="k", FERMATA_URL="ftp://x")
    assert done.returncode == REFUSED
    assert "'ftp://x' is no address of a server" in done.stderr


def test_policy_check_reads_files_and_doubts_numbers_in_quotes(tmp_path: Path) -> None:
    done = fermata("policy", "check", tmp_path, cwd=tmp_path)
    assert done.returncode == REFUSED
    assert "is a folder, not a file" in done.stderr
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "version: 1\n"
        "rules:\n"
        "  - {name: large, tool: refund, when: {amount: {gt: '100'}}, effect: deny}\n"
        "  - {name: later, tool: refund, when: {day: {gt: '2026-01-01'}}, effect: deny}\n"
        "default: {effect: deny}\n"
    )
    done = fermata("policy", "check", policy, cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.count("warning") == 1
    assert "rule 'large' compares amount with the text \"100\"" in done.stdout


def test_serve_warns_about_misspelt_variables(tmp_path: Path) -> None:
    words = ("serve", "--store", "mysql:x")
    done = fermata(*words, cwd=tmp_path, FERMATA_STORE_URI="sqlite:x")
    assert "event=config.unknown_variable name=FERMATA_STORE_URI" in done.stderr


def test_a_toml_file_does_what_a_yaml_file_does(tmp_path: Path) -> None:
    (tmp_path / "fermata.toml").write_text(
        "store.url = 'sqlite:f.db'\n[[bootstrap.people]]\nid = 'ada'\n"
        "[[bootstrap.keys]]\nkind = 'person'\nperson = 'ada'\n"
    )
    assert fermata("migrate", cwd=tmp_path).returncode == 0
    assert (tmp_path / "f.db").exists()
    (tmp_path / "fermata.yaml").write_text("")
    both = fermata("migrate", cwd=tmp_path)
    assert both.returncode == USAGE
    assert "fermata.yaml and fermata.toml are both here" in both.stderr
    wrong = tmp_path / "other.toml"
    wrong.write_text("[listen]\nport = '80'\nprot = 1\n[log]\nlevel = 'loud'\n")
    done = fermata("migrate", "--config", wrong, cwd=tmp_path)
    assert done.returncode == USAGE
    for place in (":2:8: listen.port", ":3:1: unknown key 'prot'", ":5:9: log.level"):
        assert f"{wrong}{place}" in done.stderr


def test_a_postgresql_that_never_answers_is_waited_for_and_then_given_up(tmp_path: Path) -> None:
    url = f"postgresql://ada@127.0.0.1:{free_port()}/f"
    key = "A" * 43
    words = ("serve", "--store", url, "--port", "0", "--setting", "store.start_timeout_s=2")
    done = fermata(*words, cwd=tmp_path, FERMATA_SIGNING_KEY=key)
    assert done.returncode == UNREACHABLE
    assert done.stderr.count("event=store.waiting") >= 2
    assert "(store.unavailable)" in done.stderr


class LateDoor:
    """A port that leads to another one, once it is opened."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.port = free_port()
        self._target = target
        self._listener: socket.socket | None = None

    def open(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        if self._listener is not None:
            self._listener.close()

    def _accept(self) -> None:
        assert self._listener is not None
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=pair, daemon=True).start()

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return


@pytest.fixture
def late_postgres() -> Iterator[tuple[LateDoor, str]]:
    url = httpx.URL(fresh_postgres())
    door = LateDoor((url.host, url.port or 5432))
    yield door, str(url.copy_with(port=door.port))
    door.close()


def test_a_postgresql_that_comes_later_is_waited_for(
    tmp_path: Path, late_postgres: tuple[LateDoor, str]
) -> None:
    door, url = late_postgres
    server = Server(binary(), tmp_path, f"store: {{url: '{url}'}}\n", "")
    log = tmp_path / "server.log"
    waited = threading.Event()

    def open_when_waited_for() -> None:
        while not (log.exists() and "event=store.waiting" in log.read_text()):
            waited.wait(0.05)
        door.open()

    opener = threading.Thread(target=open_when_waited_for)
    opener.start()
    try:
        assert server.start()[-1].startswith("listening on")
        assert httpx.get(f"{server.url}/readyz").status_code == 200
    finally:
        opener.join(timeout=30)
        if server.running:
            server.kill()


def test_the_last_admin_key_of_a_tenant_stays(own_server: Server) -> None:
    api = start(own_server)
    own = good(api.admin.get("/v1/me"))["key_id"]
    problem(api.admin.delete(f"/v1/keys/{own}"), 409, "key.last_admin")
    second = good(api.admin.post("/v1/keys", json={"kind": "admin", "label": "second"}), 201)
    assert api.admin.delete(f"/v1/keys/{second['id']}").status_code in (200, 204)
    problem(api.admin.delete(f"/v1/keys/{own}"), 409, "key.last_admin")
    api.close()


def test_a_lost_admin_key_of_any_tenant_is_made_again(own_server: Server) -> None:
    api = start(own_server)
    api.close()
    assert own_server.stop() == 0
    words = ("keys", "create", "--kind", "admin", "--direct", "--config", "fermata.yaml")
    nobody = fermata(*words, "--tenant", "nobody", cwd=own_server.folder)
    assert (nobody.returncode, "no tenant 'nobody'" in nobody.stderr) == (NOT_FOUND, True)
    made = fermata(*words, "--tenant", "acme", cwd=own_server.folder)
    assert made.returncode == 0, made.stderr
    own_server.start()
    headers = {"Authorization": f"Bearer {made.stdout.splitlines()[0]}"}
    people = good(httpx.get(f"{own_server.url}/v1/people", headers=headers))["items"]
    assert [person["name"] for person in people] == ["Another Ben"]
