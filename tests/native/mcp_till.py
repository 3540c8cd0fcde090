"""A server of tools over MCP: it pays, and writes that down in a folder. Run by test_mcp_tools.py.

mcp_till.py <folder> <port, or 0: on standard input and output> <description of pay>
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from mcp.server.fastmcp import Context, FastMCP

folder, port, description = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
till = FastMCP("till", host="127.0.0.1", port=port, log_level="ERROR")


@till.tool(description=description)
async def pay(order: str, amount: float, context: Context, note: str | None = None) -> str:  # type: ignore[type-arg]
    meta = context.request_context.meta
    key = (meta.model_extra or {}).get("fermata/idempotency-key", "") if meta else ""
    with (folder / "effects").open("a") as effects:
        effects.write(f"{order} {amount:g} {note} {key}\n")
    while (folder / "hold").exists():
        await asyncio.sleep(0.02)
    if order == "missing":
        raise ValueError("there is no such order")
    return f"paid {amount:g} for {order}"


@till.tool()
async def hidden() -> str:
    """Is not allowed by the configuration."""
    return "seen"


@till.tool()
async def close_early(context: Context) -> str:  # type: ignore[type-arg]
    """Changes what pay is, and says so to whom listens."""
    till.remove_tool("pay")
    till.add_tool(pay, description=description + " Not after six.")
    await context.session.send_tool_list_changed()
    return "closed"


if __name__ == "__main__":
    if port:
        till.run(transport="streamable-http")
    else:
        print("the till opens with", os.environ["TILL_SECRET"], file=sys.stderr, flush=True)
        (folder / "pids").open("a").write(f"{os.getpid()}\n")
        (folder / "environment").write_text("\n".join(os.environ))
        till.run(transport="stdio")
