"""Walks a value and reduces it to JSON's types, redacting by name and by shape on the way.

The walk is bounded in depth, in number of parts and in characters, and survives cycles. It calls
no method that the value's class could have replaced.
"""

from __future__ import annotations

import collections
import enum
import types
from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice
from typing import Any

from ..stored import added_fields, is_subclass
from ._exceptions import learn, lines_of
from ._json import compact, spoken, unused
from ._labels import argument_list_spans, is_login, is_pair_label, labelled_values
from ._looks import harmless, looks_random
from ._marks import REDACTED, TOO_DEEP, TOO_MUCH, UNREADABLE
from ._names import Sensitivity
from ._plain import KNOWN, as_name, as_text, bytes_text, is_single, member, number
from ._reading import (
    describe,
    describe_function,
    fields_of,
    full_name,
    holds_secret,
    secret_fields,
    texts_in,
    tuple_fields,
    underlying,
)
from ._records import secret_outside, without_columns
from ._replacing import replaced
from ._structures import is_complaint, only_describes
from ._text import LONGEST

__all__ = ["Walk"]

MAX_DEPTH = 40
MAX_PARTS = 20_000
MAX_CHARACTERS = 128 * 1024

_SHORTEST_CARD = 12
_EMPTY: frozenset[str] = frozenset()


