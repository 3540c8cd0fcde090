"""The servers of tests/api, asked over MCP."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "api"))
sys.path.insert(0, str(Path(__file__).resolve().parent / "wire"))
from local_server import Server
from serving import STORES, make_server, start
from support import Api


def serve(store: str, folder: Path) -> Iterator[Api]:
    server = make_server(store, folder)
    served = start(server)
    yield served
    served.close()
    assert server.running, f"the server died; see {folder}/server.log"
    assert server.stop() == 0
    log = (folder / "server.log").read_text()
    for key in served.keys.values():  # P15
        assert key.rsplit("_", 1)[1] not in log


@pytest.fixture(scope="session", params=STORES)
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """On each store."""
    yield from serve(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="session")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """For rules that have nothing to do with the store."""
    yield from serve("sqlite", tmp_path_factory.mktemp("one"))


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server for this test alone, not started."""
    server = make_server("sqlite", tmp_path)
    yield server
    if server.running:
        server.kill()
