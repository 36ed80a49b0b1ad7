"""A call's arguments as lines that a reviewer can trust: an aligned table, JSON, or pages of JSON.

Strings are quoted and numbers are not; whatever is invisible, reverses the reading order or looks
like a line of ours is escaped; what does not fit is cut and said to be cut.

Pure: no clock, no network.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sudoagent.display import cut, visible
from sudoagent.review.request import Argument, Request

from . import texts

__all__ = ["Shown", "in_brief", "in_full", "in_order", "on_card", "on_pages"]

# A card is read on a phone: about two screens of arguments, and no single one takes it all.
_CARD_CHARACTERS = 2400
_CARD_LINES = 30
_VALUE_CHARACTERS = 600
_VALUE_LINES = 12
_TABLE_NAME = 30
_TABLE_VALUE = 60
# Slack refuses one text of more than about 3 000 characters.
PAGE_TEXT_CHARACTERS = 2800
_PAGE_TEXTS = 3

_SCALARS = (str, int, float, bool, type(None))


@dataclass(frozen=True, slots=True)
class Shown:
    """Lines for a card. ``hidden`` says that they do not tell everything about the call."""

    lines: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    """One argument, ready to be read. Neither part is empty."""

    name: str
    value: str
    whole: bool

    @property
    def lines(self) -> str:
        return f"{self.name}: {self.value}"


def in_order(request: Request) -> tuple[Argument, ...]:
    """Return the arguments, the ones that the policy acted on first."""
    rank = {name: place for place, name in enumerate(request.highlight)}
    return tuple(sorted(request.arguments, key=lambda a: rank.get(a.name, len(rank))))


def on_card(request: Request) -> Shown:
    """Return what fits on a card, most important first."""
    arguments = in_order(request)
    if not arguments:
        return Shown(texts.NO_ARGUMENTS, hidden=False)
    pieces = [_cut_piece(argument) for argument in arguments]
    fitting = list(_fitting(pieces))
    lines = _table(fitting) if _flat(arguments) else _listing(fitting)
    missing = len(pieces) - len(fitting)
    if missing:
        more = texts.ONE_MORE_ARGUMENT if missing == 1 else texts.MORE_ARGUMENTS
        lines += "\n" + more.format(count=missing)
    return Shown(lines, hidden=missing > 0 or not all(piece.whole for piece in fitting))


def on_pages(request: Request) -> tuple[tuple[str, ...], ...]:
    """Return everything the request holds: pages of a few texts each, at least one page."""
    parts = [part for argument in in_order(request) for part in _parts(_piece(argument))]
    packed = _packed(parts or [texts.NO_ARGUMENTS])
    return tuple(
        tuple(packed[start : start + _PAGE_TEXTS]) for start in range(0, len(packed), _PAGE_TEXTS)
    )


def in_brief(request: Request, limit: int) -> str:
    """Return the arguments that matter most, one line of at most ``limit`` characters in all."""
    pieces = [_cut_piece(argument) for argument in in_order(request)]
    return cut(", ".join(" ".join(piece.lines.split()) for piece in pieces), limit)


def in_full(request: Request, names: Sequence[str]) -> str:
    """Return these arguments with nothing left out, however long that is."""
    arguments = [argument for argument in in_order(request) if argument.name in names]
    pieces = [_piece(argument) for argument in arguments]
    return _table(pieces) if _flat(arguments) else _listing(pieces)


def _flat(arguments: Sequence[Argument]) -> bool:
    return all(
        isinstance(a.value, _SCALARS)
        and not (a.cut or a.uninspectable or a.obscured)
        and len(_name(a.name)) <= _TABLE_NAME
        and len(_value(a)) <= _TABLE_VALUE
        for a in arguments
    )


def _table(pieces: Sequence[_Piece]) -> str:
    width = max(len(piece.name) for piece in pieces)
    return "\n".join(f"{piece.name:<{width}}  {piece.value}" for piece in pieces)


def _listing(pieces: Sequence[_Piece]) -> str:
    return "\n".join(piece.lines for piece in pieces)


def _fitting(pieces: Sequence[_Piece]) -> Iterator[_Piece]:
    characters = lines = 0
    for piece in pieces:
        # Padding of a table counts as if every name had the widest name's width.
        characters += max(len(piece.name), _TABLE_NAME) + len(piece.value) + 3
        lines += piece.value.count("\n") + 1
        if characters > _CARD_CHARACTERS or lines > _CARD_LINES:
            return
        yield piece


def _cut_piece(argument: Argument) -> _Piece:
    piece = _piece(argument)
    name = cut(piece.name, _TABLE_NAME * 2)
    lines = piece.value.split("\n")
    if len(lines) > _VALUE_LINES:
        head, tail = _VALUE_LINES - 4, 3
        note = texts.LINES_LEFT_OUT.format(count=len(lines) - head - tail)
        lines = [*lines[:head], note, *lines[-tail:]]
    value = cut("\n".join(lines), _VALUE_CHARACTERS)
    return _Piece(name, value, piece.whole and (name, value) == (piece.name, piece.value))


def _piece(argument: Argument) -> _Piece:
    kind = cut(visible(argument.type), _TABLE_NAME)
    if argument.uninspectable:
        return _Piece(_name(argument.name), texts.UNINSPECTABLE.format(type=kind), whole=False)
    value = _value(argument)
    if argument.odd_type is not None:
        value += f" ({kind})"
    if argument.cut:
        value += " " + texts.CUT_BEFORE
    if argument.obscured:
        value += " " + texts.OBSCURED
    return _Piece(_name(argument.name), value, whole=not (argument.cut or argument.obscured))


def _name(name: str) -> str:
    # An agent chooses the names of extra keywords; one with spaces could pass for another line.
    shown = visible(name)
    return shown if shown.isidentifier() and shown.isascii() else visible(_json(name))


def _value(argument: Argument) -> str:
    return visible(argument.value) if argument.is_spelled_out else _json(argument.value)


def _json(value: object) -> str:
    # JSON escapes line breaks inside strings, so every line break left is one of the layout.
    dumped = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=True, default=str)
    return "\n".join(visible(line) for line in dumped.split("\n"))


def _parts(piece: _Piece) -> Iterator[str]:
    """Cut one argument into texts that each say whose part they are."""
    name = cut(piece.name, PAGE_TEXT_CHARACTERS // 4)
    room = PAGE_TEXT_CHARACTERS - len(name) - 40
    yield f"{name}: {piece.value[:room]}"
    for part, start in enumerate(range(room, len(piece.value), room), start=2):
        label = texts.CONTINUED.format(name=name, part=part)
        yield f"{label}: {piece.value[start : start + room]}"


def _packed(parts: Sequence[str]) -> list[str]:
    """Join neighbours as long as they stay within one text."""
    packed = [parts[0]]
    for part in parts[1:]:
        if len(packed[-1]) + 1 + len(part) <= PAGE_TEXT_CHARACTERS:
            packed[-1] += "\n" + part
        else:
            packed.append(part)
    return packed
