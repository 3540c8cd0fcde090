"""Each rule of check_layers: what breaks it is found at its line, what keeps it is not."""

from __future__ import annotations

import check_layers
import pytest
from conftest import Project


def findings(project: Project, file: str, text: str) -> list[str]:
    return [str(finding) for finding in check_layers.check(project({file: text}))]


@pytest.mark.parametrize(
    ("file", "header"),
    [
        ("src/engine/x.cpp", '"store/store.hpp"'),
        ("src/engine/x.cpp", '"engine/deep/y.hpp"'),
        ("src/store/sqlite/x.cpp", '"store/store.hpp"'),
        ("src/store/sqlite/x.cpp", "<sqlite3.h>"),
        ("src/store/sqlite/x.cpp", '"store/sqlite/y.hpp"'),
        ("src/app/main.cpp", '"store/postgres/y.hpp"'),
        ("src/store/open.cpp", '"store/postgres/y.hpp"'),
        ("src/core/x.cpp", "<vector>"),
        ("src/core/x_test.cpp", "<gtest/gtest.h>"),
        ("src/core/x_test.cpp", '"tests/support/clock.hpp"'),
        ("src/core/x_test.cpp", "<random>"),
        ("src/net/x.cpp", "<sys/socket.h>"),
        ("src/net/x.cpp", "<restinio/all.hpp>"),
        ("src/codec/x.cpp", "<yaml-cpp/yaml.h>"),
    ],
)
def test_lets_in_what_may_come_in(project: Project, file: str, header: str) -> None:
    assert findings(project, file, f"#include {header}\n") == []


@pytest.mark.parametrize(
    ("file", "header", "why"),
    [
        ("src/core/x.cpp", '"codec/y.hpp"', "core may not include codec (only base)"),
        ("src/core/x.cpp", '"app/y.hpp"', "core may not include app"),
        ("src/core/x.cpp", "<yaml-cpp/yaml.h>", "belongs to app, codec"),
        ("src/core/x.cpp", "<chrono.h>", "is unknown"),
        ("src/core/x.cpp", "<thread>", "<thread> in core"),
        ("src/core/x.cpp", "<unistd.h>", "which is pure"),
        ("src/core/x.cpp", "<gtest/gtest.h>", "is for tests"),
        ("src/core/x.cpp", '"tests/support/clock.hpp"', "does not include tests"),
        ("src/core/x.cpp", '"y.hpp"', "names no room"),
        ("src/engine/x.cpp", '"store/sqlite/y.hpp"', "engine may not include store/sqlite"),
        ("src/store/x.cpp", '"store/sqlite/y.hpp"', "store may not include store/sqlite"),
        ("src/store/sqlite/x.cpp", '"store/postgres/y.hpp"', "may not include store/postgres"),
        ("src/store/sqlite/x.cpp", "<libpq-fe.h>", "belongs to store/postgres"),
        ("src/api/rest/x.cpp", "<simdjson.h>", "belongs to base"),
        ("src/api/rest/x.cpp", "<boost/asio.hpp>", "belongs to net"),
        ("src/utils/x.cpp", "<vector>", "is no room"),
    ],
)
def test_names_file_line_and_rule(project: Project, file: str, header: str, why: str) -> None:
    found = findings(project, file, f"// A comment.\n#include {header}\n")
    assert len(found) == 1
    line = 1 if "no room" in why and file.startswith("src/utils") else 2
    assert found[0].startswith(f"{file}:{line}: ")
    assert why in found[0]


def test_an_include_in_a_comment_is_none(project: Project) -> None:
    assert findings(project, "src/core/x.cpp", '// #include "app/y.hpp"\n') == []


@pytest.mark.parametrize(
    ("room", "links", "found"),
    [
        ("engine", "ROOMS base core store LIBS x", None),
        ("store/sqlite", "ROOMS base store", None),
        ("core", "ROOMS base codec LIBS x", "core may not link codec; it may not include it"),
        ("engine", "ROOMS store_sqlite", "engine may not link store/sqlite"),
    ],
)
def test_a_room_links_only_what_it_may_include(
    project: Project, room: str, links: str, found: str | None
) -> None:
    file = f"src/{room}/CMakeLists.txt"
    told = findings(project, file, f"fermata_room(x {links})\n")
    assert told == [] if found is None else told[0].startswith(f"{file}:1: {found}")
