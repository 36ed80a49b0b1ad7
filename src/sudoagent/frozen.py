"""Deep, read-only snapshots of argument values.

A policy, a reviewer and the log must all judge the same values, and an agent keeps references to
the mutable objects that it passed. So containers and records are copied when the call is bound.
What is not known to be data (a database client, an open file) is passed by reference.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import msgspec

__all__ = ["FrozenDict", "FrozenList", "freeze", "is_record", "record_fields"]

# Deeper than any argument that a person could judge, shallower than the interpreter's stack.
MAX_DEPTH = 64

_SCALARS = frozenset({str, int, float, bool, type(None), bytes, complex})


def _refuse(*_: object, **__: object) -> NoReturn:
    raise TypeError("the arguments of a guarded call are read-only")


class FrozenDict(dict[Any, Any]):
    """A ``dict`` that refuses to be changed."""

    __slots__ = ()
    __setitem__ = __delitem__ = __ior__ = _refuse  # type: ignore[assignment]
    clear = pop = popitem = setdefault = update = _refuse  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        # Whoever copies or pickles it means to own the copy: it is a plain dict.
        return (dict, (dict(self),))


class FrozenList(list[Any]):
    """A ``list`` that refuses to be changed."""

    __slots__ = ()
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse  # type: ignore[assignment]
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        # Whoever copies or pickles it means to own the copy: it is a plain list.
        return (list, (list(self),))


def freeze(value: Any, depth: int = MAX_DEPTH) -> Any:
    """Return a read-only snapshot of a value.

    Lists, dictionaries and records stay instances of their own kind (``FrozenList`` is a ``list``,
    a dataclass stays that dataclass), sets become ``frozenset``, ``bytearray`` becomes ``bytes``.
    What cannot change is returned itself, and so are objects that are not known to be data and
    whatever lies deeper than 64 levels. No method of the value is called.
    """
    kind = type(value)
    if kind in _SCALARS or depth == 0:
        return value
    for base, copy in _CONTAINERS:
        if isinstance(value, base):
            return copy(value, depth - 1)
    if is_record(value):
        return _freeze_record(value, depth - 1)
    return value


def _freeze_dict(value: dict[Any, Any], depth: int) -> FrozenDict:
    # The base class's own iteration: a subclass could show a policy something else than its items.
    return FrozenDict({freeze(k, depth): freeze(v, depth) for k, v in dict.items(value)})


def _freeze_list(value: list[Any], depth: int) -> FrozenList:
    return FrozenList([freeze(item, depth) for item in list.__iter__(value)])


def _freeze_tuple(value: tuple[Any, ...], depth: int) -> tuple[Any, ...]:
    items = [freeze(item, depth) for item in tuple.__iter__(value)]
    if all(map(operator.is_, items, tuple.__iter__(value))):
        return value
    return tuple.__new__(type(value), items)


def _freeze_set(value: set[Any] | frozenset[Any], depth: int) -> frozenset[Any]:
    base = set if isinstance(value, set) else frozenset
    return frozenset([freeze(item, depth) for item in base.__iter__(value)])


def _freeze_bytes(value: bytearray, depth: int) -> bytes:
    return bytes(value)


_CONTAINERS: tuple[tuple[type, Callable[[Any, int], Any]], ...] = (
    (dict, _freeze_dict),
    (list, _freeze_list),
    (tuple, _freeze_tuple),
    (set, _freeze_set),
    (frozenset, _freeze_set),
    (bytearray, _freeze_bytes),
)

# What dataclasses, attrs and pydantic leave on their classes.
_RECORD_MARKS = ("__dataclass_fields__", "__attrs_attrs__", "__pydantic_fields__")


def is_record(value: object) -> bool:
    """Whether this is an instance of a dataclass, or of an attrs, pydantic or msgspec class."""
    kind = type(value)
    if issubclass(kind, type):
        return False
    return issubclass(kind, msgspec.Struct) or any(
        mark in vars(base) for base in kind.__mro__ for mark in _RECORD_MARKS
    )


def record_fields(value: object) -> Iterator[tuple[str, Any]]:
    """Yield the stored attributes of a record, by name, without running a property of its class."""
    seen = set()
    for name in _slots(type(value)):
        try:
            stored = object.__getattribute__(value, name)
        except AttributeError:
            continue
        seen.add(name)
        yield name, stored
    for name, stored in _own_dict(value).items():
        if name not in seen:
            yield name, stored


def _own_dict(value: object) -> dict[str, Any]:
    try:
        found = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return dict(found)


def _slots(kind: type) -> Iterator[str]:
    if issubclass(kind, msgspec.Struct):
        yield from kind.__struct_fields__
        return
    for base in reversed(kind.__mro__):
        declared = vars(base).get("__slots__", ())
        for name in (declared,) if isinstance(declared, str) else tuple(declared):
            if name in ("__dict__", "__weakref__"):
                continue
            private = name.startswith("__") and not name.endswith("__")
            yield f"_{base.__name__.lstrip('_')}{name}" if private else name


def _freeze_record(value: Any, depth: int) -> Any:
    fields = {name: freeze(stored, depth) for name, stored in record_fields(value)}
    if isinstance(value, msgspec.Struct):
        clone = msgspec.Struct.__copy__(value)  # type: ignore[attr-defined]
        for name, stored in fields.items():
            msgspec.structs.force_setattr(clone, name, stored)
        return clone
    clone = object.__new__(type(value))
    for name, stored in fields.items():
        object.__setattr__(clone, name, stored)
    return clone
