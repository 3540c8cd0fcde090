from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from agents import Ledger
from peer import People, Server, running

from fermata.smolagents import Fermata


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that do not kill it; each test has workflows of its own."""
    yield from running(tmp_path_factory.mktemp("server"))


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server that the test may kill."""
    directory = tmp_path / "server"
    directory.mkdir()
    yield from running(directory)


@pytest.fixture
def people(server: Server) -> People:
    return People(server)


@pytest.fixture
def fermata(server: Server) -> Fermata:
    return Fermata(server.url, server.keys["agent"])


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """The world outside, where effects are counted."""
    return Ledger(tmp_path / "ledger")
