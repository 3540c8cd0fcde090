#!/usr/bin/env python3
"""Writes the C++ source that carries the server's own pages (src/api/pages/pages.hpp).

The OpenAPI document, the files of the interactive page, and each docs/errors/<reason>.md as a plain
HTML page. The Markdown of those is a small part of the language: one title, `##` headings,
paragraphs, `-` lists, `code`, and fenced blocks.
"""

import argparse
import hashlib
import html
import pathlib
import re

from openapi_to_json import convert

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
CHUNK = 8000  # Bytes of one string literal; the compiler joins them.


def inline(text: str) -> str:
    text = html.escape(text, quote=False)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    # Of the documents only the errors' pages are served; of links to others their words remain.
    text = re.sub(r"\[([^\]]+)\]\(([a-z0-9_.]+)\.md\)", r'<a href="/docs/errors/\2">\1</a>', text)
    text = re.sub(r"\[([^\]]+)\]\([^)\s]+\)", r"\1", text)
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", text)


def block_to_html(block: str) -> str:
    if block.startswith("```"):
        body = block.split("\n", 1)[1].rsplit("```", 1)[0]
        return f"<pre>{html.escape(body, quote=False)}</pre>"
    for mark, tag in (("## ", "h2"), ("# ", "h1")):
        if block.startswith(mark):
            return f"<{tag}>{inline(block[len(mark) :])}</{tag}>"
    if block.startswith("- "):
        items = re.split(r"\n- ", block[2:])
        return "<ul>" + "".join(f"<li>{inline(' '.join(i.split()))}</li>" for i in items) + "</ul>"
    return f"<p>{inline(' '.join(block.split()))}</p>"


def blocks_of(text: str) -> list[str]:
    """Parts between empty lines; a fenced block is one part, empty lines and all."""
    parts: list[str] = []
    for index, part in enumerate(re.split(r"(?ms)(^```.*?^```$)", text)):
        parts += [part] if index % 2 else [p for p in re.split(r"\n\s*\n", part.strip()) if p]
    return parts


def page(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)} - Fermata</title>"
        '<link rel="icon" href="/docs/icon.svg">'
        '<link rel="stylesheet" href="/docs/page.css"></head>'
        f'<body class="plain"><main>{body}</main></body></html>\n'
    )


def literal(data: bytes) -> str:
    lines = []
    for start in range(0, len(data), CHUNK) or [0]:
        text = ""
        for byte in data[start : start + CHUNK]:
            char = chr(byte)
            if char in '"\\':
                text += "\\" + char
            elif char == "\n":
                text += "\\n"
            elif 32 <= byte < 127 and char != "?":
                text += char
            else:
                text += f"\\{byte:03o}"
        lines.append(f'"{text}"')
    return "\n".join(lines)


def errors_to_pages(folder: pathlib.Path) -> tuple[dict[str, bytes], dict[str, str]]:
    pages: dict[str, bytes] = {}
    titles: dict[str, str] = {}
    for path in sorted(folder.glob("*.md")):
        if path.stem == "README":
            continue
        text = path.read_text(encoding="utf-8")
        titles[path.stem] = text.splitlines()[0].removeprefix("# ").strip()
        body = "".join(block_to_html(block) for block in blocks_of(text))
        body += '<p><a href="/docs/errors">All errors</a></p>'
        pages[f"/docs/errors/{path.stem}"] = page(titles[path.stem], body).encode()
    rows = "".join(
        f'<li><a href="/docs/errors/{reason}"><code>{reason}</code></a> {html.escape(title)}</li>'
        for reason, title in titles.items()
    )
    pages["/docs/errors"] = page("Errors", f"<h1>Errors</h1><ul>{rows}</ul>").encode()
    return pages, titles


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("openapi", "static", "errors", "version", "output"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()

    files: dict[str, tuple[str, bytes]] = {
        "/openapi.json": (TYPES[".json"], convert(options.openapi, options.version).encode())
    }
    for path in sorted(pathlib.Path(options.static).iterdir()):
        name = "/docs" if path.name == "index.html" else f"/docs/{path.name}"
        files[name] = (TYPES[path.suffix], path.read_bytes())
    pages, titles = errors_to_pages(pathlib.Path(options.errors))
    files.update({name: (TYPES[".html"], data) for name, data in pages.items()})

    out = ['#include "api/pages/embedded.hpp"', "", "namespace fermata::api {", "namespace {", ""]
    rows = []
    for index, (name, (kind, data)) in enumerate(sorted(files.items())):
        etag = hashlib.sha256(data).hexdigest()[:16]
        out.append(f"constexpr std::string_view kBody{index}{{{literal(data)}, {len(data)}}};")
        rows.append(f'    {{"{name}", "{kind}", "\\"{etag}\\"", kBody{index}}},')
    out += ["", "const PageFile kPages[] = {", *rows, "};", ""]
    out += ["const ErrorTitle kTitles[] = {"]
    out += [
        f"    {{{literal(r.encode())}, {literal(t.encode())}}}," for r, t in sorted(titles.items())
    ]
    out += ["};", "", "}  // namespace", ""]
    out += ["std::span<const PageFile> embedded_pages() { return kPages; }"]
    out += ["std::span<const ErrorTitle> embedded_titles() { return kTitles; }"]
    out += ["", "}  // namespace fermata::api", ""]
    pathlib.Path(options.output).write_text("\n".join(out), encoding="ascii")


if __name__ == "__main__":
    main()
