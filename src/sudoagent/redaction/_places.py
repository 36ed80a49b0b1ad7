"""Secrets that only their place tells: a column of an INSERT, the data of a Kubernetes Secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ._marks import Span
from ._names import Sensitivity

__all__ = ["insert_spans", "manifest_spans"]

_INSERT = re.compile(
    r"insert\s{1,4}(?:into\s{1,4})?[\w.\"`\[\]]{1,128}\s{0,4}\(([^()]{1,2048})\)"
    r"\s{0,4}values\s{0,4}\(",
    re.IGNORECASE,
)
_SQL_VALUE = re.compile(r"\s*(?:'((?:[^']|'')*)'|\"([^\"]*)\"|([^,()'\"]+))\s*([,)])?")
_MOST_ROWS = 64

# “data:” and everything indented below it.
_DATA = re.compile(r"(?m)^(?:stringData|data):[ \t]*\n((?:[ \t]+[^\n]*(?:\n|\Z))+)")
_ENTRY = re.compile(r"(?m)^[ \t]+[\w.-]{1,128}:[ \t]+[\"']?([^\s\"'|>][^\n\"']*)")


def insert_spans(text: str, lowered: str, judge: Callable[[str], Sensitivity]) -> Iterator[Span]:
    """Yield the values that an SQL INSERT puts into columns with a secret's name."""
    if "insert" not in lowered or "values" not in lowered:
        return
    for statement in _INSERT.finditer(text):
        columns = [judge(name) is Sensitivity.SECRET for name in statement[1].split(",")]
        if any(columns):
            yield from _rows(text, statement.end(), columns)


def _rows(text: str, at: int, columns: list[bool]) -> Iterator[Span]:
    for _ in range(_MOST_ROWS):
        for secret in columns:
            value = _SQL_VALUE.match(text, at)
            if value is None:
                return
            at = value.end()
            if secret:
                yield next(value.span(group) for group in (1, 2, 3) if value[group] is not None)
        following = re.compile(r"\s*,\s*\(").match(text, at)
        if following is None:
            return
        at = following.end()


def manifest_spans(text: str, lowered: str) -> Iterator[Span]:
    """Yield the values of a Kubernetes Secret's data, in YAML."""
    if "kind: secret" not in lowered:
        return
    for data in _DATA.finditer(text):
        for entry in _ENTRY.finditer(text, *data.span(1)):
            yield entry.span(1)
