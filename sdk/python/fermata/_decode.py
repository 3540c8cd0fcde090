"""Builds the dataclasses of `models` and `directory` from an answer's JSON."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from typing import Any, TypeVar

from .models import Page

T = TypeVar("T")


@functools.cache
def _plan(cls: type[Any]) -> list[tuple[str, str, Any]]:
    hints = typing.get_type_hints(cls)
    return [
        (f.name, f.metadata.get("json", f.name), hints[f.name]) for f in dataclasses.fields(cls)
    ]


def _value(hint: Any, value: Any) -> Any:
    """`value` as `hint` wants it, where that is a dataclass or a list of them; else as it came."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type) and isinstance(value, dict):
        return decode(hint, value)
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        inner = [h for h in typing.get_args(hint) if h is not type(None)]
        return _value(inner[0], value) if len(inner) == 1 else value
    if origin is list and isinstance(value, list):
        (item,) = typing.get_args(hint)
        return [_value(item, v) for v in value]
    return value


def decode(cls: type[T], data: Any) -> T:
    """Builds `cls` from an answer's JSON; null and missing alike give the field's default."""
    known = {} if not isinstance(data, dict) else data
    fields = {
        name: _value(hint, known[json_name])
        for name, json_name, hint in _plan(cls)  # type: ignore[arg-type]
        if known.get(json_name) is not None
    }
    return cls(**fields)


def decode_page(cls: type[T], data: Any) -> Page[T]:
    """Builds a page of `cls`."""
    return Page(
        items=[decode(cls, item) for item in data.get("items", [])],
        next_cursor=data.get("next_cursor"),
        has_more=bool(data.get("has_more", False)),
    )
