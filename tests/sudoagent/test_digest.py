"""The call digest: the same for equal calls, another one after any change at any depth."""

from __future__ import annotations

import collections
import copy
import dataclasses
import datetime as dt
import decimal
import fractions
import io
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


class TestSubclasses:
    def test_a_class_that_answers_for_itself_counts_as_what_it_holds(self) -> None:
        class AlwaysSmall(float):
            def __le__(self, other: object) -> bool:
                return True

            def hex(self) -> str:
                return "0x0"

        assert digest(AlwaysSmall(1e6)) == digest(1e6)

    def test_a_class_that_adds_something_is_another_type(self) -> None:
        class Email(str):
            domain = "x"

        class Amount(int):
            unit = "EUR"

        class Moment(dt.datetime):
            pass

        assert digest(Email("a")) != digest("a")
        assert digest(Amount(1)) != digest(1)
        assert digest(Moment(2026, 1, 1)) != digest(dt.datetime(2026, 1, 1))

    def test_containers_that_lie_are_read_as_what_they_hold(self) -> None:
        class Liar(dict[str, int]):
            def items(self) -> Any:
                return []

        class Empty(list[int]):
            def __iter__(self) -> Any:
                return iter(())

            def __len__(self) -> int:
                return 0

        assert digest(Liar(a=1)) == digest({"a": 1})
        assert digest(Empty([1])) == digest([1])


class TestUninspectable:
    @pytest.mark.parametrize(
        "opaque",
        [object(), io.StringIO(), iter([1]), (n for n in "ab"), len, lambda: 1, memoryview(b"x")],
        ids=lambda value: type(value).__name__,
    )
    def test_what_cannot_be_read_is_named_at_any_depth(self, opaque: Any) -> None:
        found = fingerprint({"plain": 1, "nested": [{"x": (opaque,)}]})

        assert found.uninspectable == ("nested",)

    def test_it_is_the_very_same_object_or_another_call(self) -> None:
        stream, other = io.StringIO(), io.StringIO()

        assert of([stream]).same_as(of([stream]))
        assert not of([stream]).same_as(of([other]))

    def test_a_set_of_such_objects_is_the_same_set_in_any_order(self) -> None:
        objects = [object() for _ in range(50)]
        one, other = set(objects), set[object]()
        for item in reversed(objects):
            other.add(item)

        assert of(one).same_as(of(freeze(other)))

    def test_nothing_is_consumed(self) -> None:
        numbers, stream = iter([1, 2]), io.StringIO("text")

        of([numbers, stream])

        assert list(numbers) == [1, 2]
        assert stream.read() == "text"

    def test_the_receiver_of_a_method_may_be_opaque_but_its_fields_count(self) -> None:
        @dataclasses.dataclass
        class Billing:
            account: str
            client: object

        billing = Billing("alice", object())
        before = fingerprint({"self": billing}, receiver="self")
        assert before.uninspectable == ()

        billing.account = "mallory"

        assert not fingerprint({"self": billing}, receiver="self").same_as(before)


class TestShapes:
    def test_a_cycle_has_a_digest(self) -> None:
        one: list[Any] = [1]
        one.append(one)
        other: list[Any] = [2]
        other.append(other)

        assert of(one).uninspectable == ()
        assert digest(one) != digest(other)
        assert of(one).same_as(of(freeze(one)))

    def test_a_small_structure_that_is_endless_when_written_out_is_uninspectable(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sudoagent.digest.MAX_PARTS", 1_000)
        shared: list[Any] = []
        for _ in range(60):
            shared = [shared, shared]

        found = fingerprint({"before": 1, "shared": shared})

        assert found.uninspectable == ("shared",)
        assert found.same_as(fingerprint({"before": 1, "shared": freeze(shared)}))

    def test_what_lies_too_deep_is_uninspectable(self) -> None:
        deep: list[Any] = []
        for _ in range(100):
            deep = [deep]

        assert of(deep).uninspectable == ("value",)
        assert of(deep).same_as(of(freeze(deep)))
