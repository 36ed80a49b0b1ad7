"""Snapshots: equal to what was passed, read-only, out of reach of whoever keeps a reference."""

from __future__ import annotations

import collections
import copy
import dataclasses
import io
import pickle
from typing import Any
from unittest.mock import Mock

import msgspec
import pytest
from hypothesis import given, settings

from sudoagent.frozen import FrozenDict, FrozenList, freeze
from support.values import RECORDS, Colour, Pair, values


@given(values)
@settings(max_examples=100, deadline=None)
def test_a_snapshot_is_equal_to_what_was_passed(value: Any) -> None:
    assert freeze(value) == value


@given(values)
@settings(max_examples=60, deadline=None)
def test_a_snapshot_of_a_snapshot_is_equal_too(value: Any) -> None:
    assert freeze(freeze(value)) == freeze(value)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.__setitem__("a", 2),
        lambda d: d.__delitem__("a"),
        lambda d: d.update(a=2),
        lambda d: d.pop("a"),
        lambda d: d.popitem(),
        lambda d: d.setdefault("b", 2),
        lambda d: d.clear(),
        lambda d: d.__ior__({"a": 2}),
        lambda d: d["list"].append(1),
        lambda d: d["list"].extend([1]),
        lambda d: d["list"].insert(0, 1),
        lambda d: d["list"].pop(),
        lambda d: d["list"].remove(1),
        lambda d: d["list"].reverse(),
        lambda d: d["list"].sort(),
        lambda d: d["list"].clear(),
        lambda d: d["list"].__setitem__(0, 2),
        lambda d: d["list"].__delitem__(0),
        lambda d: d["list"].__iadd__([2]),
        lambda d: d["list"].__imul__(2),
    ],
)
def test_every_way_of_changing_a_snapshot_is_refused(change: Any) -> None:
    snapshot = freeze({"a": 1, "list": [1]})

    with pytest.raises(TypeError, match="read-only"):
        change(snapshot)

    assert snapshot == {"a": 1, "list": [1]}


@pytest.mark.parametrize("record", RECORDS)
def test_what_an_original_record_holds_later_does_not_reach_its_snapshot(record: Any) -> None:
    inner = {"amounts": [1]}
    snapshot = freeze(record([inner]))

    inner["amounts"].append(999_999)

    assert snapshot.content == [{"amounts": [1]}]
    assert type(snapshot) is type(record(None))


def test_a_record_that_can_be_assigned_to_is_copied() -> None:
    @dataclasses.dataclass
    class Refund:
        amount: float

    refund = Refund(10.0)
    snapshot = freeze(refund)
    refund.amount = 999_999.0

    assert snapshot == Refund(10.0)


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        (collections.OrderedDict(a=[1]), {"a": [1]}),
        (collections.defaultdict(list, a=[1]), {"a": [1]}),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (collections.deque([[1], 2]), [[1], 2]),
        (bytearray(b"abc"), b"abc"),
        ({1, 2}, frozenset({1, 2})),
        ([{"a": ({"b": [1]},)}], [{"a": ({"b": [1]},)}]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_containers_become_their_read_only_kind(original: Any, expected: Any) -> None:
    snapshot = freeze(original)

    assert snapshot == expected
    assert isinstance(snapshot, FrozenDict | FrozenList | bytes | frozenset)


@pytest.mark.parametrize("value", [None, True, 1, 1.5, "text", b"bytes", (1, ("a",)), Colour.RED])
def test_what_cannot_change_is_not_copied(value: Any) -> None:
    assert freeze(value) is value


def test_a_named_tuple_stays_one() -> None:
    snapshot = freeze(Pair([1], 2))

    assert type(snapshot) is Pair
    assert snapshot == Pair([1], 2)
    assert type(snapshot.left) is FrozenList


@pytest.mark.parametrize("opaque", [object(), io.StringIO("x"), iter([1]), len, Mock(spec=dict)])
def test_what_is_not_data_is_passed_by_reference(opaque: Any) -> None:
    assert freeze(opaque) is opaque


def test_an_iterator_is_not_consumed() -> None:
    numbers = iter([1, 2])

    freeze([numbers])

    assert list(numbers) == [1, 2]


def test_copies_and_pickles_are_plain_and_changeable() -> None:
    snapshot = freeze({"a": [1]})

    for own in (copy.copy(snapshot), copy.deepcopy(snapshot), pickle.loads(pickle.dumps(snapshot))):
        assert type(own) is dict
        assert own == {"a": [1]}
    assert type(copy.deepcopy(snapshot)["a"]) is list


def test_a_struct_with_a_dictionary_keeps_it() -> None:
    class Open(msgspec.Struct, dict=True):
        amount: int

    original = Open(1)
    original.note = ["x"]  # type: ignore[attr-defined]
    snapshot = freeze(original)
    original.note.append("y")  # type: ignore[attr-defined]

    assert (snapshot.amount, snapshot.note) == (1, ["x"])
