#!/usr/bin/env python3
"""The house rules, as a check: each finding says where, and what to do instead.

    tools/tidy.py [root]

Sizes of files and functions, banned words with their replacement, a comment at the top of each
header, a page for each reason that a client can get, one title in each Markdown file, no large
files, nothing that only one machine has.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CODE_LINES = {".hpp": 300, ".cpp": 500, ".py": 500, ".sh": 300}
ARCHITECTURE_LINES = 300
FUNCTION_LINES = 70
BLOB_BYTES = 500_000
# Files that a machine writes.
GENERATED = ("package-lock.json", "tests/golden/")
TEXT = {".hpp", ".cpp", ".py", ".sh", ".md", ".txt", ".cmake", ".yaml", ".yml", ".json", ".toml",
        ".sql", ".ini", ".service", ""}  # fmt: skip


@dataclass(frozen=True)
class Banned:
    pattern: str
    instead: str
    where: str = r"(src|tests|bench)/.*\.[ch]pp"  # Paths it is banned in,
    allowed: str = r"(?!)"  # except these.


# C++, outside comments and strings.
BANNED_CPP = (
    Banned(
        r"\b(system_clock|high_resolution_clock)\b|\btime\s*\(\s*(nullptr|NULL|0|&)|\bclock_gettime\b",
        "take a fermata::Clock, or the time that the command brings",
        where=r"src/.*",
        allowed=r"src/base/time(_test)?\.cpp",
    ),
    Banned(
        r"\bs?rand\s*\(|\brandom_device\b",
        "take a fermata::Random",
        where=r"src/.*",
        allowed=r"src/base/(random|failpoint)\.cpp",
    ),
    Banned(
        r"\b(sleep_for|sleep_until|usleep|nanosleep)\b",
        "wait for the event itself, with a limit",
        allowed=r"tests/support/.*",
    ),
    Banned(
        r"\bthrow\b",
        "return fermata::fail(...); see base/result.hpp",
        where=r"src/(core|codec)/.*",
    ),
    Banned(r"\busing\s+namespace\s+std\s*;", "name what you use: std::vector, using std::move"),
    Banned(r"\bassert\s*\(", "FERMATA_ASSERT(condition, why) is on in release too"),
    Banned(
        r"\bstd::(regex|sregex_iterator)\b", "re2: std::regex backtracks and overflows its stack"
    ),
    Banned(
        r"\bstd::(cout|printf)\b",
        "the logger; only the CLI prints",
        allowed=r"(src/app|bench|tests/model_check|tests/forms)/.*",
    ),
    Banned(r"\bGTEST_SKIP\b", "a test that cannot run must fail and say what it needs"),
)

# Any text that we wrote ourselves. The words are put together so that this file may name them.
BANNED_TEXT = (
    Banned(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b", "do it, or file an issue", where=r".*"),
    Banned(
        r"(?<![\w.~])/(work|root|home|Users)/\w",
        "a path of one machine; make it relative, or ask the environment",
        where=r".*",
        allowed=r"deploy/.*",
    ),
)
BANNED_PYTHON = (
    Banned(
        r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)\b",
        "a test that cannot run must fail and say what it needs",
        where=r".*\.py",
    ),
)

COMMENT_OR_STRING = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
    re.S,
)
# The first dotted literal within the call that makes an error.
REASON = re.compile(
    r'\b(?:fail|refuse\w*|unavailable|Error|Refusal)\s*[({](?:[^;"]|"[^".\n]*")*?"([a-z0-9_]+(?:\.[a-z0-9_]+)+)"'
)
REASON_LINK = re.compile(r"docs/errors/([a-z0-9_]+(?:\.[a-z0-9_]+)*)(?:\.md)?\b")


@dataclass(frozen=True)
class Finding:
    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


def blank(match: re.Match[str]) -> str:
    """As many lines, nothing on them; strings stay strings."""
    token = match.group()
    return (
        re.sub(r"[^\n]", " ", token) if token.startswith("/") else '""' + "\n" * token.count("\n")
    )


def without_comments_and_strings(text: str) -> str:
    return COMMENT_OR_STRING.sub(blank, text)


def without_comments(text: str) -> str:
    return COMMENT_OR_STRING.sub(
        lambda m: blank(m) if m.group().startswith("/") else m.group(), text
    )


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def check_banned(file: str, text: str, rules: tuple[Banned, ...]) -> Iterator[Finding]:
    for rule in rules:
        if not re.fullmatch(rule.where, file) or re.fullmatch(rule.allowed, file):
            continue
        for match in re.finditer(rule.pattern, text):
            word = match.group().strip()
            yield Finding(file, line_of(text, match.start()), f"{word}: {rule.instead}")


def check_size(file: str, text: str) -> Iterator[Finding]:
    limit = CODE_LINES.get(Path(file).suffix)
    if file == "ARCHITECTURE.md":
        limit = ARCHITECTURE_LINES
    lines = text.count("\n")
    if limit and lines > limit:
        yield Finding(file, limit, f"{lines} lines; at most {limit}: split it by what it is about")


def check_header(file: str, text: str) -> Iterator[Finding]:
    lines = text.splitlines()
    if not lines or lines[0] != "#pragma once":
        yield Finding(file, 1, "a header begins with #pragma once")
    elif len(lines) < 3 or not lines[2].startswith("//"):
        yield Finding(file, 3, "after #pragma once: a comment that says what this is for")


def check_python_functions(file: str, text: str) -> Iterator[Finding]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            lines = node.end_lineno - node.lineno + 1
            if lines > FUNCTION_LINES:
                wrong = f"{node.name} has {lines} lines; at most {FUNCTION_LINES}: split it"
                yield Finding(file, node.lineno, wrong)


def check_markdown(file: str, text: str) -> Iterator[Finding]:
    fenced = False
    titles = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and line.startswith("# "):
            titles.append(number)
    if len(titles) != 1 or text.splitlines()[titles[0] - 1] != next(
        line for line in text.splitlines() if line.strip()
    ):
        where = titles[1] if len(titles) > 1 else 1
        yield Finding(file, where, f"{len(titles)} titles; a page begins with its one `# Title`")


def check_reasons(texts: dict[str, str]) -> Iterator[Finding]:
    """Each reason has its page under docs/errors, and each page its reason."""
    pages = {Path(file).stem for file in texts if re.fullmatch(r"docs/errors/.*\..*\.md", file)}
    used: set[str] = set()
    missing: set[str] = set()  # Told once, however often it is used.
    for file, text in texts.items():
        if re.fullmatch(r"src/.*(?<!_test)\.[ch]pp", file):
            pattern, code = REASON, without_comments(text)
            used |= set(re.findall(r'"([a-z0-9_]+(?:\.[a-z0-9_]+)+)"', code))
        elif file.endswith(".md") and not file.startswith("docs/errors/"):
            pattern, code = REASON_LINK, text
        else:
            continue
        for match in pattern.finditer(code):
            reason = match.group(1).removesuffix(".md")
            if reason not in pages | missing and reason != "README":
                missing.add(reason)
                yield Finding(
                    file,
                    line_of(code, match.start(1)),
                    f"{reason} has no page; write docs/errors/{reason}.md",
                )
    for page in sorted(pages - used):
        yield Finding(f"docs/errors/{page}.md", 1, "no code gives this reason; remove the page")


def check_dead_headers(texts: dict[str, str]) -> Iterator[Finding]:
    included = set()
    for file, text in texts.items():
        if file.endswith((".hpp", ".cpp", ".in")):
            included |= set(re.findall(r'#\s*include\s*"([^"]+)"', text))
    for file in texts:
        if file.endswith(".hpp") and file.removeprefix("src/") not in included:
            yield Finding(file, 1, "nobody includes this header; use it or remove it")


def check_file(file: str, text: str) -> Iterator[Finding]:
    yield from check_size(file, text)
    if not file.startswith("tools/tests/"):
        yield from check_banned(file, text, BANNED_TEXT + BANNED_PYTHON)
    if file.endswith((".hpp", ".cpp")):
        yield from check_banned(file, without_comments_and_strings(text), BANNED_CPP)
    if file.endswith(".hpp"):
        yield from check_header(file, text)
    if file.endswith(".py"):
        yield from check_python_functions(file, text)
    if file.endswith(".md"):
        yield from check_markdown(file, text)


def project_files(root: Path) -> list[Path]:
    """What git has or would take, so that what is built or installed is not looked at."""
    command = ["git", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return sorted({root / name for name in listed.split("\0") if name and (root / name).is_file()})


def check(root: Path) -> list[Finding]:
    findings: list[Finding] = []
    texts: dict[str, str] = {}
    for path in project_files(root):
        file = path.relative_to(root).as_posix()
        size = path.stat().st_size
        if size > BLOB_BYTES:
            findings.append(
                Finding(file, 1, f"{size} bytes; at most {BLOB_BYTES}: keep it elsewhere")
            )
        elif path.suffix in TEXT and not file.startswith(GENERATED):
            try:
                texts[file] = path.read_text()
            except UnicodeDecodeError:
                findings.append(Finding(file, 1, "is not UTF-8"))
    for file, text in texts.items():
        findings += check_file(file, text)
    findings += check_reasons(texts)
    findings += check_dead_headers(texts)
    return findings


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    findings = check(root)
    for finding in findings:
        print(finding)
    if findings:
        print(f"{len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
