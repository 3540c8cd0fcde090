"""Builds the dataclasses of `models` and `directory` from an answer's JSON."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable
from typing import Any, TypeVar

from .models import Page

T = TypeVar("T")


# What to make of a field's value; None: it is taken as it came.
_Reader = Callable[[Any], Any] | None


@functools.cache
def _plan(cls: type[Any]) -> list[tuple[str, str, _Reader]]:
    hints = typing.get_type_hints(cls)
    return [
        (f.name, f.metadata.get("json", f.name), _reader(hints[f.name]))
        for f in dataclasses.fields(cls)
    ]


def _reader(hint: Any) -> _Reader:
    """Reads a value as `hint` wants it, where that is a dataclass or a list of them."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return lambda value: decode(hint, value) if isinstance(value, dict) else value
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        inner = [h for h in typing.get_args(hint) if h is not type(None)]
        return _reader(inner[0]) if len(inner) == 1 else None
    if origin is list:
        (item,) = map(_reader, typing.get_args(hint))
        if item is not None:
            return lambda value: [item(v) for v in value] if isinstance(value, list) else value
    return None


def decode(cls: type[T], data: Any) -> T:
    """Builds `cls` from an answer's JSON; null and missing alike give the field's default."""
    known = data if isinstance(data, dict) else {}
    fields = {}
    for name, json_name, read in _plan(cls):  # type: ignore[arg-type]
        value = known.get(json_name)
        if value is not None:
            fields[name] = value if read is None else read(value)
    return cls(**fields)


def decode_page(cls: type[T], data: Any) -> Page[T]:
    """Builds a page of `cls`."""
    return Page(
        items=[decode(cls, item) for item in data.get("items", [])],
        next_cursor=data.get("next_cursor"),
        has_more=bool(data.get("has_more", False)),
    )
