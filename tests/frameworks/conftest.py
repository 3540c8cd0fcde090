"""The servers of tests/api, asked by programs of other frameworks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "api"))
from serving import make_server, start
from support import Api


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("server")
    server = make_server("sqlite", folder)
    served = start(server)
    yield served
    served.close()
    assert server.running, f"the server died; see {folder}/server.log"
    assert server.stop() == 0
