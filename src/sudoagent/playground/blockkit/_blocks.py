"""Layout blocks. Limits: docs.slack.dev, "Blocks"."""

from __future__ import annotations

from typing import Any

from ._elements import ACCESSORY, ACTION, IMAGE_FIELDS, INPUT
from ._objects import block_id, mrkdwn, plain_text, text
from ._rich_text import RICH_TEXT
from ._schema import Findings, boolean, by_type, constant, items, record, required

__all__ = ["BLOCK"]

_SECTION = record(
    type=required(constant("section")),
    block_id=block_id,
    text=text(3000),
    fields=items(text(2000), 10),
    accessory=ACCESSORY,
    expand=boolean,
)


def _section(value: Any, pointer: str, findings: Findings) -> None:
    _SECTION(value, pointer, findings)
    if "text" not in value and "fields" not in value:
        findings.add("missing required field: text", pointer)


_HEADER = record(
    type=required(constant("header")), block_id=block_id, text=required(plain_text(150))
)
_DIVIDER = record(type=required(constant("divider")), block_id=block_id)
_CONTEXT = record(
    type=required(constant("context")),
    block_id=block_id,
    elements=required(
        items(
            by_type(
                {
                    "plain_text": plain_text(3000),
                    "mrkdwn": mrkdwn(3000),
                    "image": record(**IMAGE_FIELDS),
                }
            ),
            10,
        )
    ),
)
_ACTIONS = record(
    type=required(constant("actions")), block_id=block_id, elements=required(items(ACTION, 25))
)
_INPUT = record(
    type=required(constant("input")),
    block_id=block_id,
    label=required(plain_text(2000)),
    element=required(INPUT),
    dispatch_action=boolean,
    hint=plain_text(2000),
    optional=boolean,
)
_IMAGE = record(**IMAGE_FIELDS, block_id=block_id, title=plain_text(2000))

BLOCK = by_type(
    {
        "actions": _ACTIONS,
        "context": _CONTEXT,
        "divider": _DIVIDER,
        "header": _HEADER,
        "image": _IMAGE,
        "input": _INPUT,
        "rich_text": RICH_TEXT,
        "section": _section,
    }
)
