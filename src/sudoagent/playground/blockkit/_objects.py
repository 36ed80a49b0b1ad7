"""Texts, options, confirm dialogs. Limits: docs.slack.dev, "Composition objects"."""

from __future__ import annotations

from ._schema import Check, boolean, by_type, constant, items, one_of, record, required, string

__all__ = ["CONFIRM", "block_id", "mrkdwn", "options", "plain_text", "text"]


def plain_text(longest: int) -> Check:
    """A ``plain_text`` object: nothing in it is parsed but emoji."""
    return record(
        type=required(constant("plain_text")), text=required(string(longest)), emoji=boolean
    )


def mrkdwn(longest: int) -> Check:
    """A ``mrkdwn`` object; ``verbatim`` stops links and mentions from being guessed."""
    return record(
        type=required(constant("mrkdwn")), text=required(string(longest)), verbatim=boolean
    )


def text(longest: int) -> Check:
    """Either kind of text object."""
    return by_type({"plain_text": plain_text(longest), "mrkdwn": mrkdwn(longest)})


CONFIRM = record(
    title=required(plain_text(100)),
    text=required(text(300)),
    confirm=required(plain_text(30)),
    deny=required(plain_text(30)),
    style=one_of("primary", "danger"),
)

block_id = string(255)


def options(most: int, *, formatted: bool = False, linked: bool = False) -> Check:
    """Options. ``formatted`` allows mrkdwn (boxes and radio buttons), ``linked`` a url."""
    kind = text if formatted else plain_text
    fields: dict[str, Check | required] = {
        "text": required(kind(75)),
        "value": required(string(150)),
        "description": kind(75),
    }
    if linked:
        fields["url"] = string(3000)
    return items(record(**fields), most)
