"""The call digest: what was approved is what runs.

Every argument is encoded into bytes in which no two different values look alike: each piece
carries its type and its length. The digest is an HMAC-SHA256 (RFC 2104) of that encoding, so that
somebody who reads the log or Redis cannot try out likely arguments against it.

Pure.
"""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import fractions
import hmac
import ipaddress
import operator
import pathlib
import struct
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .frozen import MAX_DEPTH, is_record, record_fields

__all__ = ["Fingerprint", "fingerprint"]

_DOMAIN = b"sudoagent call v1"


class Fingerprint:
    """The encoding of one call's arguments at one moment.

    ``uninspectable`` names the arguments that hold something that cannot be read without running
    or consuming it: an iterator, a file, an object that is not data.
    """

    __slots__ = ("encoded", "identities", "uninspectable")

    def __init__(
        self, encoded: bytes, identities: tuple[int, ...], uninspectable: tuple[str, ...]
    ) -> None:
        self.encoded = encoded
        self.identities = identities
        self.uninspectable = uninspectable

    def same_as(self, other: Fingerprint) -> bool:
        """Whether the arguments are equal, and what cannot be read is the very same object."""
        return self.encoded == other.encoded and self.identities == other.identities

    def digest(self, action: str, key: bytes) -> str:
        """Return the call digest: 64 hexadecimal characters."""
        name = action.encode("utf-8", "surrogatepass")
        message = b"%b%d:%b%b" % (_DOMAIN, len(name), name, self.encoded)
        return hmac.digest(key, message, "sha256").hex()


def fingerprint(arguments: Mapping[str, Any], receiver: str | None = None) -> Fingerprint:
    """Encode the arguments of a call. ``receiver`` names the method's ``self``.

    The receiver's readable fields count; that the rest of it is opaque does not make the call
    uninspectable, because methods live on objects with clients and locks in them.
    """
    encoder = _Encoder()
    uninspectable = []
    for name, value in arguments.items():
        before = len(encoder.identities)
        encoder.put_text(name)
        encoder.put(value, MAX_DEPTH)
        if len(encoder.identities) > before and name != receiver:
            uninspectable.append(name)
    return Fingerprint(b"".join(encoder.parts), tuple(encoder.identities), tuple(uninspectable))


class _Encoder:
    __slots__ = ("identities", "parts")

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.identities: list[int] = []

    def put(self, value: Any, depth: int) -> None:
        kind = type(value)
        exact = _EXACT.get(kind)
        if exact is not None:
            self.parts.append(exact(value))
        elif depth == 0:
            self._opaque(value)
        else:
            self._put_composite(kind, value, depth - 1)

    def put_text(self, text: str) -> None:
        self.parts.append(_text(text))

    def _put_composite(self, kind: type, value: Any, depth: int) -> None:
        if isinstance(value, dict):
            self._mapping(value, depth)
        elif isinstance(value, list):
            self._sequence(b"l", list.__iter__(value), list.__len__(value), depth)
        elif isinstance(value, tuple):
            self._sequence(b"t" + _name(kind), tuple.__iter__(value), tuple.__len__(value), depth)
        elif isinstance(value, set | frozenset):
            self._set(value, depth)
        elif isinstance(value, bytearray):
            self.parts.append(_sized(b"b", bytes(value)))
        elif isinstance(value, enum.Enum):
            self.parts.append(b"e" + _name(kind) + _text(value._name_ or repr(value._value_)))
        elif is_record(value):
            self._record(kind, value, depth)
        else:
            self._put_subclass(kind, value)

    def _put_subclass(self, kind: type, value: Any) -> None:
        for base, encode in _BY_BASE:
            if issubclass(kind, base):
                # A subclass may behave differently: its name is part of what was approved.
                self.parts.append(b"k" + _name(kind) + encode(value))
                return
        self._opaque(value)

    def _mapping(self, value: dict[Any, Any], depth: int) -> None:
        # Equal dictionaries are equal arguments, in whatever order they were filled.
        pairs = [(self._apart(key, depth), item) for key, item in dict.items(value)]
        pairs.sort(key=operator.itemgetter(0))
        self.parts.append(b"d%d:" % len(pairs))
        for key, item in pairs:
            self.parts.append(key)
            self.put(item, depth)

    def _set(self, value: set[Any] | frozenset[Any], depth: int) -> None:
        base = set if isinstance(value, set) else frozenset
        items = sorted(self._apart(item, depth) for item in base.__iter__(value))
        self.parts.append(b"u%d:" % len(items))
        self.parts.extend(items)

    def _sequence(self, tag: bytes, items: Iterable[Any], length: int, depth: int) -> None:
        self.parts.append(b"%b%d:" % (tag, length))
        for item in items:
            self.put(item, depth)

    def _record(self, kind: type, value: Any, depth: int) -> None:
        self.parts.append(b"r" + _name(kind))
        for name, stored in record_fields(value):
            self.put_text(name)
            self.put(stored, depth)
        self.parts.append(b";")

    def _apart(self, value: Any, depth: int) -> bytes:
        outer, self.parts = self.parts, []
        self.put(value, depth)
        inner, self.parts = b"".join(self.parts), outer
        return inner

    def _opaque(self, value: Any) -> None:
        self.identities.append(id(value))
        self.parts.append(b"o" + _name(type(value)))


