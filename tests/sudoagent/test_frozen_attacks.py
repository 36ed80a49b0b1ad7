"""Hostile classes, odd shapes and other threads do not break a snapshot."""

from __future__ import annotations

import dataclasses
import enum
import threading
from typing import Any

from sudoagent.frozen import freeze, is_record


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
