"""Arrays of numbers - sounds, mostly - for the journal: numpy's, and tensors of torch. Neither is
needed, and neither is imported before there is a value of its own."""

from __future__ import annotations

import base64
import importlib
import sys
from typing import Any


def pack(value: Any) -> tuple[str, list[Any]] | None:
    """A tag and what restores the value; None for what is no array, or one of Python's objects."""
    torch, numpy = sys.modules.get("torch"), sys.modules.get("numpy")
    if torch is not None and isinstance(value, torch.Tensor):
        inner = pack(value.detach().cpu().numpy())
        return None if inner is None else ("tensor", inner[1])
    if numpy is None or not isinstance(value, numpy.ndarray | numpy.generic):
        return None
    if value.dtype.hasobject:
        return None
    tag = "array" if isinstance(value, numpy.ndarray) else "number"
    data = base64.b64encode(value.tobytes()).decode()
    return tag, [value.dtype.str, list(value.shape), data]


def unpack(tag: str, packed: list[Any]) -> Any:
    """The value that was packed."""
    numpy: Any = importlib.import_module("numpy")
    dtype, shape, data = packed
    array = numpy.frombuffer(base64.b64decode(data), dtype=dtype).reshape(shape).copy()
    if tag == "tensor":
        torch: Any = importlib.import_module("torch")
        return torch.from_numpy(array)
    return array if tag == "array" else array[()]


def describe(value: Any) -> str | None:
    """What people are shown; None for what is no array."""
    packed = pack(value)
    if packed is None:
        return None
    tag, (dtype, shape, _) = packed
    return str(value) if tag == "number" else f"{tag} of {dtype}, {'x'.join(map(str, shape))}"
