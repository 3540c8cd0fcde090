#!/usr/bin/env python3
"""Draws the pictures of docs/guides/inbox.md: the real inbox, on a terminal, as SVG.

tools/picture_inbox.py [--binary build/release/bin/fermata]
"""

from __future__ import annotations

import argparse
import html
import os
import sys
import tempfile
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/api"))

from serving import make_server, start  # noqa: E402
from support import Api, good  # noqa: E402
from terminal import Screen, Terminal  # noqa: E402

COLUMNS, ROWS = 100, 28
CELL_W, CELL_H, MARGIN = 8.4, 18, 12
PAPER, INK = "#1b1e24", "#d7dae0"
COLOURS = {
    "default": INK,
    "green": "#7fc97f",
    "red": "#f28b82",
    "brown": "#e5c07b",
    "cyan": "#6cc7d9",
}
POLICY = """
version: 1
rules:
  - name: refunds above 100
    tool: refund
    title: "refund {amount} {currency} to {customer}"
    effect: ask
    thresholds: [{from: finance}]
    deadline_s: 5400
  - name: large transfers want two
    tool: transfer
    title: "transfer {amount} {currency} to {to}"
    effect: ask
    thresholds: [{from: finance, approve: 2}]
    deadline_s: 580
default: {effect: ask, thresholds: [{from: finance}]}
"""


def run(text: str, row: int, column: int, cells: int, style: tuple[str, bool, bool]) -> str:
    colour, bold, reverse = COLOURS.get(style[0], INK), style[1], style[2]
    x, y = MARGIN + column * CELL_W, MARGIN + row * CELL_H
    out = ""
    if reverse:
        size = f'width="{cells * CELL_W:.1f}" height="{CELL_H}"'
        out += f'<rect x="{x:.1f}" y="{y}" {size} fill="{colour}"/>'
        colour = PAPER
    leading = len(text) - len(text.lstrip())
    cells -= leading + len(text) - len(text.rstrip())
    text, x = text.strip(), x + leading * CELL_W
    if text:
        weight = ' font-weight="700"' if bold else ""
        out += (
            f'<text x="{x:.1f}" y="{y + 13}" fill="{colour}"{weight} '
            f'textLength="{cells * CELL_W:.1f}" xml:space="preserve">{html.escape(text)}</text>'
        )
    return out


def svg(screen: Screen) -> str:
    width, height = COLUMNS * CELL_W + 2 * MARGIN, ROWS * CELL_H + 2 * MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" '
        f'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="13.5">',
        f'<rect width="100%" height="100%" rx="8" fill="{PAPER}"/>',
    ]
    for row in range(ROWS):
        cells = [screen.buffer[row][column] for column in range(COLUMNS)]
        styled = enumerate((c.data, (c.fg, c.bold, c.reverse)) for c in cells)
        for style, group in groupby(styled, key=lambda one: one[1][1]):
            part = list(group)
            text = "".join(one[1][0] for one in part)
            lines.append(run(text, row, part[0][0], len(part), style))
    return "\n".join([line for line in lines if line] + ["</svg>", ""])


def fill(api: Api) -> None:
    def ask(action: str, arguments: dict[str, object], why: str = "") -> None:
        body = {"action": action, "arguments": arguments, "why": why}
        good(api.agent.post("/v1/approvals", json=body), 201)

    ask(
        "refund",
        {"amount": 240, "currency": "EUR", "customer": "Anna K.", "order": "A-1742"},
        "The parcel came back unopened on Friday; the shop's terms promise the money within\n"
        "14 days.",
    )
    ask("refund", {"amount": 128.5, "currency": "EUR", "customer": "株式会社みどり"})
    ask("transfer", {"amount": 18000, "currency": "EUR", "to": "Nordwind GmbH"})
    ask("restart_server", {"host": "web-3"})
    ask("send_mail", {"to": "all customers", "subject": "Opening hours"})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, default=ROOT / "build/release/bin/fermata")
    os.environ["FERMATA_BIN"] = str(parser.parse_args().binary.resolve())
    with tempfile.TemporaryDirectory() as folder:
        server = make_server("sqlite", Path(folder), policy=POLICY)
        api = start(server)
        try:
            fill(api)
            environment = {"FERMATA_URL": api.url, "FERMATA_KEY": api.keys["ben"]}
            command = [os.environ["FERMATA_BIN"], "inbox"]
            with Terminal(command, environment, COLUMNS, ROWS) as at:
                at.wait_for("1 Mine 5", "● live", "q quit", "web-3")
                images = ROOT / "docs/images"
                (images / "inbox-list.svg").write_text(svg(at.screen))
                at.type("/", "anna", "\r", "\r")
                at.wait_for("Still needed", "If nobody answers")
                at.type("r")
                at.wait_for("Reason (needed)")
                at.type("the order was never paid")
                at.wait_for("never paid")
                (images / "inbox-request.svg").write_text(svg(at.screen))
        finally:
            api.close()
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
