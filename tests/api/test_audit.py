"""`fermata verify` finds what somebody did who could write to the database (P10, P11, P12)."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from local_server import Server
from serving import binary, start
from support import Api, asked

OK, REFUSED = 0, 1


def verify(server: Server, *words: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [binary(), "verify", "--json", "--config", "fermata.yaml", *words],
        cwd=server.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    text = done.stdout or done.stderr
    return done.returncode, json.loads(text) if text.startswith("{") else {"said": text}


def tamper(server: Server, *statements: str) -> None:
    """As the owner of the database could."""
    url = (server.folder / "fermata.yaml").read_text().split('url: "')[1].split('"')[0]
    if url.startswith("sqlite:"):
        base = sqlite3.connect(server.folder / "fermata.db")
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events'"
        for (name,) in base.execute(triggers).fetchall():
            base.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            base.execute(statement)
        base.commit()
        base.close()
        return
    words = [word for statement in statements for word in ("-c", statement)]
    disable = "ALTER TABLE events DISABLE TRIGGER ALL"
    subprocess.run(["psql", url, "-qXv", "ON_ERROR_STOP=1", "-c", disable, *words], check=True)


def with_requests(server: Server, count: int) -> list[str]:
    """Ids of workflows that each have a pending request; the server is stopped."""
    api: Api = start(server)
    made = [asked(api)["workflow_id"] for _ in range(count)]
    api.close()
    assert server.stop() == 0
    return made


def found(server: Server, *words: str) -> list[str]:
    code, report = verify(server, *words)
    assert (code == OK) == (report.get("verify") == "ok"), report
    return [f"{f['stream']}: {f['what']}" for f in report["findings"]]


def test_a_stream_whose_head_was_taken_away_is_found(own_server: Server) -> None:
    hidden, _ = with_requests(own_server, 2)
    assert found(own_server) == []
    tamper(own_server, f"DELETE FROM streams WHERE name = '{hidden}'")
    assert f"default/{hidden}: it has events, but no head: it was hidden" in found(own_server)


def test_swapped_streams_are_found(own_server: Server) -> None:
    one, other = with_requests(own_server, 2)
    tamper(
        own_server,
        *(
            f"UPDATE {table} SET {column} = '{new}' WHERE {column} = '{old}'"
            for table, column in (("events", "stream"), ("streams", "name"))
            for old, new in ((one, "x"), (other, one), ("x", other))
        ),
    )
    assert sum("not the beginning of this" in line for line in found(own_server)) == 2


def test_a_checkpoint_finds_what_was_removed_without_a_trace(
    own_server: Server, tmp_path: Path
) -> None:
    removed, cut = with_requests(own_server, 2)
    file = tmp_path / "heads.txt"
    assert found(own_server, "--write-checkpoint", str(file)) == []
    assert found(own_server, "--against", str(file)) == []
    key = json.loads(file.read_text().splitlines()[0])["public_key"]
    tamper(
        own_server,
        *(f"DELETE FROM {t} WHERE stream = '{removed}'" for t in ("events", "tasks")),
        f"DELETE FROM streams WHERE name = '{removed}'",
        f"DELETE FROM read_models WHERE id = '{removed}' OR parent = '{removed}'",
        f"DELETE FROM events WHERE stream = '{cut}' AND version > 1",
    )
    lines = found(own_server, "--against", str(file), "--public-key", key)
    assert f"default/{removed}: since the checkpoint it was removed" in lines
    assert f"default/{cut}: since the checkpoint its history was cut" in lines
    assert not any(removed in line for line in found(own_server)), "only a checkpoint knows of it"


def test_a_checkpoint_that_was_changed_is_refused_and_none_is_written_of_damage(
    own_server: Server, tmp_path: Path
) -> None:
    (workflow,) = with_requests(own_server, 1)
    file = tmp_path / "heads.txt"
    assert found(own_server, "--write-checkpoint", str(file)) == []
    text = file.read_text()
    file.write_text(text.replace('"version":', '"version":1', 1))
    code, report = verify(own_server, "--against", str(file))
    assert code != OK
    assert "checkpoint.invalid" in str(report)
    file.write_text(text)
    code, report = verify(own_server, "--against", str(file), "--public-key", "0" * 64)
    assert "checkpoint.invalid" in str(report)
    tamper(own_server, f"UPDATE read_models SET status = 'approved' WHERE parent = '{workflow}'")
    assert found(own_server, "--write-checkpoint", str(file)) != []
    assert file.read_text() == text
