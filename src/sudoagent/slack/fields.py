"""What an approving reviewer fills in besides a comment: a number, and arguments to edit.

Every block that edits an argument is named ``edit:`` and the argument; the element in it is called
``text`` whatever its type.

Pure: no clock, no network.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Final

from sudoagent.display import cut, visible
from sudoagent.editable import LONGEST_TEXT
from sudoagent.review.number import DIGITS
from sudoagent.review.request import EditableArgument, Request, SignedVote

from . import texts
from .blocks import Block, Element, code, one_line, plain, sentence

__all__ = ["EDIT_BLOCK", "NUMBER_BLOCK", "edit_lines", "field_input", "number_input"]

EDIT_BLOCK: Final = "edit:"
NUMBER_BLOCK: Final = "number"

_NAME_LIMIT = 100
_VALUE_LIMIT = 200
# How Slack's field for numbers wants them. What is longer is typed as text.
_PLAIN_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)


def number_input() -> Block:
    """Return the field for the number that is shown where the agent runs."""
    element = {"type": "plain_text_input", "min_length": DIGITS, "max_length": DIGITS}
    return _input(NUMBER_BLOCK, texts.NUMBER_LABEL, element, texts.NUMBER_HINT)


def field_input(field: EditableArgument) -> Block:
    """Return the field for one argument, filled in with its present value."""
    block = _input(
        f"{EDIT_BLOCK}{field.name}",
        one_line(field.name, _NAME_LIMIT),
        _element(field),
        _hint(field),
    )
    # Text may be empty, and a box left unticked; everything else has a value.
    return {**block, "optional": field.kind in ("str", "bool") and not field.choices}


def edit_lines(request: Request, vote: SignedVote, who: Element) -> list[Element]:
    """Return who changed what from what to what, a line for each argument."""
    fields = {field.name: field for field in request.editable}
    return [
        sentence(
            texts.EDITED,
            person=who,
            name=code(one_line(name, _NAME_LIMIT)),
            before=code(_shown(fields[name], fields[name].current)),
            after=code(_shown(fields[name], text)),
        )
        for name, text in vote.edits.items()
        if name in fields
    ]


def _input(block_id: str, label: str, element: Element, hint: str) -> Block:
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 2000),
        "element": {**element, "action_id": "text"},
    }
    return {**block, "hint": plain(hint, 2000)} if hint else block


def _element(field: EditableArgument) -> Element:
    if field.choices:
        return _menu(field)
    if field.kind == "bool":
        return _box(field)
    if field.kind == "str":
        limits = {"max_length": field.max_length or LONGEST_TEXT}
        return {**_typed(field), "multiline": len(field.current) > 60, **limits}
    return _number(field)


def _typed(field: EditableArgument) -> Element:
    return {"type": "plain_text_input", "initial_value": field.current}


def _number(field: EditableArgument) -> Element:
    least, most = field.ge, field.le
    numbers = {"initial_value": field.current, "min_value": least, "max_value": most}
    given = {name: _plain_number(text) for name, text in numbers.items() if text is not None}
    if not all(map(_PLAIN_NUMBER.fullmatch, given.values())):
        return _typed(field)
    return {"type": "number_input", "is_decimal_allowed": field.kind != "int", **given}


def _plain_number(text: str) -> str:
    return format(Decimal(text), "f")


def _menu(field: EditableArgument) -> Element:
    options = {choice: _option(visible(choice), choice) for choice in field.choices}
    menu: Element = {"type": "static_select", "options": list(options.values())}
    if field.current in options:
        menu["initial_option"] = options[field.current]
    return menu


def _box(field: EditableArgument) -> Element:
    box: Element = {"type": "checkboxes", "options": [_option(texts.EDIT_YES, "true")]}
    if field.current == "true":
        box["initial_options"] = box["options"]
    return box


def _option(words: str, value: str) -> Element:
    return {"text": plain(words, 75), "value": value}


def _hint(field: EditableArgument) -> str:
    limits = {"ge": field.ge, "le": field.le, "count": field.max_length}
    known = tuple(name for name, limit in limits.items() if limit is not None)
    template = "" if field.choices else texts.EDIT_LIMITS.get(known, "")
    return template.format_map(limits)


def _shown(field: EditableArgument, text: str) -> str:
    # Strings are quoted and numbers are not, as everywhere on a card.
    words = json.dumps(text, ensure_ascii=False) if field.kind == "str" else text
    return cut(visible(words), _VALUE_LIMIT)
