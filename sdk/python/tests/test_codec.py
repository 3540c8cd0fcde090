"""Values for the journal: exact, also through a store that keeps JSON by value."""

from __future__ import annotations

import datetime
import decimal
import fractions
import json
import math
import uuid
from typing import Any

import numpy as np
import PIL.Image
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from smolagents.models import ChatMessage, MessageRole
from smolagents.monitoring import TokenUsage

from fermata.smolagents import chat, codec, failure


def stored(value: Any) -> Any:
    """What a store may make of JSON: keys in another order, 1.0 written as 1."""
    return json.loads(codec.canonical(value))


def back(value: Any) -> Any:
    return codec.decode(stored(codec.encode(value)))


EXACT = [
    None, True, 0, -1, 2**53 - 1, 0.5, 1e-300, "", "a\x00b", "\U0001f3b5", [], [1, ["x"]], {},
    {"a": 1, "b": [None]},
]  # fmt: skip
CODED = [
    2**53, -(10**30), 1.0, 1e300, -0.0, 100.0, float("inf"), "\ud800", {"b": 1, "a": 2}, {1: 2},
    {"$": 1}, {"$py": "1", "value": 2}, [1.0], (1, 2), {1, 2}, frozenset("a"), b"\xff", 1 + 2j,
    datetime.datetime(2026, 1, 2, 3, 4, 5, 6, datetime.timezone.utc), datetime.date(2026, 1, 2),
    datetime.time(3, 4), datetime.timedelta(days=-1, microseconds=5), decimal.Decimal("1.10"),
    fractions.Fraction(1, 3), uuid.UUID(int=5), {"x": ({"z": 1.0, "y": {2.0}},)},
]  # fmt: skip


@pytest.mark.parametrize("value", EXACT)
def test_plain_json_is_kept_as_it_is(value: Any) -> None:
    assert codec.encode(value) is value
    assert back(value) == value


@pytest.mark.parametrize("value", [*EXACT, *CODED], ids=repr)
def test_values_come_back_equal_and_look_the_same(value: Any) -> None:
    again = back(value)
    assert type(again) is type(value)
    assert repr(again) == repr(value)
    if not isinstance(value, float) or not math.isnan(value):
        assert again == value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
    max_leaves=20,
)


@given(json_values)
def test_property_any_nesting_comes_back_looking_the_same(value: Any) -> None:
    assert repr(back(value)) == repr(value)


@given(st.dictionaries(st.text(), json_values))
def test_property_arguments_that_nobody_changed_are_the_originals(arguments: Any) -> None:
    for value in arguments.values():
        sent = codec.encode_argument(value)
        assert codec.restore_argument(value, sent, stored(sent)) is value


def test_an_edited_argument_is_what_people_wrote() -> None:
    assert codec.restore_argument(900.0, 900.0, 250) == 250.0
    assert type(codec.restore_argument(900.0, 900.0, 250)) is float
    assert codec.restore_argument("a", "a", "b") == "b"
    assert codec.restore_argument(1e16, 1e16, 10**16) == 1e16
    assert codec.encode_argument({"b": 1.0, "a": [100.0]}) == {"b": 1.0, "a": [100.0]}


def test_deep_values_are_kept_though_no_server_takes_them_as_they_are() -> None:
    deep: Any = 1
    for _ in range(200):
        deep = [deep]
    assert back(deep) == deep
    assert str(codec.encode(deep)["value"]).count("[") < 50


def test_canonical_is_rfc_8785_but_for_large_integers() -> None:
    sample = {"\U0001f3b5": 1, "\ufb33": [1e21, 1.0, -0.0, 0.1, "\u20ac\n\x0f"], "a": {"b": None}}
    assert codec.canonical(sample) == rfc8785.dumps(sample)
    assert codec.canonical(2**63 - 1) == b"9223372036854775807"
    assert codec.canonical(json.loads(codec.canonical(1e20))) == codec.canonical(1e20)


def test_a_very_long_error_is_cut_the_same_now_and_later() -> None:
    error = failure.as_recorded(ValueError("x" * 50_000))
    told = failure.describe(error)
    assert len(told["message"]) == 20_000
    assert str(error) == told["message"]
    assert isinstance(error, ValueError)


def test_images_keep_their_pixels() -> None:
    image = PIL.Image.new("RGBA", (3, 2), (1, 2, 3, 4))
    encoded = codec.encode(image)
    assert encoded["value"] == "image, 3x2"
    again = codec.decode(stored(encoded))
    assert (again.mode, again.size, again.tobytes()) == (image.mode, image.size, image.tobytes())


class _Text(str):
    pass


@pytest.mark.parametrize("value", [object(), _Text("x"), len, [lambda: 1], {"a": Exception("x")}])
def test_what_cannot_come_back_the_same_is_refused(value: Any) -> None:
    with pytest.raises(codec.Unsupported):
        codec.encode(value)


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(codec.Unsupported, match="too large"):
        codec.encode("x" * 1_000_000)


def test_json_that_a_person_wrote_is_taken_as_it_is() -> None:
    assert codec.decode({"value": 1}) == {"value": 1}
    assert codec.decode({"$py": 5}) == {"$py": 5}


def test_a_message_comes_back_without_ids() -> None:
    message = ChatMessage(
        role=MessageRole.ASSISTANT,
        content=None,
        tool_calls=[
            {
                "id": "p",
                "type": "function",
                "function": {"name": "f", "arguments": {"b": 1, "a": 2}},
            }
        ],
        token_usage=TokenUsage(1, 2),
    )
    again = chat.decode(stored(codec.encode(chat.content(message))))
    assert again.content is None
    assert again.tool_calls[0].id == ""
    assert list(again.tool_calls[0].function.arguments) == ["b", "a"]
    assert again.token_usage == TokenUsage(1, 2)


class _Picky(Exception):
    def __init__(self, a: int, b: int) -> None:
        super().__init__(f"{a} and {b}")


@pytest.mark.parametrize(
    "error",
    [KeyError("x"), ValueError(), _Picky(1, 2), UnicodeDecodeError("utf-8", b"", 0, 1, "r")],
)
def test_an_exception_comes_back_with_its_name_its_text_and_its_kind(error: Exception) -> None:
    told = failure.describe(error)
    again = failure.rebuild(told["type"], told["message"])
    assert type(again).__name__ == type(error).__name__
    assert str(again) == str(error)
    assert isinstance(again, type(error))


def test_an_exception_of_an_unknown_class_is_an_exception_of_that_name() -> None:
    again = failure.rebuild("nowhere.to.be.found.Lost", "gone")
    assert type(again).__name__ == "Lost"
    assert f"{again}" == "gone"
    assert isinstance(again, Exception)


@pytest.mark.parametrize(
    "value",
    [
        np.array([0.0, 0.5, -1.0], dtype=np.float32),
        np.zeros((2, 0, 3), dtype=np.int16),
        np.array(["a", "bc"]),
        np.float32(0.1),
        np.float64("nan"),
        np.int64(7),
        np.array(3 + 4j),
        np.array(["2026-01-02"], dtype="datetime64[D]"),
    ],
    ids=repr,
)
def test_arrays_come_back_with_their_type_and_shape(value: Any) -> None:
    again = back((16_000, value))[1]
    assert type(again) is type(value)
    assert (again.dtype, again.shape) == (value.dtype, value.shape)
    assert again.tobytes() == value.tobytes()
    assert repr(again) == repr(value)


def test_arrays_of_objects_are_refused() -> None:
    with pytest.raises(codec.Unsupported):
        codec.encode(np.array([object()]))
