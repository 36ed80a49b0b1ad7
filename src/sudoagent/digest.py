"""The call digest: what was approved is what runs.

Every argument is encoded into bytes in which no two different values look alike: each piece
carries its type and its length. The digest is an HMAC-SHA256 (RFC 2104) of that encoding, so that
somebody who reads the log or Redis cannot try out likely arguments against it.

Pure.
"""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import fractions
import functools
import hmac
import ipaddress
import operator
import pathlib
import struct
import uuid
import zoneinfo
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .exact import exact
from .frozen import MAX_DEPTH, is_record
from .stored import added_fields, contained, record_fields

__all__ = ["Fingerprint", "fingerprint"]

_DOMAIN = b"sudoagent call v1"

# Shared parts are encoded wherever they stand, so a small structure can have many; encoding this
# many takes about a second. What is beyond them counts as unread.
MAX_PARTS = 1_000_000


class Fingerprint:
    """The encoding of one call's arguments at one moment.

    ``uninspectable`` names the arguments that hold something that cannot be read without running
    or consuming it (an iterator, a file, an object that is not data), or more than can be read.
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
        digest = _keyed(key).copy()
        digest.update(message)
        return digest.hexdigest()


@functools.lru_cache(maxsize=8)
def _keyed(key: bytes) -> hmac.HMAC:
    # Preparing a key takes as long as digesting a call with it.
    return hmac.new(key, digestmod="sha256")


def fingerprint(arguments: Mapping[str, Any], receiver: str | None = None) -> Fingerprint:
    """Encode the arguments of a call. ``receiver`` names the method's ``self``.

    The receiver's readable fields count; that the rest of it is opaque does not make the call
    uninspectable, because methods live on objects with clients and locks in them.
    """
    encoder = _Encoder()
    uninspectable = []
    for name, value in arguments.items():
        encode = _EXACT.get(type(value))
        if encode is not None:  # the usual case, without going down
            encoder.parts += (_text(name), encode(value))
            continue
        before = encoder.unread
        encoder.put_text(name)
        encoder.put(value, MAX_DEPTH)
        if encoder.unread > before and name != receiver:
            uninspectable.append(name)
    return Fingerprint(b"".join(encoder.parts), tuple(encoder.identities), tuple(uninspectable))


class _Encoder:
    __slots__ = ("_left", "_open", "identities", "parts", "unread")

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.identities: list[int] = []
        self.unread = 0
        self._open: dict[int, int] = {}
        self._left = MAX_PARTS

    def put(self, value: Any, depth: int) -> None:
        kind = type(value)
        encode = _EXACT.get(kind)
        self._left -= 1
        if self._left < 0:
            self.unread += 1
            self.parts.append(b"?")
        elif encode is not None:
            self.parts.append(encode(value))
        elif depth == 0:
            self._opaque(value)
        elif id(value) in self._open:
            # A cycle: so many levels up.
            self.parts.append(b"^%d;" % (self._open[id(value)] - depth))
        else:
            self._open[id(value)] = depth
            self._put_composite(kind, value, depth - 1)
            self._put_added(value, depth - 1)
            del self._open[id(value)]

    def put_text(self, text: str) -> None:
        self.parts.append(_text(text))

    def _put_composite(self, kind: type, value: Any, depth: int) -> None:
        # By type(), not isinstance(), which believes what an object says about its __class__.
        if issubclass(kind, enum.Enum):
            self.parts.append(b"e" + _name(kind) + _text(value._name_ or repr(value._value_)))
        elif issubclass(kind, dict):
            self._mapping(value, depth)
        elif issubclass(kind, list):
            self._sequence(b"l", list(list.__iter__(value)), depth)
        elif issubclass(kind, collections.deque):
            self._sequence(b"l", contained(value), depth)
        elif issubclass(kind, tuple):
            self._sequence(b"t" + _name(kind), list(tuple.__iter__(value)), depth)
        elif issubclass(kind, set | frozenset):
            self._set(value, depth)
        elif issubclass(kind, bytearray):
            self.parts.append(_sized(b"b", bytes(value)))
        elif issubclass(kind, dt.datetime | dt.time):
            self._moment(kind, value)
        elif is_record(value):
            self._record(kind, value, depth)
        else:
            self._put_scalar(exact(value))

    def _put_added(self, value: Any, depth: int) -> None:
        added = added_fields(value)
        if not added or isinstance(value, enum.Enum):
            return
        unread = self.unread
        self.parts.append(b"+")
        self._fields(added, depth)
        if self._left >= 0:
            # A text from a parsed page refers to its page: bound by identity, as a method's own
            # object is, that is not held against the call.
            self.unread = unread

    def _put_scalar(self, value: Any) -> None:
        kind = type(value)
        encode = _EXACT.get(kind)
        if encode is not None:
            self.parts.append(encode(value))
            return
        for base, encode in _BY_BASE:
            if issubclass(kind, base):
                # A subclass may behave differently: its name is part of what was approved.
                self.parts.append(b"k" + _name(kind) + encode(value))
                return
        self._opaque(value)

    # Items are copied in one step first: another thread may be changing the original.

    def _mapping(self, value: dict[Any, Any], depth: int) -> None:
        # Equal dictionaries are equal arguments, in whatever order they were filled.
        pairs = [(self._apart(key, depth), item) for key, item in contained(value)]
        pairs.sort(key=operator.itemgetter(0))
        self.parts.append(b"d%d:" % len(pairs))
        for key, item in pairs:
            self.parts.append(key)
            self.put(item, depth)

    def _set(self, value: set[Any] | frozenset[Any], depth: int) -> None:
        before = len(self.identities)
        items = sorted(self._apart(item, depth) for item in contained(value))
        # A copy of a set may yield its items in another order.
        self.identities[before:] = sorted(self.identities[before:])
        self.parts.append(b"u%d:" % len(items))
        self.parts.extend(items)

    def _sequence(self, tag: bytes, items: list[Any], depth: int) -> None:
        self.parts.append(b"%b%d:" % (tag, len(items)))
        for item in items:
            self.put(item, depth)

    def _record(self, kind: type, value: Any, depth: int) -> None:
        self.parts.append(b"r" + _name(kind))
        self._fields(record_fields(value), depth)

    def _fields(self, fields: Iterable[tuple[str, Any]], depth: int) -> None:
        for name, stored in sorted(fields, key=operator.itemgetter(0)):
            self.put_text(name)
            self.put(stored, depth)
        self.parts.append(b";")

    def _moment(self, kind: type, value: Any) -> None:
        base = dt.datetime if issubclass(kind, dt.datetime) else dt.time
        zone = base.tzinfo.__get__(value)
        if zone is not None and type(zone) not in _ZONES:
            self._opaque(value)  # somebody's own time zone would be asked, and may change its mind
            return
        prefix = b"" if kind is base else b"k" + _name(kind)
        tag = b"m" if base is dt.datetime else b"h"
        self.parts.append(prefix + _shown(tag, base.__repr__)(value))

    def _apart(self, value: Any, depth: int) -> bytes:
        outer, self.parts = self.parts, []
        self.put(value, depth)
        inner, self.parts = b"".join(self.parts), outer
        return inner

    def _opaque(self, value: Any) -> None:
        self.unread += 1
        self.identities.append(id(value))
        self.parts.append(b"o" + _name(type(value)))


_ZONES = (dt.timezone, zoneinfo.ZoneInfo)


def _sized(tag: bytes, payload: bytes) -> bytes:
    return b"%b%d:%b" % (tag, len(payload), payload)


def _text(value: str) -> bytes:
    encoded = str.encode(value, "utf-8", "surrogatepass")
    return b"s%d:%b" % (len(encoded), encoded)


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
    fractions.Fraction: lambda value: b"Q" + _int(value.numerator) + _int(value.denominator),
    uuid.UUID: _shown(b"U", str),
    dt.date: _shown(b"a", dt.date.__repr__),
    dt.timedelta: _shown(b"g", dt.timedelta.__repr__),
    dt.timezone: _shown(b"z", dt.timezone.__repr__),
    zoneinfo.ZoneInfo: _shown(b"Z", zoneinfo.ZoneInfo.__repr__),
    range: lambda value: b"R" + _int(value.start) + _int(value.stop) + _int(value.step),
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
    (dt.date, _shown(b"a", dt.date.__repr__)),
)
