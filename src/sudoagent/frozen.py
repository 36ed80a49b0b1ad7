"""Deep, read-only snapshots of argument values.

A policy, a reviewer and the log must all judge the same values, and an agent keeps references to
the mutable objects that it passed. So containers and records are copied when the call is bound.
What is not known to be data (a database client, an open file) is passed by reference.
"""

from __future__ import annotations

import collections
import enum
import functools
import operator
import types
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NoReturn, TypeVar

import msgspec

from .exact import exact
from .stored import added_fields, bases, contained, instance_dict, is_subclass, slot_members, slots

__all__ = [
    "SCALARS",
    "Freezer",
    "FrozenDict",
    "FrozenList",
    "freeze",
    "is_record",
]

T = TypeVar("T")

# Deeper than any argument that a person could judge, shallower than the interpreter's stack.
MAX_DEPTH = 64

# What cannot change, by exact type.
SCALARS = frozenset({str, int, float, bool, type(None), bytes, complex})


def _refuse(*_: object, **__: object) -> NoReturn:
    raise TypeError("the arguments of a guarded call are read-only")


class FrozenDict(dict[Any, Any]):
    """A ``dict`` that refuses to be changed."""

    __slots__ = ()
    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        # Whoever copies or pickles it means to own the copy: it is a plain dict.
        return (dict, (dict(self),))


class FrozenList(list[Any]):
    """A ``list`` that refuses to be changed."""

    __slots__ = ()
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        # Whoever copies or pickles it means to own the copy: it is a plain list.
        return (list, (list(self),))


def freeze(value: Any) -> Any:
    """Return a read-only snapshot of a value.

    Lists, dictionaries and records stay instances of their own kind (``FrozenList`` is a ``list``,
    a dataclass stays that dataclass), sets become ``frozenset``, ``bytearray`` becomes ``bytes``,
    ``deque`` a list. A string or number whose class replaces what the base class does becomes the
    base class's value. Attributes that such a value carries besides are kept. What cannot change
    is returned itself, and so are objects that are not known to be data and whatever lies deeper
    than 64 levels. No method of the value is called.
    """
    return Freezer().freeze(value)


class Freezer:
    """Takes snapshots that belong together: what is shared or cyclic stays shared or cyclic.

    So no structure takes longer to copy than it has parts. ``kept`` are objects to leave alone.
    """

    __slots__ = ("_copies",)

    def __init__(self, *kept: object) -> None:
        # The originals are held, too: the id of one that was dropped meanwhile could come back.
        self._copies: dict[int, tuple[Any, Any]] = {id(one): (one, one) for one in kept}

    def freeze(self, value: Any, depth: int = MAX_DEPTH) -> Any:
        """Return a read-only snapshot, as `sudoagent.frozen.freeze` does."""
        kind = type(value)
        if kind in SCALARS or depth == 0:
            return value
        known = self._copies.get(id(value))
        if known is not None:
            return known[1]
        if issubclass(kind, enum.Enum):
            return value  # the program's own, and compared by identity
        added = added_fields(value)
        copy = self._without_added(kind, value, depth)
        return self._carrying(kind, value, copy, added, depth) if added else copy

    def _without_added(self, kind: type, value: Any, depth: int) -> Any:
        # By type(), not isinstance(), which believes what an object says about its __class__.
        for base, copy in _CONTAINERS:
            if issubclass(kind, base):
                return copy(self, value, depth - 1)
        if is_record(value):
            return self._record(value, depth - 1)
        return exact(value)

    def _carrying(
        self, kind: type, value: Any, copy: Any, added: list[tuple[str, Any]], depth: int
    ) -> Any:
        """Return the copy with frozen attributes, of the value's own class where it can be."""
        own = type(copy) is kind and not hasattr(kind, "__del__")
        base = next(base for base in _CARRIERS if is_subclass(type(copy), base))
        carrier = self._keep(value, _again(base, kind if own else _CARRIERS[base], copy))
        held, placed = instance_dict(carrier), slot_members(bases(type(carrier)))
        by_name = {member.__name__: member for member in placed}
        for name, stored in added:
            frozen = self.freeze(stored, depth - 1)
            if name in by_name:
                by_name[name].__set__(carrier, frozen)
            else:
                held[name] = frozen
        return carrier

    def _keep(self, value: Any, copy: T) -> T:
        self._copies[id(value)] = (value, copy)
        return copy

    # Each copies its items in one step first: another thread may be changing the original. Items
    # are read through the base class: a subclass could show a policy something else than it holds.

    def _dict(self, value: dict[Any, Any], depth: int) -> FrozenDict:
        copy = self._keep(value, FrozenDict())
        for key, item in contained(value):
            dict.__setitem__(copy, self.freeze(key, depth), self.freeze(item, depth))
        return copy

    def _list(self, value: list[Any], depth: int) -> FrozenList:
        return self._filled(value, list(list.__iter__(value)), depth)

    def _deque(self, value: collections.deque[Any], depth: int) -> FrozenList:
        return self._filled(value, contained(value), depth)

    def _filled(self, value: Any, items: list[Any], depth: int) -> FrozenList:
        copy = self._keep(value, FrozenList())
        list.extend(copy, (self.freeze(item, depth) for item in items))
        return copy

    def _tuple(self, value: tuple[Any, ...], depth: int) -> tuple[Any, ...]:
        items = [self.freeze(item, depth) for item in tuple.__iter__(value)]
        if all(map(operator.is_, items, tuple.__iter__(value))):
            return value
        # A tuple in a cycle was copied on the way, when the cycle came back to it.
        known = self._copies.get(id(value))
        copy: tuple[Any, ...] = known[1] if known else tuple.__new__(type(value), items)
        return self._keep(value, copy)

    def _set(self, value: set[Any] | frozenset[Any], depth: int) -> frozenset[Any]:
        items = contained(value)
        frozen = [self.freeze(item, depth) for item in items]
        if type(value) is frozenset and all(map(operator.is_, frozen, items)):
            return value
        return self._keep(value, frozenset(frozen))

    def _bytes(self, value: bytearray, depth: int) -> bytes:
        return self._keep(value, bytes(value))

    def _record(self, value: Any, depth: int) -> Any:
        struct = isinstance(value, msgspec.Struct)
        copy = self._keep(value, _copied_struct(value) if struct else _blank(type(value)))
        for slot, stored in slots(value):
            frozen = self.freeze(stored, depth)
            if struct:
                msgspec.structs.force_setattr(copy, slot.__name__, frozen)
            else:
                slot.__set__(copy, frozen)
        held = instance_dict(copy)
        for name, stored in contained(instance_dict(value)):
            held[name] = self.freeze(stored, depth)
        return copy


