"""Single values, reduced to JSON's types. Pure."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import pathlib
import re
import types
import uuid
import zoneinfo
from collections.abc import Callable
from typing import Any

from ..stored import instance_dict, is_subclass
from ._reading import full_name

__all__ = [
    "KNOWN",
    "LARGEST_INT",
    "as_name",
    "as_text",
    "bytes_text",
    "is_single",
    "member",
    "number",
]

# Beyond this, JSON readers that use floating point change the value (RFC 8259, section 6).
LARGEST_INT = 2**53
# Printing takes quadratic time, and Python refuses more than 4 300 digits.
_MOST_BITS = 4096
_MOST_WORDS = 8
# More would not be shown anyway.
_MOST_BYTES = 256 * 1024

# UTF-8 has no surrogates; line-based readers and JavaScript take the others for ends of lines.
_UNSAFE = re.compile("[\ud800-\udfff\u2028\u2029]")


def as_text(text: str) -> str:
    """Return the text with lone surrogates and Unicode line separators written as escapes."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def as_name(key: Any) -> str | None:
    """Return the name that a key is: a text, also one in bytes, as in raw HTTP headers."""
    if type(key) is str:
        return key
    if type(key) is tuple:
        # Settings and frames have keys of several words: ("db", "password").
        words = key[:_MOST_WORDS]
        return " ".join(words) if all(type(word) is str for word in words) else None
    return bytes_text(key) if type(key) is bytes else None


def number(value: int | float) -> int | float | str:
    """Return a number that every JSON reader understands alike, or its text."""
    if isinstance(value, int):
        if -LARGEST_INT <= value <= LARGEST_INT:
            return value
        bits = value.bit_length()
        return str(value) if bits <= _MOST_BITS else f"<int of {bits} bits>"
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return value or 0.0


def bytes_text(value: bytes | bytearray | memoryview) -> str:
    """Return bytes as the text that they most likely are."""
    raw = _exact_bytes(value)[:_MOST_BYTES]
    if len(raw) > 3 and raw[1::2].count(0) == len(raw) // 2:
        return raw.decode("utf-16-le", "replace")  # Windows' text
    return raw.decode("utf-8", "backslashreplace")


def _exact_bytes(value: bytes | bytearray | memoryview) -> bytes:
    if type(value) is memoryview:
        return value.tobytes()
    # Through the base class: a subclass could answer with code of its own.
    if isinstance(value, bytes):
        return bytes.__getitem__(value, slice(None))
    return bytes(bytearray.__getitem__(value, slice(None)))


def _moment(value: Any) -> str | None:
    zone = value.tzinfo
    if zone is not None and type(zone) not in (dt.timezone, zoneinfo.ZoneInfo):
        return None  # somebody's own time zone would be asked
    return str(value.isoformat())


def _slice(value: Any) -> str | None:
    parts = (value.start, value.stop, value.step)
    if any(type(part) not in (int, types.NoneType) for part in parts):
        return None
    return f"slice({', '.join(map(str, parts))})"


def _pattern(value: re.Pattern[Any]) -> str:
    source = value.pattern
    return source if isinstance(source, str) else bytes_text(source)


# By exact type: a subclass could answer with code of its own. ``None``: not readable after all.
KNOWN: dict[type, Callable[[Any], str | None]] = {
    dt.date: lambda value: str(value.isoformat()),
    dt.datetime: _moment,
    dt.time: _moment,
    dt.timedelta: str,
    dt.timezone: str,
    zoneinfo.ZoneInfo: lambda value: value.key if type(value.key) is str else None,
    decimal.Decimal: str,
    fractions.Fraction: str,
    complex: str,
    uuid.UUID: str,
    range: str,
    slice: _slice,
    re.Pattern: _pattern,
    types.EllipsisType: lambda _: "...",
    types.NotImplementedType: lambda _: "NotImplemented",
    pathlib.PosixPath: str,
    pathlib.PurePosixPath: str,
    pathlib.WindowsPath: str,
    pathlib.PureWindowsPath: str,
    ipaddress.IPv4Address: str,
    ipaddress.IPv6Address: str,
    ipaddress.IPv4Network: str,
    ipaddress.IPv6Network: str,
    ipaddress.IPv4Interface: str,
    ipaddress.IPv6Interface: str,
}


_SINGLE = (str, bytes, bytearray, int, float, enum.Enum)


def is_single(kind: type) -> bool:
    """Whether an instance of the class is one value, not a structure of several."""
    return kind in KNOWN or any(is_subclass(kind, base) for base in _SINGLE)


def member(value: enum.Enum) -> tuple[str, Any]:
    """Return an enum member's name with its class, and its value."""
    stored = instance_dict(value)
    name = stored.get("_name_")
    kind = full_name(type(value)).rpartition(".")[2]
    return f"{kind}.{name if type(name) is str else '?'}", stored.get("_value_")
