"""The pieces of Block Kit that cards and modals are made of.

Text that a caller can choose only ever enters a ``text`` element of rich text or a ``plain_text``
object, where Slack parses nothing: no markup, mention, link or emoji name. The one piece of
mrkdwn is `small_print`'s date, which is made of numbers of ours.

Pure: no clock, no network.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sudoagent.display import cut, visible

__all__ = [
    "Block",
    "Element",
    "actions",
    "button",
    "code",
    "confirm",
    "date",
    "escape",
    "fact",
    "header",
    "one_line",
    "people",
    "person",
    "plain",
    "preformatted",
    "quote",
    "rich_text",
    "sentence",
    "small_print",
    "strong",
    "text",
    "text_input",
    "who",
]

Block = dict[str, Any]
Element = dict[str, Any]

_HEADER_LIMIT = 150
_BUTTON_LIMIT = 75
_CONFIRM_TITLE_LIMIT = 100
_CONFIRM_LIMIT = 300
_MOST_PEOPLE = 10


def one_line(words: str, limit: int) -> str:
    """Return words of a caller as one visible line of at most ``limit`` characters.

    Line breaks become spaces: with enough of them, the buttons would be out of sight.
    """
    return cut(visible(" ".join(words.split())), limit)


def plain(words: str, limit: int) -> Element:
    """Return a plain text object; colons stay colons, so no word can turn into a picture."""
    return {"type": "plain_text", "text": cut(words, limit), "emoji": False}


def text(words: str) -> Element:
    """Return a text element."""
    return {"type": "text", "text": words}


def strong(words: str) -> Element:
    """Return a bold text element."""
    return {"type": "text", "text": words, "style": {"bold": True}}


def code(words: str) -> Element:
    """Return a text element in fixed width, for names from code."""
    return {"type": "text", "text": words, "style": {"code": True}}


def person(slack_id: str) -> Element:
    """Return a user (``U…``, ``W…``), a user group (``S…``), or else the id itself."""
    if slack_id.isascii() and slack_id.isalnum() and slack_id.isupper():
        if slack_id[0] in "UW":
            return {"type": "user", "user_id": slack_id}
        if slack_id[0] == "S":
            return {"type": "usergroup", "usergroup_id": slack_id}
    return code(one_line(slack_id, 40))


def who(by: str) -> Element:
    """Return whoever did something: a Slack user (``team/user``), else the name that was given."""
    team_id, _, user_id = by.partition("/")
    return person(user_id if team_id.isalnum() and user_id.isalnum() else by)


def people(slack_ids: Sequence[str], and_more: str) -> list[Element]:
    """Return the people with commas between them, the first ten and how many more there are."""
    elements: list[Element] = []
    for slack_id in slack_ids[:_MOST_PEOPLE]:
        elements += [text(", "), person(slack_id)] if elements else [person(slack_id)]
    if len(slack_ids) > _MOST_PEOPLE:
        elements.append(text(and_more.format(count=len(slack_ids) - _MOST_PEOPLE)))
    return elements


def date(milliseconds: int, form: str) -> Element:
    """Return a moment, shown in the reader's own time zone."""
    seconds = milliseconds // 1000
    return {"type": "date", "timestamp": seconds, "format": form, "fallback": _utc(seconds)}


def sentence(template: str, **parts: Element | Iterable[Element] | str | int) -> Element:
    """Return a sentence of `texts` as rich text, with elements in the place of its words."""
    elements: list[Element] = []
    for literal, name, _, _ in string.Formatter().parse(template):
        if literal:
            elements.append(text(literal))
        if name is not None:
            elements += _elements(parts[name])
    return {"type": "rich_text_section", "elements": elements}


def fact(label: str, *values: Element | str) -> Element:
    """Return a line with a bold label."""
    elements = [text(value) if isinstance(value, str) else value for value in values]
    return {"type": "rich_text_section", "elements": [strong(label), *elements]}


def quote(words: str) -> Element:
    """Return somebody's words, set apart as a quotation."""
    return {"type": "rich_text_quote", "elements": [text(words)]}


def preformatted(words: str) -> Element:
    """Return fixed-width lines. Backticks inside are just backticks."""
    return {"type": "rich_text_preformatted", "elements": [text(words)]}


def rich_text(block_id: str, elements: Sequence[Element]) -> Block:
    """Return a block of sentences (each on a line of its own), quotes and fixed-width lines."""
    stacked: list[Element] = []
    for element in elements:
        kind = element["type"]
        if stacked and kind == stacked[-1]["type"] == "rich_text_section":
            # How Slack separates two sections is nowhere promised; a line break is one.
            joined = [*stacked[-1]["elements"], text("\n"), *element["elements"]]
            stacked[-1] = {"type": kind, "elements": joined}
        else:
            stacked.append(element)
    return {"type": "rich_text", "block_id": block_id, "elements": stacked}


def header(block_id: str, template: str, **words: str) -> Block:
    """Return a header; what a caller chose is cut first, so our own words stay whole."""
    room = _HEADER_LIMIT - len(template)
    fitted = {name: one_line(word, room) for name, word in words.items()}
    return {
        "type": "header",
        "block_id": block_id,
        "text": plain(template.format_map(fitted), _HEADER_LIMIT),
    }


def small_print(block_id: str, words: str, moment: tuple[str, int, str] | None = None) -> Block:
    """Return the small grey lines: words, and before them a template with a moment ``{at}``."""
    elements: list[Element] = [plain(words, 2000)]
    if moment is not None:
        template, milliseconds, form = moment
        seconds = milliseconds // 1000
        stamp = f"<!date^{seconds:d}^{form}|{_utc(seconds)}>"
        elements.insert(
            0, {"type": "mrkdwn", "text": escape(template).format(at=stamp), "verbatim": True}
        )
    return {"type": "context", "block_id": block_id, "elements": elements}


def button(action_id: str, value: str, words: str, label: str, style: str | None = None) -> Element:
    """Return a button; ``label`` is what a screen reader says."""
    element: Element = {
        "type": "button",
        "action_id": action_id,
        "value": value,
        "text": {**plain(words, _BUTTON_LIMIT), "emoji": True},
        "accessibility_label": cut(label, _BUTTON_LIMIT),
    }
    return element if style is None else {**element, "style": style}


def confirm(title: str, words: str, yes: str, no: str) -> Element:
    """Return the dialog that a button opens before it counts."""
    return {
        "title": plain(title, _CONFIRM_TITLE_LIMIT),
        "text": plain(words, _CONFIRM_LIMIT),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
        "style": "danger",
    }


def actions(block_id: str, elements: Sequence[Element]) -> Block:
    """Return a row of buttons."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def text_input(
    block_id: str, label: str, placeholder: str, *, optional: bool, limits: tuple[int, int]
) -> Block:
    """Return a field for several lines of text, from ``limits[0]`` to ``limits[1]`` characters."""
    return {
        "type": "input",
        "block_id": block_id,
        "optional": optional,
        "label": plain(label, 2000),
        "element": {
            "type": "plain_text_input",
            "action_id": "text",
            "multiline": True,
            "min_length": limits[0],
            "max_length": limits[1],
            "placeholder": plain(placeholder, 150),
        },
    }


def escape(words: str) -> str:
    """Return words for a place where Slack looks for links and mentions, with none left to find."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _elements(part: Element | Iterable[Element] | str | int) -> list[Element]:
    if isinstance(part, str | int):
        return [text(str(part))]
    if isinstance(part, Mapping):
        return [dict(part)]
    return list(part)


def _utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
