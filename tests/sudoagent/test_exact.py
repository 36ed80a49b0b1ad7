"""Scalars that answer for themselves are reduced to what they hold."""

from __future__ import annotations

import decimal
import enum
from typing import Any

import pytest

from sudoagent.exact import exact


class AlwaysSmall(float):
    def __le__(self, other: object) -> bool:
        return True


class AlwaysEqual(str):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


class Disguised(int):
    def __str__(self) -> str:
        return "1"


class Harmless(bytes):
    def __getitem__(self, at: Any) -> Any:
        return b""


class Cheap(decimal.Decimal):
    def __lt__(self, other: object) -> bool:
        return True


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (AlwaysSmall(1e6), 1e6),
        (AlwaysEqual("mallory"), "mallory"),
        (Disguised(999_999), 999_999),
        (Harmless(b"rm -rf"), b"rm -rf"),
        (Cheap("1000.50"), decimal.Decimal("1000.50")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_class_that_replaces_an_answer_loses_its_say(value: Any, held: Any) -> None:
    assert type(exact(value)) is type(held)
    assert exact(value) == held


def test_a_class_two_steps_down_loses_its_say_too() -> None:
    class Grandchild(AlwaysSmall):
        pass

    assert type(exact(Grandchild(5.0))) is float


def test_a_class_that_only_adds_stays() -> None:
    class Email(str):
        @property
        def domain(self) -> str:
            return self.partition("@")[2]

    assert exact(Email("a@b.c")).domain == "b.c"


def test_a_class_that_checks_what_it_is_made_of_stays() -> None:
    class Percentage(int):
        def __new__(cls, value: int) -> Percentage:
            assert 0 <= value <= 100
            return super().__new__(cls, value)

    assert type(exact(Percentage(50))) is Percentage


@pytest.mark.parametrize("kind", [enum.StrEnum, enum.IntEnum])
def test_an_enum_member_stays_the_member(kind: Any) -> None:
    member = kind("Size", {"SMALL": "1" if kind is enum.StrEnum else 1}).SMALL

    assert exact(member) is member


@pytest.mark.parametrize("value", [1, "a", 1.5, b"b", None, True, object(), [1], AlwaysSmall])
def test_everything_else_stays(value: Any) -> None:
    assert exact(value) is value
