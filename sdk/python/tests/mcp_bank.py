"""A tool server over MCP, on its standard input and output: it pays, and writes that down."""

from __future__ import annotations

import sys
from pathlib import Path

from agents import Ledger
from mcp.server.fastmcp import FastMCP

bank = FastMCP("bank", log_level="ERROR")


@bank.tool()
def refund(order: str, amount: float) -> str:
    """Pays an order back."""
    Ledger(Path(sys.argv[1])).write("refund", order=order, amount=amount)
    return f"refunded {amount} for {order}"


if __name__ == "__main__":
    bank.run()
