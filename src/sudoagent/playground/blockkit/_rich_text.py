"""Rich text: typed pieces in which nothing is parsed. docs.slack.dev, "Rich text block"."""

from __future__ import annotations

from ._objects import block_id
from ._schema import (
    Check,
    boolean,
    by_type,
    constant,
    integer,
    items,
    one_of,
    record,
    required,
    string,
)

__all__ = ["RICH_TEXT"]

_MANY = 3000
_STYLE = record(bold=boolean, italic=boolean, strike=boolean, code=boolean, underline=boolean)
_MENTION_STYLE = record(
    bold=boolean,
    italic=boolean,
    strike=boolean,
    highlight=boolean,
    client_highlight=boolean,
    unlink=boolean,
)

_TEXT = record(type=required(constant("text")), text=required(string(_MANY * 10)), style=_STYLE)
_LINK = record(
    type=required(constant("link")),
    url=required(string(_MANY)),
    text=string(_MANY),
    unsafe=boolean,
    style=_STYLE,
)

_INLINE: dict[str, Check] = {
    "text": _TEXT,
    "link": _LINK,
    "user": record(
        type=required(constant("user")), user_id=required(string(255)), style=_MENTION_STYLE
    ),
    "usergroup": record(
        type=required(constant("usergroup")),
        usergroup_id=required(string(255)),
        style=_MENTION_STYLE,
    ),
    "channel": record(
        type=required(constant("channel")), channel_id=required(string(255)), style=_MENTION_STYLE
    ),
    "emoji": record(
        type=required(constant("emoji")),
        name=required(string(255)),
        unicode=string(255),
        style=_STYLE,
    ),
    "broadcast": record(
        type=required(constant("broadcast")),
        range=required(one_of("here", "channel", "everyone")),
    ),
    "date": record(
        type=required(constant("date")),
        timestamp=required(integer(0, 253_402_300_799)),
        format=required(string(255)),
        url=string(_MANY),
        fallback=string(_MANY),
        style=_STYLE,
    ),
    "color": record(type=required(constant("color")), value=required(string(16))),
}

_SECTION = record(
    type=required(constant("rich_text_section")),
    elements=required(items(by_type(_INLINE), _MANY, least=0)),
)
_PREFORMATTED = record(
    type=required(constant("rich_text_preformatted")),
    elements=required(items(by_type({"text": _TEXT, "link": _LINK}), _MANY, least=0)),
    border=integer(0, 1),
    language=string(255),
)
_QUOTE = record(
    type=required(constant("rich_text_quote")),
    elements=required(items(by_type(_INLINE), _MANY, least=0)),
    border=integer(0, 1),
)
_LIST = record(
    type=required(constant("rich_text_list")),
    style=required(one_of("bullet", "ordered")),
    elements=required(items(by_type({"rich_text_section": _SECTION}), _MANY)),
    indent=integer(0, 8),
    offset=integer(0, 10_000),
    border=integer(0, 1),
)

RICH_TEXT = record(
    type=required(constant("rich_text")),
    block_id=block_id,
    elements=required(
        items(
            by_type(
                {
                    "rich_text_section": _SECTION,
                    "rich_text_preformatted": _PREFORMATTED,
                    "rich_text_quote": _QUOTE,
                    "rich_text_list": _LIST,
                }
            ),
            _MANY,
        )
    ),
)
