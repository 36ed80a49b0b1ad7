"""Whatever an entry holds, its line is strict JSON, one line, and of bounded size."""

from __future__ import annotations

import collections
import enum
import itertools
import json
import math
import uuid
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudoagent.audit._closed import SAFE_INTEGER, is_closed, reduced
from sudoagent.audit._line import LineEncoder
from sudoagent.audit.chain import SEAL_BYTES
from support.audit import MOMENT, entry

LIMIT = 64 * 1024


def encoded(limit: int = LIMIT, **changes: Any) -> dict[str, Any]:
    line = LineEncoder(limit=limit).entry(entry(**changes))
    assert len(line) + SEAL_BYTES <= limit
    assert b"\n" not in line
    strict: dict[str, Any] = json.loads(line, parse_constant=_refuse, object_pairs_hook=_unique)
    return strict


def _refuse(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len({name for name, _ in pairs}) == len(pairs), "a key is there twice"
    return dict(pairs)


class Colour(enum.Enum):
    RED = "red"


class Loud:
    def __repr__(self) -> str:
        raise AssertionError("nobody may call this")

    __str__ = __repr__


class Liar:
    @property
    def __class__(self) -> type:  # type: ignore[override]
        raise RuntimeError("no class")


class Endless(collections.abc.Mapping):  # type: ignore[type-arg]
    def __getitem__(self, key: object) -> object:
        raise KeyError(key)

    def __iter__(self) -> Any:
        raise RuntimeError("no keys")

    def __len__(self) -> int:
        return 1


def cyclic() -> list[Any]:
    cycle: list[Any] = []
    cycle.append({"again": cycle})
    return cycle


def deep(levels: int) -> Any:
    value: Any = "bottom"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "stands_as"),
    [
        (math.nan, {"$float": "nan"}),
        (math.inf, {"$float": "inf"}),
        (-math.inf, {"$float": "-inf"}),
        (2**53 - 1, 2**53 - 1),
        (2**53, {"$int": str(2**53)}),
        (-(2**64), {"$int": str(-(2**64))}),
        (1 << 20000, {"$int": "20001 bits"}),
        (True, True),
        (None, None),
        (1e21, 1e21),
        ("\ud800", "\\ud800"),
        (b"hi", {"$bytes": "aGk=", "length": 2}),
        (bytearray(b"hi"), {"$bytes": "aGk=", "length": 2}),
        (Colour.RED, "red"),
        (Decimal("1.50"), {"$type": "Decimal", "text": "1.50"}),
        (uuid.UUID(int=7), {"$type": "UUID", "text": str(uuid.UUID(int=7))}),
        (Path("/a"), {"$type": "PosixPath", "text": "/a"}),
        (MOMENT, {"$type": "datetime", "text": "2026-01-31 12:30:15.123456+00:00"}),
        ((1, 2), [1, 2]),
        ({3}, [3]),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.UserDict(a=1), {"a": 1}),
        ({1: "a", "1": "b"}, {"1": "a", "1 (2)": "b"}),
        ({(1, 2): "a"}, {"<tuple>": "a"}),
        ({"$ref": 1}, {"$$ref": 1}),
        (Loud(), {"$type": "Loud"}),
        (Endless(), {"$type": "Endless", "unreadable": "RuntimeError"}),
        ([Loud], [{"$type": "type"}]),
        (cyclic(), [{"again": {"$cycle": "list"}}]),
    ],
    ids=itertools.count(),
)
def test_hostile_values_are_reduced_to_a_closed_set(value: object, stands_as: object) -> None:
    assert encoded(metadata={"value": value})["metadata"] == {"value": stands_as}


def test_an_object_that_raises_when_it_is_asked_for_its_class_is_named() -> None:
    # pytest itself would stumble over it as a parameter.
    unreadable = {"$type": "Liar", "unreadable": "RuntimeError"}
    assert encoded(metadata={"value": Liar()})["metadata"] == {"value": unreadable}
    assert encoded(metadata=Liar())["metadata"] == unreadable


def test_depth_is_bounded() -> None:
    text = json.dumps(encoded(metadata={"value": deep(5000)}))
    assert '{"$deep": "list"}' in text
    assert text.count("[") < 40


@pytest.mark.parametrize(
    "metadata", [None, [], "text", 7, Endless(), Loud()], ids=itertools.count()
)
def test_metadata_that_is_no_mapping_is_an_object_all_the_same(metadata: object) -> None:
    assert isinstance(encoded(metadata=metadata)["metadata"], dict)


@pytest.mark.parametrize("field", ["reason", "action", "error", "error_type", "outcome"])
def test_fields_of_a_wrong_type_do_not_break_the_line(field: str) -> None:
    broken = entry()
    object.__setattr__(broken, field, {"not": ["a", math.nan]})
    assert json.loads(LineEncoder().entry(broken))[field]


@pytest.mark.parametrize(
    "text",
    ["\u2028", "\u2029", "\x85", "\x9b31m", "\x7f", "\u202e", "\u200b", "\ufeff", "\U000e0041"],
)
def test_what_breaks_lines_or_acts_on_terminals_is_escaped_and_reads_back(text: str) -> None:
    line = LineEncoder().entry(entry(reason=f"a{text}b", metadata={"value": [text]}))
    assert text.encode() not in line
    assert len(line.decode().splitlines()) == 1
    assert json.loads(line)["reason"] == f"a{text}b"
    assert json.loads(line)["metadata"] == {"value": [text]}


def test_the_fields_stand_in_the_documented_order() -> None:
    assert list(encoded()) == [
        "timestamp",
        "event",
        "request_id",
        "action",
        "decision",
        "reason",
        "outcome",
        "error_type",
        "error",
        "metadata",
        "host",
        "pid",
        "agent",
    ]


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (MOMENT, "2026-01-31T12:30:15.123456Z"),
        (MOMENT.replace(microsecond=0), "2026-01-31T12:30:15.000000Z"),
        (
            MOMENT.astimezone(timezone(timedelta(hours=5, minutes=30))),
            "2026-01-31T12:30:15.123456Z",
        ),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00.000000Z"),
    ],
)
def test_times_are_utc_with_microseconds(moment: datetime, written: str) -> None:
    assert encoded(timestamp=moment)["timestamp"] == written


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(st.characters(exclude_categories=[]))
        | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
        max_leaves=20,
    )
)
def test_any_value_becomes_strict_json(value: object) -> None:
    encoded(metadata={"value": value})
    assert reduced(value) == reduced(value) or isinstance(value, float)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-SAFE_INTEGER, SAFE_INTEGER)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text().filter(lambda k: k[:1] != "$"), inner)
        ),
        max_leaves=20,
    )
)
def test_a_value_of_the_closed_set_stands_as_it_is(value: object) -> None:
    assert is_closed([value])
    assert reduced(value) == value
    assert encoded(metadata={"value": value})["metadata"] == {"value": value}
