"""What of a call is shown on one screen.

Nothing may push anything else out of sight: not the length of a value, not the number of
arguments, not the agent's own words. What does not fit is cut, and said to be.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from ..display import cut, visible
from ..review.request import Argument

__all__ = ["TITLE", "Layout", "Row", "lay_out", "short"]

# A terminal has at least 24 lines of 80 characters; the frame and the question need a few.
_LINES = 16
_WIDTH = 60
_NAME = 30
TITLE = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One argument on the screen. ``cut`` says that part of it is not shown."""

    name: str
    text: str
    cut: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """The arguments on the screen. ``missing`` is the number of those that did not fit."""

    rows: tuple[Row, ...]
    missing: int

    @property
    def complete(self) -> bool:
        """Whether all of it is on the screen."""
        return not self.missing and not any(row.cut for row in self.rows)


def lay_out(arguments: Iterable[Argument], highlight: Iterable[str] = ()) -> Layout:
    """Share the screen among the arguments, those that the policy acted on first."""
    first = set(highlight)
    ordered = sorted(arguments, key=lambda argument: argument.name not in first)
    fitting = ordered[:_LINES]
    lines = _LINES // max(len(fitting), 1)
    rows = tuple(_row(argument, lines) for argument in fitting)
    return Layout(rows, len(ordered) - len(fitting))


def short(value: Any, limit: int) -> str:
    """Return a text or a value for one place on the screen."""
    return cut(visible(value if isinstance(value, str) else _json(value)), limit)


def _row(argument: Argument, lines: int) -> Row:
    text = visible(argument.value if argument.is_spelled_out else _json(argument.value))
    if len(text) > _WIDTH and isinstance(argument.value, dict | list):
        indented = visible(_json(argument.value, indent=2), lines=True)
        if indented.count("\n") < lines and len(indented) <= lines * _WIDTH:
            text = indented
    if argument.odd_type is not None:
        text += f" ({short(argument.odd_type, _NAME)})"
    room = lines * _WIDTH
    fits = len(text) <= room and len(argument.name) <= _NAME
    return Row(short(argument.name, _NAME), cut(text, room), argument.cut or not fits)


def _json(value: Any, *, indent: int = 0) -> str:
    raw = msgspec.json.encode(value)
    return (msgspec.json.format(raw, indent=indent) if indent else raw).decode()