_CONTAINERS: tuple[tuple[type, Callable[[Freezer, Any, int], Any]], ...] = (
    (dict, Freezer._dict),
    (list, Freezer._list),
    (tuple, Freezer._tuple),
    (set, Freezer._set),
    (frozenset, Freezer._set),
    (bytearray, Freezer._bytes),
    (collections.deque, Freezer._deque),
)


def _carrier(base: type) -> type:
    return type(base.__name__, (base,), {"__setattr__": _refuse, "__delattr__": _refuse})


# For the attributes of a value whose own class is not to be had for a snapshot.
_FROZEN = (FrozenDict, FrozenList, tuple, frozenset, bytes, str, int, float, Decimal)
_CARRIERS: dict[type, type] = {base: _carrier(base) for base in _FROZEN}


def _again(base: type, kind: type, copy: Any) -> Any:
    """Return the same value as an instance of ``kind``, made by the base class alone."""
    made: Any
    if base is FrozenDict:
        made = dict.__new__(kind)
        dict.update(made, copy)
        return made
    if base is FrozenList:
        made = list.__new__(kind)
        list.extend(made, copy)
        return made
    if base is tuple:
        return tuple.__new__(kind, tuple.__iter__(copy))
    return base.__new__(kind, copy)


# What dataclasses, attrs and pydantic leave on their classes.
_RECORD_MARKS = ("__dataclass_fields__", "__attrs_attrs__", "__pydantic_fields__")


def is_record(value: object) -> bool:
    """Whether this is data with named fields that can be copied without running its code.

    That is an instance of a dataclass, of an attrs, pydantic or msgspec class, or a
    ``SimpleNamespace``; not an enum member, and nothing that cleans up after itself.
    """
    return _makes_records(type(value))  # type: ignore[arg-type]  # a class can be hashed


@functools.lru_cache(maxsize=1024)
def _makes_records(kind: type) -> bool:
    # A copy that ends would run __del__, and close what the original still uses.
    if issubclass(kind, type | enum.Enum) or hasattr(kind, "__del__"):
        return False
    if issubclass(kind, msgspec.Struct) or kind is types.SimpleNamespace:
        return True
    if not any(mark in vars(base) for base in kind.__mro__ for mark in _RECORD_MARKS):
        return False
    try:
        object.__new__(kind)
    except TypeError:
        return False  # it extends a class written in C, such as an exception, and holds more
    return True


def _copied_struct(value: msgspec.Struct) -> msgspec.Struct:
    return msgspec.Struct.__copy__(value)  # type: ignore[attr-defined,no-any-return]  # its stubs


def _blank(kind: type) -> Any:
    return kind() if kind is types.SimpleNamespace else object.__new__(kind)
