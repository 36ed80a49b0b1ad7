"""Which arguments a request offers for editing, and what a reviewer's changes amount to.

Pure: no clock, no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ..context import Context
from ..display import visible
from ..editable import Editable, Kind, Marked, Number, Unfit, text_of, value_of
from .request import Argument, EditableArgument, Request

__all__ = ["edited_value", "edited_values", "offered"]

# A form may have a hundred blocks, and nobody changes more than a few arguments with care.
_MOST_OFFERED = 20
_LONGEST_NAME = 100
# A request has room for 64 kB, of which its arguments have most already.
_MOST_BYTES = 8_000


def offered(ctx: Context, arguments: tuple[Argument, ...]) -> tuple[EditableArgument, ...]:
    """Return the arguments that may be edited, of those that a reviewer sees.

    Not offered is what the reviewer does not see exactly as it is (redacted, cut, in part
    unreadable), text with characters that cannot be typed, and what is more than fits a form.
    """
    shown = {argument.name: argument for argument in arguments}
    found: list[EditableArgument] = []
    room = _MOST_BYTES
    for name, mark in ctx.editable.items():
        argument = shown.get(name)
        if argument is None or name not in ctx.kwargs or len(found) == _MOST_OFFERED:
            continue
        offer = _offer(mark, argument, ctx.kwargs[name])
        size = len(msgspec.json.encode(offer))
        if offer is not None and size <= room:
            found.append(offer)
            room -= size
    return tuple(found)


def edited_value(field: EditableArgument, text: str) -> Any:
    """Return the value that a text means in this field. Raises ``Unfit``."""
    value = value_of(field.kind, text)
    if field.kind != "bool":
        _limits(field).check(value)
    return value


def edited_values(request: Request, edits: Mapping[str, str]) -> dict[str, Any]:
    """Return a vote's edits as values. Raises ``Unfit`` for one that the request does not offer."""
    fields = {field.name: field for field in request.editable}
    values = {}
    for name, text in edits.items():
        if name not in fields:
            raise Unfit("not_editable")
        values[name] = edited_value(fields[name], text)
    return values


def _offer(mark: Marked, argument: Argument, value: Any) -> EditableArgument | None:
    kind = mark.kind_of(value)
    current = None if kind is None else text_of(value)
    if kind is None or current is None or len(argument.name) > _LONGEST_NAME:
        return None
    if argument.cut or argument.uninspectable or not _is_shown(argument, value, current):
        return None
    limits = mark.limits
    return EditableArgument(
        name=argument.name,
        kind=kind,
        current=current,
        ge=_text(limits.ge),
        le=_text(limits.le),
        max_length=limits.max_length,
        choices=tuple(text_of(choice) or "" for choice in mark.choices_for(kind)),
    )


def _is_shown(argument: Argument, value: Any, current: str) -> bool:
    """Whether the reviewer sees the value itself, and could have typed it."""
    if isinstance(value, str):
        typed = "\n".join(visible(line) for line in value.split("\n"))
        return bool(argument.value == value == typed)
    # Large integers and decimals are shown as texts.
    return bool(argument.value == (current if isinstance(argument.value, str) else value))


def _limits(field: EditableArgument) -> Editable:
    # By texts, because a limit means what its author wrote: for a float the float of that text, for
    # an int or a Decimal its exact value.
    bound: Kind = "float" if field.kind == "float" else "Decimal"
    return Editable(
        ge=None if field.ge is None else value_of(bound, field.ge),
        le=None if field.le is None else value_of(bound, field.le),
        max_length=field.max_length,
        choices=tuple(value_of(field.kind, choice) for choice in field.choices) or None,
    )


def _text(bound: Number | None) -> str | None:
    return None if bound is None else text_of(bound)
