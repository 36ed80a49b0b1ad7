"""Cuts reduced values to a size: head and tail stay, and what is missing is said. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from ._json import unused

__all__ = ["fit", "fits_easily", "shares", "size"]

# A piece smaller than this tells nothing.
_SMALLEST = 64


def size(value: Any) -> int:
    """Return the length of the value as JSON in its longest usual form, all non-ASCII escaped."""
    return len(json.dumps(value))


def fits_easily(value: Any, limit: int) -> bool:
    """Whether the value as JSON is so small that it need not be measured against ``limit``.

    Takes records too, and a tenth of the time of ``size``.
    """
    try:
        # Escaped, a byte of UTF-8 takes six characters at most.
        return 6 * len(msgspec.json.encode(value)) <= limit
    except UnicodeEncodeError:  # a lone surrogate
        return False


def fit(value: Any, limit: int) -> tuple[Any, bool]:
    """Return as much of the value as ``limit`` characters of JSON hold, and whether it was cut.

    What is left out is counted, and named by the beginning of the SHA-256 of the whole.
    """
    if fits_easily(value, limit) or size(value) <= limit:
        return value, False
    limit = max(limit, _SMALLEST * 2)
    if isinstance(value, str):
        return _fit_text(value, limit), True
    if isinstance(value, list):
        return _fit_list(value, limit), True
    if isinstance(value, dict):
        return _fit_dict(value, limit), True
    return value, False


def shares(sizes: Sequence[int], limit: int) -> list[int]:
    """Divide ``limit`` fairly: who needs less than an equal share leaves the rest to the others."""
    given = [0] * len(sizes)
    left, waiting = limit, len(sizes)
    for at in sorted(range(len(sizes)), key=sizes.__getitem__):
        given[at] = min(sizes[at], left // waiting)
        left -= given[at]
        waiting -= 1
    return given


def _mark(count: int, what: str, whole: Any) -> str:
    digest = hashlib.sha256(json.dumps(whole).encode()).hexdigest()[:16]
    return f"[cut: {count} {what}, sha256 of the whole {digest}]"


def _fit_text(text: str, limit: int) -> str:
    mark = f"… {_mark(len(text), 'characters in all', text)} …"
    room = max(limit - size(mark), 0)
    head = _affordable(text, room * 2 // 3)
    tail = _affordable(reversed(text[head:]), room - size(text[:head]) + 2)
    return text[:head] + mark + (text[-tail:] if tail else "")


def _affordable(characters: Iterable[str], room: int) -> int:
    count = 0
    for character in characters:
        room -= len(json.dumps(character)) - 2
        if room < 0:
            break
        count += 1
    return count


def _fit_list(items: list[Any], limit: int) -> list[Any]:
    mark = _mark(len(items), "items in all", items)
    head, tail = _ends([size(item) + 2 for item in items], limit - size(mark) - 4)
    kept = items[:head] + items[len(items) - tail :]
    given = shares([size(item) + 2 for item in kept], limit - size(mark) - 4)
    fitted = [fit(item, share - 2)[0] for item, share in zip(kept, given, strict=True)]
    if len(kept) == len(items):
        return fitted
    return [*fitted[:head], mark, *fitted[head:]]


def _fit_dict(entries: dict[str, Any], limit: int) -> dict[str, Any]:
    names = list(entries)
    mark = _mark(len(names), "entries in all", entries)
    sizes = [size(name) + size(entries[name]) + 4 for name in names]
    head, tail = _ends(sizes, limit - size(mark) - 12)
    kept = names[:head] + names[len(names) - tail :]
    given = shares([size(name) + size(entries[name]) + 4 for name in kept], limit - size(mark) - 12)
    fitted: dict[str, Any] = {}
    for at, (name, share) in enumerate(zip(kept, given, strict=True)):
        if at == head and len(kept) < len(names):
            fitted[unused("[cut]", entries)] = mark
        short, value = _fit_entry(name, entries[name], share - 4)
        fitted[unused(short, fitted)] = value
    if not tail and len(kept) < len(names):
        fitted[unused("[cut]", entries)] = mark
    return fitted


def _fit_entry(name: str, value: Any, share: int) -> tuple[str, Any]:
    short = fit(name, max(share - size(value), share // 2))[0]
    return short, fit(value, share - size(short))[0]


def _ends(sizes: Sequence[int], limit: int) -> tuple[int, int]:
    """Return how many pieces of the head and of the tail can be told at all."""
    floor = [min(piece, _SMALLEST * 5) for piece in sizes]
    if sum(floor) <= limit:
        return len(sizes), 0
    head = _count(floor, limit * 2 // 3)
    tail = _count(floor[: head - 1 : -1] if head else floor[::-1], limit - limit * 2 // 3)
    return head, min(tail, len(sizes) - head)


def _count(floor: Iterable[int], room: int) -> int:
    count = 0
    for piece in floor:
        room -= piece
        if room < 0:
            break
        count += 1
    return count
