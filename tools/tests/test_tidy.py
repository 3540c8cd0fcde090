"""Each house rule: what breaks it is found at its line, what keeps it is not."""

from __future__ import annotations

import pytest
import tidy
from conftest import Project


def findings(project: Project, files: dict[str, str]) -> list[str]:
    return [str(finding) for finding in tidy.check(project(files))]


@pytest.mark.parametrize(
    ("file", "line", "cure"),
    [
        ("src/core/x.cpp", "auto t = std::chrono::system_clock::now();", "fermata::Clock"),
        ("src/engine/x.cpp", "auto t = time(nullptr);", "fermata::Clock"),
        ("src/engine/x.cpp", "int n = rand();", "fermata::Random"),
        ("src/engine/x_test.cpp", "std::this_thread::sleep_for(1ms);", "wait for the event"),
        ("src/core/x.cpp", "throw 1;", "fermata::fail"),
        ("src/core/x.cpp", "using namespace std;", "name what you use"),
        ("src/net/x.cpp", "assert(x);", "FERMATA_ASSERT"),
        ("src/net/x.cpp", "std::regex r;", "re2"),
        ("src/net/x_test.cpp", "GTEST_SKIP();", "must fail"),
        ("src/net/x.cpp", "// TO" + "DO: later", "do it"),
        ("docs/x.md", "See /ho" + "me/me/x.", "one machine"),
        ("tests/api/test_x.py", "pytest.skip('no database')", "must fail"),
    ],
)
def test_a_banned_word_is_found_with_its_cure(
    project: Project, file: str, line: str, cure: str
) -> None:
    found = findings(project, {file: f"# Title\n{line}\n"})
    assert len(found) == 1
    assert found[0].startswith(f"{file}:2: ")
    assert cure in found[0]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("src/base/time.cpp", "auto t = std::chrono::system_clock::now();"),
        ("src/core/x.cpp", "// it may throw, and sleep_for is not used"),
        ("src/core/x.cpp", 'const char* text = "throw";'),
        ("src/core/x.cpp", "/* rand() is\n   banned */"),
        ("src/core/x.cpp", "static_assert(true); const int operand(3);"),
        ("src/store/sqlite/x.cpp", "throw 1;"),
        ("tests/support/x.cpp", "std::this_thread::sleep_for(1ms);"),
    ],
)
def test_what_is_allowed_is_not_found(project: Project, file: str, line: str) -> None:
    assert findings(project, {file: f"{line}\n"}) == []


HEADER = "#pragma once\n\n// What it is for.\n"
USER = '#include "core/x.hpp"\n'


def test_a_header_begins_with_what_it_is_for(project: Project) -> None:
    assert findings(project, {"src/core/x.hpp": HEADER, "src/core/x.cpp": USER}) == []
    found = findings(project, {"src/core/x.hpp": "#pragma once\n\n#include <x>\n"})
    assert "src/core/x.hpp:3: after #pragma once" in found[0]
    found = findings(project, {"src/core/x.hpp": "#ifndef X\n"})
    assert "begins with #pragma once" in found[0]


def test_a_header_that_nobody_includes_is_found(project: Project) -> None:
    assert findings(project, {"src/core/x.hpp": HEADER}) == [
        "src/core/x.hpp:1: nobody includes this header; use it or remove it"
    ]


def test_sizes_are_limited(project: Project) -> None:
    assert findings(project, {"src/core/x.cpp": "\n" * 500}) == []
    assert "501 lines; at most 500" in findings(project, {"src/core/x.cpp": "\n" * 501})[0]
    body = "    pass\n" * 69
    assert findings(project, {"src/core/x.cpp": "", "demo/x.py": "def f():\n" + body}) == []
    found = findings(project, {"demo/x.py": "def f():\n    pass\n" + body})
    assert found == ["demo/x.py:1: f has 71 lines; at most 70: split it"]


def test_large_files_are_found(project: Project) -> None:
    assert "500001 bytes" in findings(project, {"docs/x.png": "x" * 500_001})[0]


@pytest.mark.parametrize("text", ["", "text\n\n# One\n", "# One\n\n# Two\n", "## Only this\n"])
def test_a_page_begins_with_its_one_title(project: Project, text: str) -> None:
    found = findings(project, {"docs/x.md": text})
    assert len(found) == 1
    assert "titles" in found[0]


def test_a_comment_in_a_code_block_is_no_title(project: Project) -> None:
    assert findings(project, {"docs/x.md": "# One\n\n```\n# run it\n```\n"}) == []


USE = 'return fail(ErrorCode::kConflict,\n            "turn.stale", "late: a \\"word\\"");\n'


def test_each_reason_has_a_page_and_each_page_a_reason(project: Project) -> None:
    assert findings(project, {"src/core/x.cpp": USE}) == [
        "src/core/x.cpp:2: turn.stale has no page; write docs/errors/turn.stale.md"
    ]
    files = {"src/core/x.cpp": USE, "docs/errors/turn.stale.md": "# turn.stale\n"}
    assert findings(project, files) == []
    found = findings(project, {"docs/errors/turn.odd.md": "# turn.odd\n"})
    assert found == ["docs/errors/turn.odd.md:1: no code gives this reason; remove the page"]


def test_a_link_to_a_page_that_is_missing_is_found(project: Project) -> None:
    found = findings(project, {"README.md": "# Title\nSee docs/errors/turn.odd.md.\n"})
    assert found == ["README.md:2: turn.odd has no page; write docs/errors/turn.odd.md"]
