"""Values → a closed set that every JSON parser reads alike: strict, finite, shallow, acyclic.

What JSON cannot hold becomes an object with one key that starts with ``$``, so that it is never
taken for something the caller passed: ``{"$float": "nan"}``, ``{"$int": "18446744073709551616"}``,
``{"$bytes": "aGk=", "length": 2}``, ``{"$cycle": "dict"}``, ``{"$deep": "list"}``,
``{"$type": "Decimal", "text": "1.5"}``, ``{"$items": […], "left_out": 12}``.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import enum
import math
import pathlib
import uuid
from collections.abc import Mapping, Set
from typing import Any, NamedTuple

__all__ = ["MAX_DEPTH", "SAFE_INTEGER", "Bounds", "free_name", "is_closed", "reduced", "shortened"]

SAFE_INTEGER = 2**53 - 1  # RFC 8259 section 6: the integers that implementations agree on
MAX_DEPTH = 32

# By exact type: a subclass may have a __str__ of its own.
_TEXTUAL = frozenset(
    {
        complex,
        datetime.date,
        datetime.datetime,
        datetime.time,
        datetime.timedelta,
        decimal.Decimal,
        pathlib.PosixPath,
        pathlib.PurePosixPath,
        uuid.UUID,
    }
)


class Bounds(NamedTuple):
    """How much is kept: characters of each text, items of each container, levels."""

    text: int = 1 << 40
    items: int = 1 << 40
    depth: int = MAX_DEPTH


UNBOUNDED = Bounds()


def is_closed(value: Any, depth: int = MAX_DEPTH) -> bool:
    """Whether a dict, list or tuple is in the closed set, but for what its encoding shows.

    That is: lone surrogates, which do not encode, and keys that start with ``$``. Every guarded
    call passes here, so the loops over what is most of it are the interpreter's own.
    """
    if type(value) is dict:
        if not _TEXT.issuperset(map(type, value)):
            return False
        value = value.values()
    if _SIMPLE.issuperset(map(type, value)):
        return True
    for member in value:
        kind: Any = type(member)
        if kind in _SIMPLE:
            continue
        if kind is dict or kind is list or kind is tuple:
            if depth == 0 or not is_closed(member, depth - 1):
                return False
        elif kind is int:
            if not -SAFE_INTEGER <= member <= SAFE_INTEGER:
                return False
        elif kind is not float or not math.isfinite(member):
            return False
    return True


_TEXT = frozenset({str})
_SIMPLE = frozenset({str, bool, type(None)})


def reduced(value: Any, bounds: Bounds = UNBOUNDED, _above: tuple[int, ...] = ()) -> Any:
    """Return the value in the closed set. Never raises; calls no foreign ``__repr__``."""
    try:
        return _reduced(value, bounds, _above)
    except Exception as error:  # foreign iteration, and even isinstance, can run anything
        return {"$type": _scrubbed(type(value).__name__), "unreadable": type(error).__name__}


def _reduced(value: Any, bounds: Bounds, above: tuple[int, ...]) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, enum.Enum):
        return reduced(value.value, bounds, above)
    if isinstance(value, str):
        return shortened(_scrubbed(str.__str__(value)), bounds.text)
    if isinstance(value, int):
        plain = int.__int__(value)
        return plain if -SAFE_INTEGER <= plain <= SAFE_INTEGER else {"$int": _digits(plain)}
    if isinstance(value, float):
        real = float.__float__(value)
        return real if math.isfinite(real) else {"$float": float.__repr__(real)}
    if isinstance(value, bytes | bytearray | memoryview):
        return _octets(bytes(value), bounds)
    if type(value) in _TEXTUAL:
        return {
            "$type": type(value).__name__,
            "text": shortened(_scrubbed(str(value)), bounds.text),
        }
    return _container(value, bounds, above)


def shortened(text: str, limit: int) -> str:
    """Return the text, or its head and tail with the number of characters left out between them."""
    if len(text) <= limit:
        return text
    head, tail = limit - limit // 4, limit // 4
    left_out = len(text) - head - tail
    return f"{text[:head]}[… {left_out} characters left out …]{text[len(text) - tail :]}"


def _container(value: Any, bounds: Bounds, above: tuple[int, ...]) -> Any:
    kind = shortened(_scrubbed(type(value).__name__), 200)
    if not isinstance(value, Mapping | list | tuple | Set):
        return {"$type": kind}
    if id(value) in above:
        return {"$cycle": kind}
    if len(above) >= bounds.depth:
        return {"$deep": kind}
    above = (*above, id(value))
    if isinstance(value, Mapping):
        return _members(value, bounds, above)
    return _items(value, bounds, above)


def _members(value: Mapping[Any, Any], bounds: Bounds, above: tuple[int, ...]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, member in value.items():
        if len(kept) >= bounds.items:
            kept["$left_out"] = len(value) - len(kept)
            break
        kept[free_name(_key(key), kept)] = reduced(member, bounds, above)
    return kept


def _items(value: Any, bounds: Bounds, above: tuple[int, ...]) -> Any:
    kept: list[Any] = []
    for item in value:
        if len(kept) >= bounds.items:
            return {"$items": kept, "left_out": len(value) - len(kept)}
        kept.append(reduced(item, bounds, above))
    return kept


def _key(key: object) -> str:
    if isinstance(key, str):
        text = _scrubbed(str.__str__(key))
        return f"${text}" if text[:1] == "$" else text  # $$ref: a caller's own dollar key
    if isinstance(key, bool | int | float) or key is None:
        return repr(reduced(key))
    return f"<{type(key).__name__}>"


def free_name(name: str, taken: dict[str, Any]) -> str:
    """Return the name, numbered when it is taken: of two equal keys JSON would keep the last."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name} ({number})", number + 1
    return free


def _octets(value: bytes, bounds: Bounds) -> dict[str, Any]:
    kept = value[: max(0, bounds.text * 3 // 4)]
    return {"$bytes": base64.b64encode(kept).decode(), "length": len(value)}


def _digits(value: int) -> str:
    # str() refuses integers of more than 4300 digits, and is quadratic on those it accepts.
    return str(value) if value.bit_length() <= 4096 else f"{value.bit_length()} bits"


def _scrubbed(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text
