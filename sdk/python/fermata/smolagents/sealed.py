"""What an agent's code gets in place of its tools: something to call, and nothing to dig in.

smolagents' local interpreter forbids names with two underscores, but lets code read any other
attribute of whatever it can reach; a wrapped tool has some that lead to the tool. It is no sandbox
and cannot be made one, so this is the second wall: the first is the gate at the tool (see guard).
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable
from typing import Any

from smolagents.local_python_executor import BASE_PYTHON_TOOLS, InterpreterError

_SHOWN = ("name", "description", "inputs", "output_type", "output_schema")
# Ways from a value into the frames and closures of whoever made it.
_FORBIDDEN = frozenset(
    [
        *("ag_await", "ag_code", "ag_frame", "cr_await", "cr_code", "cr_frame", "cr_origin"),
        *("gi_code", "gi_frame", "gi_yieldfrom", "tb_frame", "tb_lasti", "tb_lineno", "tb_next"),
        *("f_back", "f_builtins", "f_code", "f_globals", "f_lineno", "f_locals", "f_trace"),
        *("cell_contents", "exc_traceback", "excepthook", "func_closure", "func_globals"),
    ]
)


def seal(tool: Callable[..., Any]) -> Callable[..., Any]:
    """A function that calls `tool`, a tool or a team member, and shows what it says of itself."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return tool(*args, **kwargs)

    for name in _SHOWN:
        if (value := getattr(tool, name, None)) is not None:
            call.__dict__[name] = copy.deepcopy(value)
    call.__name__ = call.__qualname__ = str(getattr(tool, "name", "tool"))
    call.__dict__["forward"] = call
    return call


def check(code: str) -> None:
    """Raises InterpreterError for code that reaches for frames or tracebacks. What does not parse
    is left to the interpreter."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            _allow(node.attr)


def functions() -> dict[str, Callable[..., Any]]:
    """The interpreter's functions that read attributes by name, which keep to the same rule."""

    def guarded(name: str) -> Callable[..., Any]:
        original = BASE_PYTHON_TOOLS[name]

        def read(owner: Any, attribute: str, *more: Any) -> Any:
            _allow(attribute)
            return original(owner, attribute, *more)

        read.__name__ = name
        return read

    return {name: guarded(name) for name in ("getattr", "setattr")}


def _allow(attribute: Any) -> None:
    if attribute in _FORBIDDEN:
        raise InterpreterError(f"Forbidden access to attribute: {attribute}")
