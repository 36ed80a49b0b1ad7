"""Values are reduced to a closed set, whatever they are, and none of their code is run."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import json
import math
import pathlib
import re
import types
import uuid
import zoneinfo
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudoagent.redaction import Redactor

CANARY = "canary-" + "7f3Qz" * 4


def reduced(value: Any, name: str | None = None) -> Any:
    return Redactor().value(value, name)


class Colour(enum.Enum):
    RED = 1


class Region(enum.StrEnum):
    EU = "eu-west-1"


class Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        raise AssertionError("code of the value ran")


class Number(int):
    def __int__(self) -> int:
        raise AssertionError("code of the value ran")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (True, True),
        (2**53, 2**53),
        (2**53 + 1, "9007199254740993"),
        (-(2**70), str(-(2**70))),
        (1 << 5000, "<int of 5001 bits>"),
        (1.5, 1.5),
        (-0.0, 0.0),
        (float("nan"), "NaN"),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
        ("a\ud800b\u2028c\u2029", "a\\ud800b\\u2028c\\u2029"),
        (b"abc\xff", "b'abc\\xff'"),
        (bytearray(b"abc"), "b'abc'"),
        (memoryview(b"abc"), "b'abc'"),
        ("héllo".encode("utf-16-le"), "b'héllo'"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (dt.datetime(2026, 1, 2, tzinfo=dt.UTC), "2026-01-02T00:00:00+00:00"),
        (dt.timedelta(seconds=90), "0:01:30"),
        (zoneinfo.ZoneInfo("Europe/Berlin"), "Europe/Berlin"),
        (decimal.Decimal("1.10"), "1.10"),
        (1 + 2j, "(1+2j)"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (pathlib.PurePosixPath("/a/b"), "/a/b"),
        (range(3), "range(0, 3)"),
        (slice(1, None), "slice(1, None, None)"),
        (re.compile("a+"), "a+"),
        (re.compile(b"a+"), "a+"),
        (..., "..."),
        (Colour.RED, "Colour.RED = 1"),
        (Region.EU, "Region.EU = eu-west-1"),
        (Text("abc"), "abc"),
        (Number(7), 7),
        ((1, [2, {3}]), [1, [2, [3]]]),
        (collections.deque([1, 2]), [1, 2]),
        (frozenset({"b", "a"}), ["a", "b"]),
        (
            {1: "a", None: "b", False: "c", (1, 2): "d"},
            {"1": "a", "null": "b", "false": "c", "[1,2]": "d"},
        ),
        (types.MappingProxyType({"a": 1}), {"a": 1}),
        (types.SimpleNamespace(a=1), {"a": 1}),
    ],
)
def test_each_kind_of_value_has_its_form(value: Any, shown: Any) -> None:
    assert reduced(value) == shown


def test_cycles_end() -> None:
    loop: list[Any] = []
    loop.append(loop)
    walk = Redactor().walk()
    assert walk.value(loop) == ["[cut: contains itself]"]
    assert walk.cut


def test_depth_is_bounded() -> None:
    nested: Any = 1
    for _ in range(5000):
        nested = [nested]
    walk = Redactor().walk()
    assert "nested too deeply" in json.dumps(walk.value(nested))
    assert walk.cut


@pytest.mark.parametrize(
    "value",
    [
        list(range(200_000)),
        {str(n): n for n in range(200_000)},
        [["x"] * 200] * 2000,
        ["y" * 1000] * 2000,
        {"k": ["z" * 70_000] * 50},
    ],
)
def test_width_is_bounded_and_said_to_be_cut(value: Any) -> None:
    walk = Redactor().walk()
    assert len(json.dumps(walk.value(value))) < 1_000_000
    assert walk.cut


def test_a_long_text_is_said_to_be_cut() -> None:
    walk = Redactor().walk()
    walk.value("lorem " * 9_000)
    assert walk.cut


def test_keys_that_cannot_be_read_are_numbered() -> None:
    class Key:
        pass

    assert reduced({Key(): 1, Key(): 2}).keys() == {
        f"<{__name__}.test_keys_that_cannot_be_read_are_numbered.<locals>.Key object>",
        f"<{__name__}.test_keys_that_cannot_be_read_are_numbered.<locals>.Key object> #1",
    }


def test_keys_that_look_alike_do_not_hide_each_other() -> None:
    assert reduced({1: "a", "1": "b"}) == {"1": "a", "1 #1": "b"}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
    | st.dates() | st.decimals() | st.complex_numbers() | st.uuids(),
    lambda inner: st.lists(inner)
    | st.dictionaries(st.text() | st.integers() | st.none(), inner)
    | st.tuples(inner, inner),
    max_leaves=30,
)  # fmt: skip


@given(VALUES)
def test_the_result_is_strict_json_and_stays_what_it_is(value: Any) -> None:
    shown = reduced(value)
    text = json.dumps(shown, allow_nan=False)
    assert msgspec.json.decode(text) == shown
    assert text.encode()
    assert reduced(shown) == shown


@given(VALUES, st.sampled_from(["password", "apiKey", "X-Auth-Token", "credentials"]))
def test_a_canary_does_not_survive_beside_anything(value: Any, name: str) -> None:
    shown = json.dumps(
        reduced([value, {name: {"deep": [CANARY, value]}}, {"a": f"{name}={CANARY}"}])
    )
    assert CANARY not in shown


@given(st.text())
def test_any_text_can_be_cleaned(text: str) -> None:
    assert isinstance(Redactor().text(text), str)


def test_nan_is_not_a_number_in_the_result() -> None:
    assert not any(isinstance(v, float) and math.isnan(v) for v in reduced([math.nan, 1.0]))
