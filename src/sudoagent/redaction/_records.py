"""Secrets whose name stands apart from them: in a table's heading, in what JSON calls a field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..stored import is_subclass
from ._looks import harmless, is_password_like
from ._marks import REDACTED
from ._names import Sensitivity
from ._reading import other_names

__all__ = ["secret_outside", "without_columns"]

Judge = Callable[[str], Sensitivity]

_MOST_COLUMNS = 64


def secret_outside(fields: Sequence[tuple[str, Any]], kind: type, judge: Judge) -> frozenset[str]:
    """Return the fields that go by a secret's name in JSON only."""
    others = other_names(kind)
    if not others:
        return frozenset()
    return frozenset(
        name
        for name, content in fields
        if name in others
        and judge(others[name]) is Sensitivity.SECRET
        and not harmless(content, others[name])
    )


def without_columns(rows: list[Any], judge: Judge) -> list[Any]:
    """Return the rows of a table without the cells below a secret's name.

    A table is a list of lists, or of tuples, of the same length; its first row are its headings.
    """
    headings = _cells(rows[0]) if len(rows) > 1 else None
    if not headings or not 2 <= len(headings) <= _MOST_COLUMNS:
        return rows
    if any(type(heading) is not str for heading in headings):
        return rows
    columns = [at for at, name in enumerate(headings) if judge(name) is Sensitivity.SECRET]
    if not columns:
        return rows
    table = [_cells(row) for row in rows]
    if any(row is None or len(row) != len(headings) for row in table):
        return rows
    return [rows[0], *(_without(row, columns) for row in table[1:] if row is not None)]


def _cells(row: Any) -> list[Any] | None:
    # Read through the base class: the row's own class could answer with code of its own.
    kind = type(row)
    if is_subclass(kind, list):
        return [*list.__iter__(row)]
    return [*tuple.__iter__(row)] if is_subclass(kind, tuple) else None


def _without(cells: list[Any], columns: Sequence[int]) -> list[Any]:
    for at in columns:
        # Below “token”, there may be the words of a text and how often they occur.
        if type(cells[at]) is str and is_password_like(cells[at]):
            cells[at] = REDACTED
    return cells
