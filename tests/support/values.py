"""Argument values of every kind that is data: strategies, and records to build them from."""

from __future__ import annotations

import collections
import dataclasses
import enum
import types
from typing import Any, NamedTuple

import attrs
import msgspec
import pydantic
from hypothesis import strategies as st

__all__ = ["RECORDS", "Colour", "Pair", "values"]


class Colour(enum.Enum):
    RED = "red"
    GREEN = "green"


class Pair(NamedTuple):
    left: Any
    right: Any


@dataclasses.dataclass
class Plain:
    content: Any


@dataclasses.dataclass(frozen=True, slots=True)
class Slotted:
    content: Any


@attrs.define
class Attrs:
    content: Any


class Struct(msgspec.Struct, frozen=True):
    content: Any


class Model(pydantic.BaseModel):
    content: Any


def _namespace(content: Any) -> types.SimpleNamespace:
    return types.SimpleNamespace(content=content)


def _model(content: Any) -> Model:
    # Not by keyword: pydantic would copy what it validates.
    return Model.model_construct(content=content)


RECORDS = [Plain, Slotted, Attrs, Struct, _model, _namespace]

_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.binary(max_size=8)
    | st.decimals(allow_nan=False, places=2)
    | st.datetimes()
    | st.dates()
    | st.uuids()
    | st.sampled_from(Colour)
    | st.fractions(max_denominator=100)
)
_hashable = st.recursive(_scalars, lambda inner: st.tuples(inner, inner), max_leaves=4)


def _composed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return (
        st.lists(inner, max_size=3)
        | st.dictionaries(_hashable, inner, max_size=3)
        | st.lists(inner, max_size=2).map(tuple)
        | st.sets(_hashable, max_size=3)
        | st.frozensets(_hashable, max_size=3)
        | st.binary(max_size=8).map(bytearray)
        | st.dictionaries(st.text(max_size=4), inner, max_size=2).map(collections.OrderedDict)
        | st.tuples(inner, inner).map(lambda two: Pair(*two))
        | st.tuples(st.sampled_from(RECORDS), inner).map(lambda made: made[0](made[1]))
    )


values = st.recursive(_scalars, _composed, max_leaves=8)
"""Any argument that is data, nested."""
