"""Values of Python to JSON for the journal, and back, exactly.

A replayed agent must see what it saw the first time, down to the order of a dict and the difference
between 1 and 1.0, or its next prompt is another one. The server keeps JSON by value: it may reorder
keys and write 1.0 as 1. So a value that survives that goes as it is; any other goes as
`{"$py": <text>, "value": <for people to read>}`, where the text, opaque to the server, restores it.

Types that are not listed here are refused: a value that comes back as something else is worse than
none.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import fractions
import io
import json
import math
import uuid
from collections.abc import Callable
from typing import Any

import PIL.Image
import rfc8785
from smolagents.agent_types import AgentType

from . import arrays

_SAFE_INT = 2**53 - 1
_TAG = "$"
_MAX_DEPTH = 40  # The server takes 64 for a whole body.
# What a body may hold, less some room for the rest of it.
MAX_BYTES = 900_000


class Unsupported(TypeError):
    """The journal cannot hold such a value."""


def encode(value: Any) -> Any:
    """JSON that `decode` turns back into an equal value of the same types. What smolagents wraps,
    texts and images, is unwrapped."""
    if isinstance(value, AgentType):
        value = value.to_raw()
    if _is_exact(value):
        encoded = value
    else:
        try:
            text = json.dumps(_pack(value), separators=(",", ":"), allow_nan=False)
        except RecursionError:
            raise Unsupported("a value that is nested so deeply cannot be journaled") from None
        encoded = {"$py": text, "value": _readable(value)}
    if size(encoded) > MAX_BYTES:
        raise Unsupported(
            f"a value of {size(encoded)} bytes is too large for the journal, which holds "
            f"{MAX_BYTES} bytes"
        )
    return encoded


def size(encoded: Any) -> int:
    """How many bytes a body has more for it."""
    return len(json.dumps(encoded))


def decode(encoded: Any) -> Any:
    """The value that was encoded. JSON that a person wrote is returned as it is."""
    if isinstance(encoded, dict) and isinstance(encoded.get("$py"), str):
        return _unpack(json.loads(encoded["$py"]))
    return encoded


def encode_argument(value: Any) -> Any:
    """As `encode`, but numbers and dicts stay what they are, because policies and people look at
    arguments. What came back as written is replaced by the original (see `restore_argument`)."""
    if isinstance(value, AgentType):
        value = value.to_raw()
    if _is_json(value):
        return value
    return encode(value)


def restore_argument(original: Any, sent: Any, effective: Any) -> Any:
    """The argument to run with: the original where it is still what was sent, by value; else what
    people made of it."""
    if canonical(effective) == canonical(sent):
        return original
    value = decode(effective)
    if type(original) is float and type(value) is int:
        return float(value)
    return value


def canonical(value: Any) -> bytes:
    """RFC 8785: equal for equal JSON values. An integer beyond a double's reach has all its digits,
    as the server writes it, so that two amounts never look the same."""
    if isinstance(value, dict):
        members = [
            canonical(key) + b":" + canonical(value[key]) for key in sorted(value, key=_sort_key)
        ]
        return b"{" + b",".join(members) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    if type(value) is int:
        return str(value).encode()
    return rfc8785.dumps(value)


def has_set(value: Any) -> bool:
    """Whether there is a set in `value`. How one looks depends on the process it is in."""
    if isinstance(value, set | frozenset):
        return True
    if isinstance(value, dict):
        return any(has_set(v) for pair in value.items() for v in pair)
    return isinstance(value, list | tuple) and any(has_set(v) for v in value)


def _is_safe_str(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True


def _sort_key(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def _is_exact(value: Any, depth: int = 0) -> bool:
    """Whether `value` survives a store that keeps JSON by value, and not too deeply nested."""
    kind = type(value)
    if depth > _MAX_DEPTH:
        return False
    if value is None or kind is bool:
        return True
    if kind is int:
        return bool(-_SAFE_INT <= value <= _SAFE_INT)
    if kind is float:
        return math.isfinite(value) and not value.is_integer()
    if kind is str:
        return _is_safe_str(value)
    if kind is list:
        return all(_is_exact(v, depth + 1) for v in value)
    if kind is dict:
        keys = list(value)
        return (
            all(type(k) is str and _is_safe_str(k) for k in keys)
            and "$py" not in value
            and keys == sorted(keys, key=_sort_key)
            and all(_is_exact(v, depth + 1) for v in value.values())
        )
    return False


def _is_json(value: Any, depth: int = 0) -> bool:
    """Whether `value` is JSON by value, though maybe not in form."""
    kind = type(value)
    if depth > _MAX_DEPTH:
        return False
    if kind is float:
        return math.isfinite(value)
    if kind is list:
        return all(_is_json(v, depth + 1) for v in value)
    if kind is dict:
        return "$py" not in value and all(
            type(k) is str and _is_safe_str(k) and _is_json(v, depth + 1) for k, v in value.items()
        )
    return _is_exact(value)


def _image_bytes(image: PIL.Image.Image) -> str:
    buffer = io.BytesIO()
    try:
        image.save(buffer, format="PNG")
    except OSError as error:
        raise Unsupported(f"an image of mode {image.mode} cannot be journaled: {error}") from error
    return base64.b64encode(buffer.getvalue()).decode()


def _image(text: str) -> PIL.Image.Image:
    image = PIL.Image.open(io.BytesIO(base64.b64decode(text)))
    image.load()
    return image


# type -> (tag, to a text, from a text)
_TEXTUAL: dict[type, tuple[str, Callable[[Any], str], Callable[[str], Any]]] = {
    bytes: ("bytes", lambda v: base64.b64encode(v).decode(), base64.b64decode),
    complex: ("complex", str, complex),
    datetime.datetime: ("datetime", lambda v: v.isoformat(), datetime.datetime.fromisoformat),
    datetime.date: ("date", lambda v: v.isoformat(), datetime.date.fromisoformat),
    datetime.time: ("time", lambda v: v.isoformat(), datetime.time.fromisoformat),
    decimal.Decimal: ("decimal", str, decimal.Decimal),
    fractions.Fraction: ("fraction", str, fractions.Fraction),
    uuid.UUID: ("uuid", str, uuid.UUID),
}
_FROM_TEXT = {tag: read for tag, _, read in _TEXTUAL.values()}
_SEQUENCES: dict[type, str] = {tuple: "tuple", set: "set", frozenset: "frozenset"}
_FROM_SEQUENCE: dict[str, Callable[[Any], Any]] = {tag: kind for kind, tag in _SEQUENCES.items()}


def _pack(value: Any) -> Any:
    """JSON whose *text* restores `value`: keys keep their order, 1.0 stays 1.0."""
    kind = type(value)
    if value is None or kind in (bool, int):
        return value
    if kind is str:
        # "Agent's text" and the like were unwrapped before; a surrogate survives as an escape.
        return value
    if kind is float:
        return value if math.isfinite(value) else {_TAG: "float", "v": repr(value)}
    if kind is list:
        return [_pack(v) for v in value]
    if kind is dict:
        if all(type(k) is str for k in value) and _TAG not in value:
            return {k: _pack(v) for k, v in value.items()}
        return {_TAG: "dict", "v": [[_pack(k), _pack(v)] for k, v in value.items()]}
    if kind in _SEQUENCES:
        return {_TAG: _SEQUENCES[kind], "v": [_pack(v) for v in value]}
    if kind in _TEXTUAL:
        tag, write, _ = _TEXTUAL[kind]
        return {_TAG: tag, "v": write(value)}
    if kind is datetime.timedelta:
        return {_TAG: "timedelta", "v": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, PIL.Image.Image):
        return {_TAG: "image", "v": _image_bytes(value)}
    if (packed := arrays.pack(value)) is not None:
        return {_TAG: packed[0], "v": packed[1]}
    raise Unsupported(f"a value of type {kind.__module__}.{kind.__qualname__} cannot be journaled")


def _unpack(packed: Any) -> Any:
    if isinstance(packed, list):
        return [_unpack(v) for v in packed]
    if not isinstance(packed, dict):
        return packed
    if _TAG not in packed:
        return {k: _unpack(v) for k, v in packed.items()}
    tag, v = packed[_TAG], packed["v"]
    if tag == "float":
        return float(v)
    if tag == "dict":
        return {_unpack(k): _unpack(item) for k, item in v}
    if tag in _FROM_SEQUENCE:
        return _FROM_SEQUENCE[tag]([_unpack(item) for item in v])
    if tag == "timedelta":
        return datetime.timedelta(days=v[0], seconds=v[1], microseconds=v[2])
    if tag == "image":
        return _image(v)
    if tag in ("array", "number", "tensor"):
        return arrays.unpack(tag, v)
    if tag in _FROM_TEXT:
        return _FROM_TEXT[tag](v)
    raise Unsupported(f"the journal holds a value of the unknown kind {tag!r}")


def _readable(value: Any, depth: int = 0) -> Any:
    """What people are shown in place of a value that JSON cannot hold; cut where it is long."""
    kind = type(value)
    if depth > _MAX_DEPTH:
        return "…"
    if kind is dict:
        return {_show(k): _readable(v, depth + 1) for k, v in value.items()}
    if kind in (list, tuple):
        return [_readable(v, depth + 1) for v in value]
    if kind in (set, frozenset):
        return sorted((_readable(v, depth + 1) for v in value), key=repr)
    if kind is float and math.isfinite(value):
        return value
    if kind is bytes:
        return f"{len(value)} bytes"
    if isinstance(value, PIL.Image.Image):
        return f"image, {value.width}x{value.height}"
    if (text := arrays.describe(value)) is not None:
        return text
    return value if _is_exact(value) else _show(value)


def _show(value: Any) -> str:
    text = str(value).encode("utf-8", "replace").decode()
    return text if len(text) <= 1000 else text[:999] + "…"
