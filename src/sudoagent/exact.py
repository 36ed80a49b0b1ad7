"""Scalars of classes that answer for themselves, reduced to what they hold.

A ``float`` subclass whose ``__le__`` always says yes would pass every limit. So policies,
reviewers and the digest are given the base class's value where a class replaces any behaviour of
its base. Classes that only add to it (an ``Email(str)`` with a ``domain``) stay as they are.

Pure.
"""

from __future__ import annotations

import decimal
import enum
import functools
from collections.abc import Callable
from typing import Any

__all__ = ["exact"]

_BASES: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (str, str.__str__),
    (int, int.__int__),
    (float, float.__float__),
    (bytes, lambda value: bytes.__getitem__(value, slice(None))),
    (decimal.Decimal, decimal.Decimal),
)

# How an instance is made and copied, not what it answers.
_MAKING = frozenset(
    {"__new__", "__init__", "__init_subclass__", "__doc__", "__dir__", "__sizeof__"}
)
_COPYING = frozenset({"__getnewargs__", "__reduce__", "__reduce_ex__", "__getstate__"})


def exact(value: Any) -> Any:
    """Return the base class's value of a scalar whose class replaces its behaviour, else itself."""
    reduce = _reduction(type(value))  # type: ignore[arg-type]  # a class can be hashed
    return value if reduce is None else reduce(value)


@functools.lru_cache(maxsize=1024)
def _reduction(kind: type) -> Callable[[Any], Any] | None:
    if kind is bool or issubclass(kind, enum.Enum):
        return None  # their members are not the agent's, and compared by identity
    for base, reduce in _BASES:
        if issubclass(kind, base):
            return reduce if _replaces(kind, base) else None
    return None


def _replaces(kind: type, base: type) -> bool:
    answers = set(dir(base)) - _MAKING - _COPYING
    between = kind.__mro__[: kind.__mro__.index(base)]
    return any(not answers.isdisjoint(vars(own)) for own in between)