def _sized(tag: bytes, payload: bytes) -> bytes:
    return b"%b%d:%b" % (tag, len(payload), payload)


def _text(value: str) -> bytes:
    return _sized(b"s", str.encode(value, "utf-8", "surrogatepass"))


def _name(kind: type) -> bytes:
    return _text(f"{kind.__module__}.{kind.__qualname__}")


def _int(value: int) -> bytes:
    # Not str(): that refuses integers of more than 4 300 digits.
    return b"i%x;" % int(value)


def _float(value: float) -> bytes:
    return b"f" + struct.pack(">d", value)


def _complex(value: complex) -> bytes:
    return b"c" + struct.pack(">dd", value.real, value.imag)


def _shown(tag: bytes, base: Callable[[Any], str]) -> Callable[[Any], bytes]:
    return lambda value: _sized(tag, base(value).encode("utf-8", "surrogatepass"))


_EXACT: dict[type, Callable[[Any], bytes]] = {
    str: _text,
    int: _int,
    float: _float,
    bool: lambda value: b"T" if value else b"F",
    type(None): lambda _: b"N",
    type(...): lambda _: b"E",
    bytes: lambda value: _sized(b"b", value),
    complex: _complex,
    decimal.Decimal: _shown(b"D", str),
    fractions.Fraction: _shown(b"Q", repr),
    uuid.UUID: _shown(b"U", str),
    dt.datetime: _shown(b"m", dt.datetime.__repr__),
    dt.date: _shown(b"a", dt.date.__repr__),
    dt.time: _shown(b"h", dt.time.__repr__),
    dt.timedelta: _shown(b"g", dt.timedelta.__repr__),
    range: _shown(b"R", repr),
    type: _name,
    ipaddress.IPv4Address: _shown(b"4", str),
    ipaddress.IPv6Address: _shown(b"6", str),
    ipaddress.IPv4Network: _shown(b"8", str),
    ipaddress.IPv6Network: _shown(b"9", str),
}

_BY_BASE: tuple[tuple[type, Callable[[Any], bytes]], ...] = (
    (str, lambda value: _text(str.__str__(value))),
    (int, lambda value: b"i%x;" % int.__int__(value)),
    (float, lambda value: _float(float.__float__(value))),
    (bytes, lambda value: _sized(b"b", bytes.__getitem__(value, slice(None)))),
    (decimal.Decimal, _shown(b"D", decimal.Decimal.__str__)),
    (pathlib.PurePath, _shown(b"p", pathlib.PurePath.__str__)),
    (dt.datetime, _shown(b"m", dt.datetime.__repr__)),
    (dt.date, _shown(b"a", dt.date.__repr__)),
    (dt.tzinfo, _shown(b"z", str)),
)
