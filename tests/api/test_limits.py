"""How much one caller may ask, and how many servers one database has."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import httpx
from local_server import Server, free_port
from serving import binary, make_server, start
from support import asked, good, new_workflow, problem


def test_a_key_that_asks_too_much_is_told_when_to_come_back(own_server: Server) -> None:
    own_server.environment |= {"FERMATA_LIMITS_KEY_RATE": "1", "FERMATA_LIMITS_KEY_BURST": "5"}
    api = start(own_server)
    answers = [api.reader.get("/v1/me") for _ in range(12)]
    assert [a.status_code for a in answers[:5]] == [200] * 5
    refused = next(a for a in answers if a.status_code != 200)
    problem(refused, 429, "request.rate_limited")
    assert refused.headers["Retry-After"] == "1"
    good(api.ben.get("/v1/me"))
    api.close()


def test_strangers_are_counted_by_address_and_keep_nobody_out(own_server: Server) -> None:
    own_server.environment |= {
        "FERMATA_LIMITS_STRANGER_RATE": "1",
        "FERMATA_LIMITS_STRANGER_BURST": "5",
    }
    api = start(own_server)
    bad = {"Authorization": f"Bearer fermata_live_{'a' * 12}_{'b' * 43}"}
    answers = [api.nobody.get("/v1/me", headers=bad) for _ in range(12)]
    assert [a.status_code for a in answers[:5]] == [401] * 5
    problem(answers[-1], 429, "request.rate_limited")
    problem(api.nobody.get("/v1/me"), 429, "request.rate_limited")
    good(api.reader.get("/v1/me"))
    assert api.nobody.get("/readyz").status_code == 200
    api.close()


def test_a_second_server_on_the_database_is_refused(own_server: Server) -> None:
    api = start(own_server)
    asked(api)
    second = subprocess.run(
        [binary(), "serve", "--config", "fermata.yaml", "--port", str(free_port())],
        cwd=own_server.folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert second.returncode != 0
    assert "store.in_use" in second.stderr
    new_workflow(api)
    api.close()
    own_server.kill()
    begin = time.monotonic()
    own_server.start()
    assert time.monotonic() - begin < 2  # L5


def test_a_server_whose_database_was_taken_over_stops(tmp_path: Path) -> None:
    server = make_server("postgres", tmp_path)
    api = start(server)
    url = (tmp_path / "fermata.yaml").read_text().split('url: "')[1].split('"')[0]
    lock = "x'4665726d'::int, hashtext('public')"
    taker = subprocess.Popen(
        [
            "psql", url, "-qXAt",
            "-c", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  " WHERE application_name = 'fermata' AND datname = current_database()",
            "-c", f"SELECT pg_advisory_lock({lock})",
            "-c", "SELECT pg_sleep(60)",
        ],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert server.wait(20) != 0
    finally:
        end = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'psql'"
        )
        end += " AND datname = current_database() AND pid <> pg_backend_pid()"
        subprocess.run(["psql", url, "-qXAtc", end], check=True, stdout=subprocess.DEVNULL)
        taker.wait()
    assert "server.replaced" in (tmp_path / "server.log").read_text()
    with httpx.Client(base_url=server.url) as client:
        try:
            client.get("/livez")
            raise AssertionError("it still answers")
        except httpx.ConnectError:
            pass
    server.start()
    api.close()
    assert server.stop() == 0
