"""What objects store, read without running any of their code.

An argument's class may be the agent's own. So attributes are found where Python keeps them: in the
slots of the classes and in the instance's dictionary, never by asking the object, its class or its
metaclass.

Pure.
"""

from __future__ import annotations

import collections
import decimal
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

__all__ = [
    "added_fields",
    "bases",
    "contained",
    "contents",
    "instance_dict",
    "is_subclass",
    "record_fields",
    "slot_members",
    "slots",
]

# Looked up on ``type`` itself: a metaclass cannot answer in its place.
_MRO = type.__dict__["__mro__"]
_DICT = type.__dict__["__dict__"]

_BUILT_IN = frozenset(
    {
        *(str, int, float, bytes, bytearray, decimal.Decimal),
        *(dict, list, tuple, set, frozenset),
        *(collections.deque, collections.OrderedDict, collections.defaultdict, collections.Counter),
    }
)


def bases(kind: type) -> tuple[type, ...]:
    """Return the class and its bases, in the order in which attributes are looked up."""
    order: tuple[type, ...] = _MRO.__get__(kind)
    return order


def is_subclass(kind: type, base: type) -> bool:
    """``issubclass`` by the method resolution order alone."""
    return base in bases(kind)


def contents(kind: type) -> types.MappingProxyType[str, Any]:
    """Return what the class itself holds."""
    own: types.MappingProxyType[str, Any] = _DICT.__get__(kind)
    return own


# Each look takes microseconds: somebody who changes it all the time is not changing data.
_LOOKS = 1000
_READERS: tuple[tuple[type, Callable[[Any], Iterable[Any]]], ...] = (
    (dict, dict.items),
    (set, set.__iter__),
    (frozenset, frozenset.__iter__),
    (collections.deque, collections.deque.__iter__),
)


def contained(value: Any) -> list[Any]:
    """Return the pairs of a dictionary, the items of a set or a deque, as the base class has them.

    Another thread may be changing it meanwhile, which Python notices; then it is read again. Raises
    ``RuntimeError`` when that does not end.
    """
    read = next(read for base, read in _READERS if is_subclass(type(value), base))
    for _ in range(_LOOKS - 1):
        try:
            return list(read(value))
        except RuntimeError:
            continue
    return list(read(value))


def slot_members(classes: Sequence[type]) -> Iterator[types.MemberDescriptorType]:
    """Yield the slots that these classes give to their instances."""
    for base in reversed(classes):
        for name, member in contents(base).items():
            if type(member) is types.MemberDescriptorType and name != "__dict__":
                yield member


def slots(value: object) -> Iterator[tuple[types.MemberDescriptorType, Any]]:
    """Yield the slots of an object that are set, with what is in them."""
    return _set_slots(value, bases(type(value)))


def instance_dict(value: object) -> dict[str, Any]:
    """Return the object's own dictionary, not a copy; an empty one when it has none.

    A copy where somebody has put a dictionary of a class of his own in its place.
    """
    for base in bases(type(value)):
        found = contents(base).get("__dict__")
        if type(found) in (types.GetSetDescriptorType, types.MemberDescriptorType):
            own: dict[str, Any] = found.__get__(value)  # type: ignore[union-attr]  # by its type
            return own if type(own) is dict else dict(contained(own))
    return {}


def record_fields(value: object) -> Iterator[tuple[str, Any]]:
    """Yield the stored attributes of an object, by name."""
    for slot, stored in slots(value):
        yield slot.__name__, stored
    yield from contained(instance_dict(value))


def added_fields(value: object) -> list[tuple[str, Any]]:
    """Return the attributes that a value of a class derived from a built-in one carries besides.

    What it is as that base is not among them. For all other values the list is empty.
    """
    kind = type(value)
    if kind in _BUILT_IN:
        return []
    order = bases(kind)
    if _BUILT_IN.isdisjoint(order):
        return []
    own = [base for base in order if base not in _BUILT_IN]
    found = [(slot.__name__, stored) for slot, stored in _set_slots(value, own)]
    return found + contained(instance_dict(value))


def _set_slots(
    value: object, classes: Sequence[type]
) -> Iterator[tuple[types.MemberDescriptorType, Any]]:
    for member in slot_members(classes):
        try:
            yield member, member.__get__(value)
        except AttributeError:
            continue  # never set
