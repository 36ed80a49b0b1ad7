"""Snapshots: equal to what was passed, read-only, and out of reach of whoever keeps a reference."""

from __future__ import annotations

import collections
import copy
import dataclasses
import enum
import io
import pickle
import threading
from typing import Any
from unittest.mock import Mock

import msgspec
import pytest
from hypothesis import given, settings

from sudoagent.frozen import FrozenDict, FrozenList, freeze, is_record
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


class TestHostileClasses:
    def test_a_dictionary_that_shows_other_items_than_it_holds(self) -> None:
        class Liar(dict[str, int]):
            def items(self) -> Any:
                return [("amount", 1)]

            def __iter__(self) -> Any:
                return iter(())

            def __getitem__(self, key: str) -> int:
                return 1

        assert freeze(Liar(amount=999_999)) == {"amount": 999_999}

    def test_a_list_that_shows_other_items_than_it_holds(self) -> None:
        class Liar(list[int]):
            def __iter__(self) -> Any:
                return iter([1])

        assert freeze(Liar([999_999])) == [999_999]

    def test_an_object_that_claims_to_be_of_another_class(self) -> None:
        class Claims:
            @property
            def __class__(self) -> Any:
                raise AssertionError("its code was run")

        claims = Claims()

        assert freeze([claims])[0] is claims

    def test_a_record_whose_property_hides_a_field(self) -> None:
        @dataclasses.dataclass
        class Base:
            __slots__ = ("amount",)
            amount: int

        class Liar(Base):
            @property
            def amount(self) -> int:  # type: ignore[override]
                raise AssertionError("its code was run")

        liar = object.__new__(Liar)
        Base.__dict__["amount"].__set__(liar, 999_999)

        assert Base.__dict__["amount"].__get__(freeze(liar)) == 999_999

    def test_a_record_that_cleans_up_is_not_copied(self) -> None:
        closed = []

        @dataclasses.dataclass
        class Connection:
            number: int

            def __del__(self) -> None:
                closed.append(self.number)

        connection = Connection(7)

        assert freeze(connection) is connection
        assert closed == []

    def test_a_record_that_is_an_exception_is_not_copied(self) -> None:
        @dataclasses.dataclass
        class Failure(Exception):
            code: int

        failure = Failure(1)

        assert freeze(failure) is failure
        assert not is_record(failure)

    def test_an_enum_member_with_fields_stays_the_member(self) -> None:
        @dataclasses.dataclass(frozen=True)
        class Level:
            limits: list[int]

        class Levels(Level, enum.Enum):
            LOW = [1]  # noqa: RUF012

        assert freeze(Levels.LOW) is Levels.LOW


class TestShapes:
    def test_a_list_that_contains_itself(self) -> None:
        own: list[Any] = [1]
        own.append(own)

        snapshot = freeze(own)

        assert snapshot[1] is snapshot
        assert snapshot is not own

    def test_a_tuple_in_a_cycle(self) -> None:
        inner: list[Any] = []
        outer = (inner,)
        inner.append(outer)

        snapshot = freeze(outer)

        assert snapshot[0][0] is snapshot

    def test_records_that_refer_to_each_other(self) -> None:
        @dataclasses.dataclass(eq=False)
        class Node:
            children: list[Any]
            parent: Any = None

        root = Node([])
        root.children.append(Node([], parent=root))

        snapshot = freeze(root)

        assert snapshot.children[0].parent is snapshot

    def test_sharing_costs_no_more_than_the_parts(self) -> None:
        shared: list[Any] = []
        for _ in range(60):  # 2 to the 60th, when it is written out
            shared = [shared, shared]

        snapshot = freeze(shared)

        assert snapshot[0] is snapshot[1]

    def test_depth_has_an_end(self) -> None:
        deep: list[Any] = []
        bottom = deep
        for _ in range(100_000):
            deep = [deep]

        assert freeze(deep)
        assert bottom == []


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


def test_another_thread_that_keeps_changing_the_argument_breaks_nothing() -> None:
    shared: dict[int, int] = {}
    stop = threading.Event()

    def change() -> None:
        while not stop.is_set():
            for number in range(50):
                shared[number] = number
            shared.clear()

    changing = threading.Thread(target=change)
    changing.start()
    try:
        for _ in range(300):
            assert all(key == item for key, item in freeze(shared).items())
    finally:
        stop.set()
        changing.join()
