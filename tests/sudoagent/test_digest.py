"""The call digest: the same for equal calls, another one after any change at any depth."""

from __future__ import annotations

import collections
import copy
import dataclasses
import datetime as dt
import decimal
import fractions
import ipaddress
import pathlib
import uuid
from typing import Any

import pytest
from hypothesis import assume, given, settings

from sudoagent.digest import Fingerprint, fingerprint
from sudoagent.frozen import freeze
from support.values import RECORDS, Colour, Pair, values

KEY = b"k" * 32


def of(value: Any) -> Fingerprint:
    return fingerprint({"value": value})


def digest(value: Any) -> str:
    return of(value).digest("act", KEY)


@given(values)
@settings(max_examples=80, deadline=None)
def test_a_snapshot_has_the_digest_of_what_was_passed(value: Any) -> None:
    assert of(value).same_as(of(freeze(value)))


@given(values)
@settings(max_examples=60, deadline=None)
def test_an_equal_copy_has_the_same_digest(value: Any) -> None:
    assert digest(copy.deepcopy(value)) == digest(value)


@given(values, values)
@settings(max_examples=100, deadline=None)
def test_values_that_differ_have_different_digests(one: Any, other: Any) -> None:
    assume(freeze(one) != freeze(other))

    assert digest(one) != digest(other)


@given(values)
@settings(max_examples=60, deadline=None)
def test_any_change_at_any_depth_changes_the_digest(value: Any) -> None:
    for change in changes(value):
        before = of(value)
        change()
        assert not of(value).same_as(before)


def changes(value: Any) -> Any:
    """Yield every change in place that the value's parts allow, each once."""
    if isinstance(value, list):
        yield lambda: value.append("added")
        inside = list(value)
    elif isinstance(value, dict):
        yield lambda: value.__setitem__("added key", "added")
        inside = list(value.values())
    elif isinstance(value, set):
        yield lambda: value.add("added text")
        inside = []
    elif isinstance(value, bytearray):
        yield lambda: value.append(0)
        inside = []
    elif isinstance(value, tuple):
        inside = list(value)
    elif hasattr(value, "content"):
        if not hasattr(type(value), "__struct_fields__") and "Slotted" not in type(value).__name__:
            yield lambda: setattr(value, "content", (value.content, "changed"))
        inside = [value.content]
    else:
        inside = []
    for part in inside:
        yield from changes(part)


# Each of these is another argument than all the others.
DISTINCT: list[Any] = [
    None,
    False,
    True,
    0,
    1,
    -1,
    10**5000,
    0.0,
    -0.0,
    1.0,
    float("nan"),
    float("inf"),
    float("-inf"),
    1j,
    "",
    "1",
    "N",
    "\ud800",
    b"",
    b"1",
    ...,
    [],
    (),
    {},
    frozenset(),
    [[]],
    [()],
    [1, 2],
    [2, 1],
    [[1], 2],
    [[1, 2]],
    ["ab", "c"],
    ["a", "bc"],
    (1, 2),
    Pair(1, 2),
    {1: 2},
    {"1": 2},
    {1, 2},
    {(1, 2)},
    {"a": {"b": 1}},
    {"a": 1, "b": 1},
    decimal.Decimal("1"),
    decimal.Decimal("1.0"),
    decimal.Decimal("NaN"),
    fractions.Fraction(1, 2),
    fractions.Fraction(1, 10**5000),
    uuid.UUID(int=1),
    dt.date(2026, 1, 1),
    dt.datetime(2026, 1, 1),
    dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    dt.datetime(2026, 1, 1, fold=1),
    dt.time(1),
    dt.timedelta(seconds=1),
    dt.UTC,
    range(3),
    range(10**5000),
    int,
    str,
    Colour.RED,
    Colour.GREEN,
    pathlib.PurePosixPath("/a"),
    ipaddress.ip_address("10.0.0.1"),
    ipaddress.ip_address("::1"),
    ipaddress.ip_network("10.0.0.0/8"),
    ipaddress.ip_network("::/8"),
    *(record(1) for record in RECORDS),
    *(record("1") for record in RECORDS),
]


def test_no_two_different_arguments_look_alike() -> None:
    digests = [digest(value) for value in DISTINCT]

    assert len(set(digests)) == len(DISTINCT)
    assert all(of(value).uninspectable == () for value in DISTINCT)


def test_names_and_order_of_arguments_cannot_be_mistaken_for_values() -> None:
    calls: list[dict[str, Any]] = [
        {"a": 1, "b": 2},
        {"a": 2, "b": 1},
        {"ab": 1, "": 2},
        {"a": "b", "b": 2},
        {"a": [1, "b", 2]},
        {"a": {"b": 2}},
        {},
    ]

    assert len({fingerprint(call).digest("act", KEY) for call in calls}) == len(calls)


def test_action_and_key_are_part_of_it() -> None:
    call = fingerprint({"a": 1})

    assert call.digest("pay", KEY) != call.digest("payment", KEY)
    assert call.digest("pay", KEY) != call.digest("pay", b"another key")
    assert call.digest("pay", KEY) == fingerprint({"a": 1}).digest("pay", KEY)
    assert len(call.digest("pay\ud800", KEY)) == 64


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({1, 2, 3, 1000, 2000}, {2000, 1000, 3, 2, 1}),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.deque([1]), [1]),
        (bytearray(b"a"), b"a"),
        ({1}, frozenset({1})),
    ],
)
def test_what_is_equal_counts_as_equal(one: Any, other: Any) -> None:
    assert digest(one) == digest(other)


def test_fields_count_in_any_order() -> None:
    @dataclasses.dataclass
    class Refund:
        to: str
        amount: int

    other = object.__new__(Refund)
    other.amount = 1
    other.to = "a"

    assert digest(Refund("a", 1)) == digest(other)
