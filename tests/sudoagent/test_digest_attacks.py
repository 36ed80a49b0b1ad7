"""Hostile classes, opaque objects and odd shapes have a digest that can be relied on."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sudoagent.digest import Fingerprint, fingerprint
from sudoagent.frozen import freeze

KEY = b"k" * 32


def of(value: Any) -> Fingerprint:
    return fingerprint({"value": value})


def digest(value: Any) -> str:
    return of(value).digest("act", KEY)


class TestZones:
    class Shifting(dt.tzinfo):
        asked = 0

        def __repr__(self) -> str:
            type(self).asked += 1
            return "datetime.timezone.utc"

        __str__ = __repr__

        def utcoffset(self, _: dt.datetime | None) -> dt.timedelta:
            type(self).asked += 1
            return dt.timedelta(hours=self.asked)

        def dst(self, _: dt.datetime | None) -> None: ...

        def tzname(self, _: dt.datetime | None) -> None: ...

    class Moment(dt.datetime):
        pass

    class Hour(dt.time):
        pass

    @pytest.mark.parametrize(
        "moment",
        [
            dt.datetime(2026, 1, 1, tzinfo=Shifting()),
            dt.time(1, tzinfo=Shifting()),
            Moment(2026, 1, 1, tzinfo=Shifting()),
            Shifting(),
        ],
        ids=["datetime", "time", "subclass", "itself"],
    )
    def test_somebody_elses_time_zone_is_not_asked(self, moment: Any) -> None:
        self.Shifting.asked = 0
        found = of([moment])
        assert self.Shifting.asked == 0
        assert found.uninspectable == ("value",)
        assert found.same_as(of([moment]))

    def test_known_zones_are_read(self) -> None:
        zones = (None, dt.UTC, dt.timezone(dt.timedelta(hours=1)), ZoneInfo("Europe/Berlin"))
        naive: tuple[Any, ...] = (
            dt.datetime(2026, 1, 1),
            self.Moment(2026, 1, 1),
            dt.time(1),
            self.Hour(1),
        )
        moments = [moment.replace(tzinfo=zone) for moment in naive for zone in zones]
        assert len({digest(moment) for moment in moments}) == len(moments)
        assert not any(of(moment).uninspectable for moment in (*moments, *zones))


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
