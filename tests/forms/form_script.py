"""What a person does to give an answer: one leaf of a form after the other.

Made from the schema and the answer alone, so that it knows nothing of how a surface renders them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MISSING = object()
CHOICES = ("oneOf", "anyOf", "enum")


@dataclass
class Leaf:
    label: str | None  # None where the schema has no title, nor a hint.
    schema: dict[str, Any]
    value: Any  # Of the answer, or MISSING.

    def step(self) -> dict[str, Any] | None:
        """None: it is left alone."""
        return None if self.value is MISSING else step(self.schema, self.value)


def written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def choices_of(schema: dict[str, Any]) -> list[tuple[Any, str]] | None:
    """Values with their labels, unless it is no choice."""
    for keyword in CHOICES:
        if keyword not in schema:
            continue
        pairs = []
        for entry in schema[keyword]:
            value = entry if keyword == "enum" else entry["const"]
            title = None if keyword == "enum" else entry.get("title")
            shown = value if isinstance(value, str) and value else written(value)
            pairs.append((value, title or shown))
        labels = [label for _, label in pairs]
        return [
            (value, f"{label} ({written(value)})" if labels.count(label) > 1 else label)
            for value, label in pairs
        ]
    if "const" in schema:
        value = schema["const"]
        return [(value, value if isinstance(value, str) else written(value))]
    return None


def label_in(pairs: list[tuple[Any, str]], value: Any) -> str:
    return next(label for each, label in pairs if written(each) == written(value))


def step(schema: dict[str, Any], value: Any) -> dict[str, Any]:
    pairs = choices_of(schema)
    if pairs is not None:
        return {"kind": "choice", "value": label_in(pairs, value)}
    kind = schema.get("type")
    if kind == "boolean":
        return {"kind": "choice", "value": "Yes" if value else "No"}
    items = schema.get("items")
    if kind == "array" and items is not None:
        item_choices = choices_of(items)
        if item_choices is not None:
            return {"kind": "choices", "value": [label_in(item_choices, each) for each in value]}
        return {"kind": "rows", "value": [row(items, each) for each in value]}
    text = value if kind == "string" else written(value)
    return {"kind": "text", "value": text}


def row(items: dict[str, Any], value: Any) -> list[dict[str, Any] | None]:
    if is_object(items):
        return [leaf.step() for leaf in leaves(items, value, {})]
    return [step(items, value)]


def is_object(schema: dict[str, Any]) -> bool:
    return (
        schema.get("type") == "object"
        and bool(schema.get("properties"))
        and choices_of(schema) is None
    )


def ordered(names: list[str], order: list[str]) -> list[str]:
    if not order:
        return names
    rest = [name for name in names if name not in order]
    found: list[str] = []
    for name in order:
        found += rest if name == "*" else [name]
    return found if "*" in order else found + rest


def leaves(
    schema: dict[str, Any], answer: Any, hints: dict[str, Any], at: str = "", around: str = ""
) -> Iterator[Leaf]:
    order = (hints.get("fields", {}).get(at, {}) if at else hints).get("order", [])
    for name in ordered(list(schema.get("properties", {})), order):
        field = schema["properties"][name]
        if "const" in field and name in schema.get("required", []):
            continue
        here = f"{at}/{name}"
        hint = hints.get("fields", {}).get(here, {})
        label = hint.get("label") or field.get("title")
        value = answer.get(name, MISSING) if isinstance(answer, dict) else MISSING
        if is_object(field):
            yield from leaves(field, value, hints, here, f"{label}: " if label else "")
        else:
            yield Leaf(f"{around}{label}" if label else None, field, value)