class Walk:
    """One walk over one value.

    ``judge`` decides about names, ``clean`` redacts a text. Afterwards ``cut`` says whether
    something was left out, ``uninspectable`` whether something could not be read, ``obscured``
    whether a secret was taken out where it could hide something else, and ``found`` holds the texts
    that were taken out because of their names.
    """

    def __init__(
        self,
        judge: Callable[[str], Sensitivity],
        clean: Callable[[str], str],
        *,
        parts: int = MAX_PARTS,
        characters: int = MAX_CHARACTERS,
    ) -> None:
        self._judge = judge
        self._clean = clean
        self._parts = parts
        self._characters = characters
        self._open: set[int] = set()
        self.cut = False
        self.uninspectable = False
        self.obscured = False
        self.found: set[str] = set()

    def value(self, value: Any, name: str | None = None, *, secret: bool = False) -> Any:
        """Return the value as it may leave the process. Never raises."""
        try:
            return self._secret(value) if secret else self._named(value, name, MAX_DEPTH)
        except Exception:  # whatever a value does, it does not stop a decision or its record
            self.uninspectable = True
            return UNREADABLE

    def _secret(self, value: Any) -> str:
        self.found.update(texts_in(value))
        return REDACTED

    def _named(self, value: Any, name: str | None, depth: int) -> Any:
        sensitivity = Sensitivity.PLAIN if name is None else self._judge(name)
        if sensitivity is Sensitivity.PLAIN:
            return self._any(value, depth)
        if sensitivity is Sensitivity.SECRET:
            assert name is not None
            if harmless(value, name):
                return value
            if only_describes(value, name) or (type(value) is str and is_complaint(value)):
                return self._any(value, depth)
            # One value is what its name says; a structure can hold anything.
            self.obscured = self.obscured or not is_single(type(value))
            return self._secret(value)
        if type(value) is str:
            return self._secret(value) if looks_random(value) else self._text(value)
        if is_subclass(type(value), list):
            return self._sequence(list.__iter__(value), depth, name)
        if is_login(value, name):
            return [self._text(value[0]), self._secret(value[1])]
        return self._any(value, depth)

    def _any(self, value: Any, depth: int) -> Any:
        if value is None or value is True or value is False:
            return value
        self._parts -= 1
        if self._parts < 0:
            self.cut = True
            return TOO_MUCH
        kind = type(value)
        if kind is str:
            return self._text(value)
        if kind is int or kind is float:
            return self._number(value)
        if depth == 0:
            self.cut = True
            return TOO_DEEP
        return self._composite(value, kind, depth - 1)

    def _composite(self, value: Any, kind: type, depth: int) -> Any:
        known = KNOWN.get(kind)
        if known is not None:
            text = known(value)
            return self._opaque(describe(value)) if text is None else self._text(text)
        if id(value) in self._open:
            self.cut = True
            return "[cut: contains itself]"
        self._open.add(id(value))
        try:
            return self._container(value, kind, depth)
        finally:
            self._open.discard(id(value))

    def _container(self, value: Any, kind: type, depth: int) -> Any:
        if is_subclass(kind, enum.Enum):
            label, content = member(value)
            return self._text(f"{label} = {self._any(content, depth)}")
        for base, reduce in _CONTAINERS.items():
            if is_subclass(kind, base):
                return self._with_added(value, reduce(self, value, depth), depth)
        return self._record(value, kind, depth)

    def _with_added(self, value: Any, reduced: Any, depth: int) -> Any:
        # The function may use just what is not seen in the value itself.
        added = added_fields(value)
        if not added:
            return reduced
        before = self.uninspectable
        fields = self._mapping(added, depth, secret_fields(type(value)))
        self.uninspectable = before  # objects beside data are not held against a call
        return {unused("(itself)", fields): reduced, **fields}

    def _record(self, value: Any, kind: type, depth: int) -> Any:
        if is_subclass(kind, type):
            return self._opaque(f"<class {full_name(value)}>")
        if kind is types.FunctionType:
            return self._opaque(describe_function(value))
        if holds_secret(kind):
            return REDACTED
        fields = fields_of(value)
        if fields is None:
            return self._opaque(describe(value))
        marked = secret_fields(kind) | secret_outside(fields, kind, self._judge)
        return self._mapping(fields, depth, marked)

    def _opaque(self, text: str) -> str:
        self.uninspectable = True
        return as_text(text)

    def _text(self, text: str) -> str:
        text = as_text(text)
        if len(text) > min(self._characters, LONGEST):
            self.cut = True
            if not self._characters:
                return TOO_MUCH
        self._characters = max(self._characters - len(text), 0)
        return self._cleaned(text)

    def _cleaned(self, text: str) -> str:
        # Whoever writes the text says where the secret in it begins and ends.
        cleaned = self._clean(text)
        self.obscured = self.obscured or cleaned != text
        return cleaned

    def _number(self, value: int | float) -> int | float | str:
        reduced = number(value)
        if isinstance(reduced, float) or len(str(reduced)) < _SHORTEST_CARD:
            return reduced
        if isinstance(reduced, str) and reduced.startswith("<"):
            self.cut = True
            return reduced
        # Card numbers are passed as numbers, too.
        cleaned = self._cleaned(str(reduced))
        return reduced if cleaned == str(reduced) else cleaned

    def _dict(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        return self._mapping(dict.items(value), depth)

    def _proxy(self, value: Any, depth: int) -> Any:
        return self._any(underlying(value), depth)

    def _mapping(
        self, items: Iterable[tuple[Any, Any]], depth: int, marked: frozenset[str] = _EMPTY
    ) -> dict[str, Any]:
        pairs = list(islice(items, max(self._parts, 0) + 1))
        hidden = labelled_values(pairs, self._judge)
        reduced: dict[str, Any] = {}
        for key, content in pairs:
            name = as_name(key)
            shown = unused(self._key(key, depth), reduced)
            if self._parts < 0:
                self.cut = True
                reduced[shown] = TOO_MUCH
                break
            if name in marked or name in hidden:
                reduced[shown] = self._secret(content)
            else:
                reduced[shown] = self._named(content, name, depth)
        return reduced

    def _key(self, key: Any, depth: int) -> str:
        if type(key) is str:
            return self._text(key)
        shown = self._any(key, depth)
        return shown if isinstance(shown, str) else compact(shown)

    def _list(self, value: list[Any], depth: int) -> list[Any]:
        return self._sequence(list.__iter__(value), depth)

    def _tuple(self, value: tuple[Any, ...], depth: int) -> Any:
        names = tuple_fields(type(value))
        if names is not None:
            return self._mapping(zip(names, tuple.__iter__(value), strict=False), depth)
        return self._sequence(tuple.__iter__(value), depth, pair=True)

    def _set(self, value: Any, depth: int) -> list[Any]:
        base = frozenset if is_subclass(type(value), frozenset) else set
        return sorted(self._sequence(base.__iter__(value), depth), key=compact)

    def _deque(self, value: Any, depth: int) -> list[Any]:
        return self._sequence(collections.deque.__iter__(value), depth)

    def _sequence(
        self, items: Iterable[Any], depth: int, name: str | None = None, *, pair: bool = False
    ) -> list[Any]:
        parts = without_columns(list(islice(items, max(self._parts, 0) + 1)), self._judge)
        if is_pair_label(parts, self._judge, loose=pair):
            self.obscured = True  # it may be a command and its argument
            return [self._any(parts[0], depth), self._secret(parts[1])]
        hidden = argument_list_spans(parts, self._judge)
        reduced: list[Any] = []
        for at, part in enumerate(parts):
            if self._parts < 0:
                self.cut = True
                reduced.append(TOO_MUCH)
                break
            if at in hidden:
                self._parts -= 1
                self.obscured = True
                reduced.append(self._clean(as_text(replaced(part, hidden[at]))))
            else:
                reduced.append(self._named(part, name, depth))
        return reduced

    def _exception(self, value: BaseException, depth: int) -> str:
        told = partial(learn, self.found, self._judge)
        lines = lines_of(value, lambda part: spoken(self._any(part, depth)), told)
        return "\n".join(map(self._text, lines))

    def _bytes(self, value: Any, depth: int) -> str:
        return f"b'{self._text(bytes_text(value))}'"


# By base class, first match wins; each method reads through the base class's own methods.
_CONTAINERS: dict[type, Callable[[Walk, Any, int], Any]] = {
    dict: Walk._dict,
    types.MappingProxyType: Walk._proxy,
    list: Walk._list,
    tuple: Walk._tuple,
    set: Walk._set,
    frozenset: Walk._set,
    collections.deque: Walk._deque,
    bytes: Walk._bytes,
    bytearray: Walk._bytes,
    memoryview: Walk._bytes,
    BaseException: Walk._exception,
    str: lambda walk, value, depth: walk._any(str.__str__(value), depth),
    int: lambda walk, value, depth: walk._any(int.__int__(value), depth),
    float: lambda walk, value, depth: walk._any(float.__float__(value), depth),
}
