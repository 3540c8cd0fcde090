#!/usr/bin/env python3
"""Writes the C++ source that carries the web console (src/api/pages/console.hpp).

What Vite built in console/dist: index.html as it is, because the server puts a nonce into it, and
everything else compressed. A build without the console carries a page that says how to get it.
"""

import argparse
import gzip
import hashlib
import pathlib
import re

from embed_pages import TYPES, literal, page

CONSOLE_TYPES = {
    **TYPES,
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".txt": "text/plain; charset=utf-8",
}
# The content's hash stands in the name: what has that name never changes.
HASHED = re.compile(r"^/assets/.*[.-][A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
MISSING = (
    "<h1>The console is not in this build</h1>"
    "<p>The server works; its web console was not built into it."
    " Building it needs Node 18 or later:</p>"
    "<pre>make console build</pre>"
    '<p>Everything else is there: <a href="/docs">the API</a>, MCP and the command line.</p>'
)


def files_of(folder: pathlib.Path) -> dict[str, bytes]:
    if not (folder / "index.html").is_file():
        return {"/index.html": page("Console", MISSING).encode()}
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".map")
    return {f"/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in paths}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("dist", "output"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()

    out = ['#include "api/pages/console.hpp"', "", "namespace fermata::api {", "namespace {", ""]
    rows = []
    for index, (name, data) in enumerate(sorted(files_of(pathlib.Path(options.dist)).items())):
        kind = CONSOLE_TYPES[pathlib.PurePosixPath(name).suffix]
        etag = hashlib.sha256(data).hexdigest()[:16]
        body = data if name == "/index.html" else gzip.compress(data, 9, mtime=0)
        hashed = "true" if HASHED.match(name) else "false"
        out.append(f"constexpr std::string_view kBody{index}{{{literal(body)}, {len(body)}}};")
        rows.append(f'    {{{{"{name}", "{kind}", "\\"{etag}\\"", kBody{index}}}, {hashed}}},')
    out += ["", "const ConsoleFile kFiles[] = {", *rows, "};", "", "}  // namespace", ""]
    out += ["std::span<const ConsoleFile> console_files() { return kFiles; }"]
    out += ["", "}  // namespace fermata::api", ""]
    pathlib.Path(options.output).write_text("\n".join(out), encoding="ascii")


if __name__ == "__main__":
    main()
