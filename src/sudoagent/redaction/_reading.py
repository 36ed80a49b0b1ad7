"""Reads objects without running any of their code: no ``repr``, property, ``__iter__`` or hook.

An argument's class may be the agent's own, and showing a call comes before deciding about it.
"""

from __future__ import annotations

import gc
import types
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec

from ..stored import bases, contents, instance_dict, is_subclass
from ._secret import is_marked

__all__ = [
    "describe",
    "describe_function",
    "fields_of",
    "full_name",
    "holds_secret",
    "other_names",
    "parameters_of",
    "secret_fields",
    "texts_in",
    "tuple_fields",
    "type_name",
    "underlying",
]

# Looked up on ``type`` itself: a metaclass cannot answer in its place.
_QUALNAME = type.__dict__["__qualname__"]
_MODULE = type.__dict__["__module__"]
_STRUCT_FIELDS = vars(msgspec.StructMeta)["__struct_fields__"]

_ENCODED_FIELDS = vars(msgspec.StructMeta)["__struct_encode_fields__"]
# What settings are read from says most, so it comes last.
_ALIASES = ("serialization_alias", "alias", "validation_alias")
_MISSING = object()
# Names on a class that say: my instances are records.
_DECLARATIONS = ("__dataclass_fields__", "__attrs_attrs__", "__pydantic_fields__")


def type_name(kind: type) -> str:
    """Return the class's own name."""
    return _word(_QUALNAME.__get__(kind)).rpartition(".")[2]


def describe(value: object) -> str:
    """Return ``<module.Class object>``."""
    return f"<{full_name(type(value))} object>"


def describe_function(function: types.FunctionType) -> str:
    """Return ``<function module.name>``."""
    return f"<function {_word(function.__module__)}.{_word(function.__qualname__)}>"


def _word(name: object) -> str:
    # A subclass of ``str`` could answer with code of its own.
    return name if type(name) is str else "?"


def full_name(kind: type) -> str:
    """Return the class's module and qualified name; built-in classes go without a module."""
    name = _word(_QUALNAME.__get__(kind))
    try:
        module = _MODULE.__get__(kind)
    except AttributeError:
        module = None
    plain = type(module) is str and module != "builtins"
    return f"{module}.{name}" if plain else name


def underlying(proxy: types.MappingProxyType[Any, Any]) -> object:
    """Return what a mapping proxy shows; asking the proxy would ask the mapping."""
    (mapping,) = gc.get_referents(proxy)
    return mapping


def fields_of(value: object) -> list[tuple[str, Any]] | None:
    """Return the stored fields of a record, declared ones first; ``None`` for other objects.

    Records are instances of dataclasses, of attrs, pydantic and msgspec classes, and
    ``SimpleNamespace``.
    """
    kind = type(value)
    declared = _declared(kind)
    if declared is None:
        return None
    stored = instance_dict(value).copy()
    names = dict.fromkeys([*declared, *(name for name in stored if type(name) is str)])
    found = []
    for name in names:
        content = _stored(value, kind, name, stored)
        if content is not _MISSING:
            found.append((name, content))
    return found


def secret_fields(kind: type) -> frozenset[str]:
    """Return the names of the fields that are marked with ``Secret``."""
    marked: set[str] = set()
    for base in bases(kind):
        annotations = contents(base).get("__annotations__")
        if type(annotations) is dict:
            marked.update(
                name
                for name, annotation in annotations.items()
                if type(name) is str and is_marked(annotation)
            )
    return frozenset(marked)


def parameters_of(kind: type) -> tuple[str, ...]:
    """Return the names of a constructor's positional parameters, where Python code names them."""
    constructor = _on_class(kind, "__init__")
    if type(constructor) is not types.FunctionType:
        return ()
    code = constructor.__code__
    return code.co_varnames[1 : code.co_argcount]


def other_names(kind: type) -> dict[str, str]:
    """Return what the fields of a pydantic or msgspec class are called outside, where given."""
    if is_subclass(type(kind), msgspec.StructMeta):
        names = zip(_STRUCT_FIELDS.__get__(kind), _ENCODED_FIELDS.__get__(kind), strict=False)
        return {name: other for name, other in names if name != other}
    fields = _on_class(kind, "__pydantic_fields__")
    if type(fields) is not dict:
        return {}
    found = {}
    for name, field in fields.items():
        for kind_of_alias in _ALIASES:
            alias = _stored(field, type(field), kind_of_alias, {})
            if type(name) is type(alias) is str and alias != name:
                found[name] = alias
    return found


def tuple_fields(kind: type) -> list[str] | None:
    """Return the field names of a named tuple's class; ``None`` for other tuples."""
    names = _on_class(kind, "_fields")
    if kind is tuple or type(names) is not tuple:
        return None
    return [name for name in names if type(name) is str]


def holds_secret(kind: type) -> bool:
    """Whether instances of the class are pydantic's wrappers for secrets."""
    return any(
        type_name(base) in _WRAPPERS and full_name(base).startswith("pydantic.")
        for base in bases(kind)
    )


def texts_in(value: object) -> list[str]:
    """Return the texts in a text, or directly in a container."""
    kind = type(value)
    if kind is str:
        return [value]  # type: ignore[list-item]  # the exact type was compared
    inside: Iterable[object] = ()
    if is_subclass(kind, dict):
        inside = dict.values(value)  # type: ignore[arg-type]
    elif is_subclass(kind, list):
        inside = list.__iter__(value)  # type: ignore[arg-type]
    elif is_subclass(kind, tuple):
        inside = tuple.__iter__(value)  # type: ignore[arg-type]
    return [part for part in islice(inside, _MOST_TEXTS) if type(part) is str]


_WRAPPERS = frozenset({"SecretStr", "SecretBytes", "Secret", "_SecretBase"})
_MOST_TEXTS = 100


def _declared(kind: type) -> list[str] | None:
    if kind is types.SimpleNamespace:
        return []
    if is_subclass(type(kind), msgspec.StructMeta):
        return [name for name in _STRUCT_FIELDS.__get__(kind) if type(name) is str]
    for base in bases(kind):
        own = contents(base)
        for mark in _DECLARATIONS:
            if mark in own:
                return list(_declared_names(own[mark]))
    return None


def _declared_names(declaration: object) -> Iterator[str]:
    if type(declaration) is dict:
        yield from (name for name in declaration if type(name) is str)
    elif is_subclass(type(declaration), tuple):
        attributes: Iterator[object] = tuple.__iter__(declaration)  # type: ignore[arg-type]
        for attribute in attributes:
            name = _stored(attribute, type(attribute), "name", {})
            if type(name) is str:
                yield name


def _stored(value: object, kind: type, name: str, stored: dict[Any, Any]) -> Any:
    slot = _on_class(kind, name)
    if type(slot) is types.MemberDescriptorType:
        try:
            return slot.__get__(value)
        except AttributeError:
            return _MISSING
    return stored.get(name, _MISSING)


def _on_class(kind: type, name: str) -> object:
    """Return what the class or its bases hold under a name, unbound; ``None`` for nothing."""
    for base in bases(kind):
        own = contents(base)
        if name in own:
            return own[name]
    return None
