"""A real server for each store. All tests of a store share it; each makes its own workflows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
from local_server import Server
from office import office_server
from serving import STORES, make_server, start
from support import Api


@pytest.fixture(scope="session", params=STORES)
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp(request.param)
    server = make_server(request.param, folder)
    served = start(server)
    yield served
    served.close()
    assert server.running, f"the server died; see {folder}/server.log"
    assert server.stop() == 0
    log = (folder / "server.log").read_text()
    for key in served.keys.values():  # P15
        assert key not in log
        assert key.rsplit("_", 1)[1] not in log


@pytest.fixture(params=STORES)
def own_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A server for this test alone, not started."""
    server = make_server(request.param, tmp_path)
    yield server
    if server.running:
        server.kill()


@pytest.fixture(scope="session", params=STORES)
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Api]:
    """A server whose policy uses all that thresholds and schedules can say (office.py)."""
    folder = tmp_path_factory.mktemp(f"office-{request.param}")
    server, served = office_server(request.param, folder)
    yield served
    served.close()
    assert server.running, f"the server died; see {folder}/server.log"
    assert server.stop() == 0


@pytest.fixture
def sqlite_server(tmp_path: Path) -> Iterator[Server]:
    """A server for this test alone, not started; for clients, to whom its store is all the same."""
    server = make_server("sqlite", tmp_path)
    yield server
    if server.running:
        server.kill()


@pytest.fixture
def sqlite_api(sqlite_server: Server) -> Iterator[Api]:
    api = start(sqlite_server)
    yield api
    api.close()
