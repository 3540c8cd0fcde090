"""Exceptions of tools, to the journal and back.

What an agent sees of an exception is its class's name, its text, and which `except` clause of its
code catches it. So a replayed one is of a class with that name, that text, and the same class among
its bases where that is still to be found.
"""

from __future__ import annotations

import builtins
import sys
from typing import Any

UNSUPPORTED = "fermata.UnsupportedResult"
# What the server takes.
_MAX_TYPE = 200
_MAX_MESSAGE = 20_000


def describe(error: Exception) -> dict[str, str]:
    """What the journal keeps of an exception."""
    kind = type(error)
    prefix = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return {"type": (prefix + kind.__qualname__)[-_MAX_TYPE:], "message": _text(error)}


def lost_result(tool: str, why: Exception) -> dict[str, str]:
    """What the journal keeps of a call whose result it cannot hold: for the model, which must not
    repeat the call, and for whoever has written the tool."""
    text = (
        f"{tool} was called and has done its work, but what it returned is lost: {_text(why)}. "
        "Do not call it again for the same. Ask it for less if it can give less; its author can "
        "make it return less, or give it encode_result and decode_result."
    )
    return {"type": UNSUPPORTED, "message": text}


def as_recorded(error: Exception) -> Exception:
    """`error`, or one like it whose text was cut as in the journal: what an agent sees now is what
    it will see on each replay."""
    told = describe(error)
    return error if told["message"] == str(error) else rebuild(told["type"], told["message"])


def rebuild(kind: str, message: str) -> Exception:
    """An exception like the one that was recorded."""
    base = _find(kind)
    name = kind.rpartition(".")[2]
    body: dict[str, Any] = {
        "__init__": lambda self: None,
        "__str__": lambda self: message,
        "__repr__": lambda self: f"{name}({message!r})",
    }
    try:
        error = type(name, (base,), body)()
    except TypeError:  # a class that cannot be derived from, or made without arguments
        error = type(name, (Exception,), body)()
    error.args = (message,)
    return error  # type: ignore[no-any-return]


def _text(error: Exception) -> str:
    try:
        text = str(error).encode("utf-8", "replace").decode()
    except Exception:
        return "(its text cannot be shown)"
    return text if len(text) <= _MAX_MESSAGE else text[: _MAX_MESSAGE - 1] + "…"


def _find(kind: str) -> type[Exception]:
    """The class of that name, if it has been imported; else Exception. Nothing is imported."""
    module_name, _, name = kind.rpartition(".")
    module = sys.modules.get(module_name) if module_name else builtins
    found = getattr(module, name, None)
    if isinstance(found, type) and issubclass(found, Exception):
        return found
    return Exception
