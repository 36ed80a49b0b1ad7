"""Objects are read without running their code: records field by field, others not at all."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import attrs
import msgspec
import pydantic
import pytest

from sudoagent.redaction import REDACTED, Redactor, Secret

CANARY = "canary-" + "7f3Qz" * 4


def reduced(value: Any, name: str | None = None) -> Any:
    return Redactor().value(value, name)


class Row(NamedTuple):
    user: str
    password: str


@dataclasses.dataclass
class Account:
    user: str
    api_key: str
    door: Annotated[str, Secret()] = CANARY


@dataclasses.dataclass(slots=True)
class Slotted:
    user: str
    token: str


class Message(msgspec.Struct):
    user: str
    secret: str


@attrs.define
class Sealed:
    user: str
    passphrase: str


class Model(pydantic.BaseModel):
    user: str
    password: str
    wrapped: pydantic.SecretStr


@pytest.mark.parametrize(
    "value",
    [
        Row("bob", CANARY),
        Account("bob", CANARY),
        Slotted("bob", CANARY),
        Message("bob", CANARY),
        Sealed("bob", CANARY),
        Model(user="bob", password=CANARY, wrapped=pydantic.SecretStr(CANARY)),
    ],
)
def test_records_show_their_fields_and_hide_their_secrets(value: Any) -> None:
    shown = reduced([value])
    assert shown[0]["user"] == "bob"
    assert CANARY not in json.dumps(shown)
    assert REDACTED in shown[0].values()


class Hostile:
    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"code of the value ran: {name}")

    __repr__ = __str__ = __iter__ = __len__ = __bool__ = __eq__ = __getattribute__  # type: ignore[assignment]
    __hash__ = object.__hash__


class Disguised:
    @property
    def __class__(self) -> Any:
        raise AssertionError("code of the value ran")


class Meta(type):
    def __getattribute__(cls, name: str) -> Any:
        raise AssertionError(f"code of the class ran: {name}")


class HostileDict(dict[str, Any]):
    def items(self) -> Any:
        raise AssertionError("code of the value ran")

    __iter__ = keys = values = __len__ = items  # type: ignore[assignment]


def _generator() -> Any:
    yield 1


UNREADABLE: dict[str, Callable[[], Any]] = {
    "hostile object": Hostile,
    "hostile class": Disguised,
    "hostile metaclass": lambda: type.__call__(Meta("Odd", (), {})),
    "generator": _generator,
    "iterator": lambda: iter([1]),
    "file": lambda: io.StringIO("x"),
    "function": lambda: _generator,
    "built-in function": lambda: len,
    "class": lambda: object,
    "module": lambda: json,
    "own time zone": lambda: dt.datetime(2026, 1, 1, tzinfo=type("Zone", (dt.tzinfo,), {})()),
    "odd slice": lambda: slice("a"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_read_is_named_and_said_to_be_so(kind: str) -> None:
    value = UNREADABLE[kind]()
    walk = Redactor().walk()
    shown = walk.value([value])
    assert isinstance(shown[0], str)
    assert shown[0].startswith("<")
    assert walk.uninspectable


def test_an_iterator_is_not_consumed() -> None:
    items = iter([1, 2])
    reduced({"items": items})
    assert list(items) == [1, 2]


def test_a_subclass_is_read_through_its_base() -> None:
    assert reduced(HostileDict(a=1)) == {"a": 1}


def test_a_property_in_the_place_of_a_field_is_not_asked() -> None:
    @dataclasses.dataclass
    class Trap:
        a: int = 1

    Trap.a = property(lambda self: (_ for _ in ()).throw(AssertionError("ran")))  # type: ignore[assignment]
    assert reduced(object.__new__(Trap)) == {}
