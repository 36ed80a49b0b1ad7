"""The dialogs that a card opens: why not, and everything about the call.

A modal carries the request's id and the card's place in ``private_metadata`` (`origin` reads it
back). It comes from Slack again with the submission, so whoever reads it checks all of it anew.

Pure: no clock, no network.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sudoagent.review.request import LONGEST_ACTION, Request, is_request_id

from . import grant_texts, texts
from .arguments import on_card, on_pages
from .blocks import (
    Block,
    Element,
    actions,
    button,
    code,
    one_line,
    plain,
    preformatted,
    rich_text,
    sentence,
    strong,
    text_input,
)
from .buttons import EDIT, agent_name, allow_for_button
from .fields import field_input, number_input
from .grants import grant_terms

__all__ = [
    "ARGUMENTS_CALLBACK",
    "DENY_CALLBACK",
    "EDIT",
    "EDIT_CALLBACK",
    "GRANT_CALLBACK",
    "NEXT_PAGE",
    "NUMBER_CALLBACK",
    "PREVIOUS_PAGE",
    "Origin",
    "arguments_modal",
    "deny_modal",
    "edit_modal",
    "grant_modal",
    "number_modal",
    "origin",
]

DENY_CALLBACK = "deny_reason"
ARGUMENTS_CALLBACK = "all_arguments"
NUMBER_CALLBACK = "number"
EDIT_CALLBACK = "edited"
GRANT_CALLBACK = "allowed_for"
PREVIOUS_PAGE = "previous_page"
NEXT_PAGE = "next_page"

COMMENT_CHARACTERS = (1, 500)
REASON_CHARACTERS = (3, 500)

_METADATA_LIMIT = 3000


class Origin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which request a modal is about, and the card it was opened from."""

    id: str
    ch: str
    ts: str
    page: int = 1


def origin(private_metadata: str) -> Origin:
    """Read a modal's origin back. Raises ``ValueError`` when it is not one that we wrote."""
    if len(private_metadata) > _METADATA_LIMIT:
        raise ValueError("the modal's metadata is too long to be ours")
    try:
        found = msgspec.json.decode(private_metadata, type=Origin)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ValueError("the modal's metadata is not of the form that we write") from error
    if not is_request_id(found.id) or found.page < 1:
        raise ValueError("the modal's metadata names no request")
    return found


def deny_modal(request: Request, channel: str, message_ts: str) -> dict[str, Any]:
    """Return the dialog that asks why. Submitted: callback ``deny_reason``, ``reason``/``text``."""
    intro = sentence(texts.DENY_INTRO, action=code(one_line(request.action, LONGEST_ACTION)))
    view = _modal(DENY_CALLBACK, texts.DENY_TITLE, texts.DENY_CLOSE, texts.DENY_SUBMIT)
    view["private_metadata"] = _metadata(Origin(id=request.id, ch=channel, ts=message_ts))
    view["blocks"] = [
        rich_text("intro", [intro]),
        text_input(
            "reason",
            texts.REASON_LABEL,
            texts.REASON_PLACEHOLDER,
            optional=request.deny_reason != "required",
            limits=REASON_CHARACTERS,
        ),
    ]
    return view


def number_modal(request: Request, channel: str, message_ts: str) -> dict[str, Any]:
    """Return the dialog that restates the call and asks for its number.

    Submitted: callback ``number``, ``number``/``text`` and the optional ``comment``/``text``.
    """
    agent = strong(agent_name(request))
    action = code(one_line(request.action, LONGEST_ACTION))
    view = _modal(NUMBER_CALLBACK, texts.NUMBER_TITLE, texts.NUMBER_CLOSE, texts.NUMBER_SUBMIT)
    view["private_metadata"] = _metadata(Origin(id=request.id, ch=channel, ts=message_ts))
    call = [
        sentence(texts.NUMBER_INTRO, agent=agent, action=action),
        preformatted(on_card(request).lines),
    ]
    view["blocks"] = [rich_text("call", call), number_input(), _comment()]
    return view


def edit_modal(request: Request, channel: str, message_ts: str) -> dict[str, Any]:
    """Return the dialog in which arguments are changed, and the number stated if there is one.

    Submitted: callback ``edited``, the blocks of `fields`, the optional ``comment``/``text``.
    """
    view = _modal(EDIT_CALLBACK, texts.EDIT_TITLE, texts.EDIT_CLOSE, texts.EDIT_SUBMIT)
    view["private_metadata"] = _metadata(Origin(id=request.id, ch=channel, ts=message_ts))
    view["blocks"] = [
        rich_text("intro", _edit_intro(request)),
        *map(field_input, request.editable),
        *([number_input()] if request.number_check else []),
        _comment(),
    ]
    return view


def _edit_intro(request: Request) -> list[Element]:
    action = code(one_line(request.action, LONGEST_ACTION))
    lines = [sentence(texts.DETAILS_RISK, action=action)] if request.risk == "high" else []
    lines.append(sentence(texts.EDIT_INTRO, action=action))
    edited = {field.name for field in request.editable}
    rest = tuple(argument for argument in request.arguments if argument.name not in edited)
    if rest:
        shown = on_card(msgspec.structs.replace(request, arguments=rest))
        lines.append(preformatted(shown.lines))
    return lines


def grant_modal(request: Request, channel: str, message_ts: str) -> dict[str, Any]:
    """Return the dialog that restates what will pass for a while, to be allowed or not.

    Submitted: callback ``allowed_for``, the number if there is one in ``number``/``text``, the
    optional ``comment``/``text``.
    """
    view = _modal(GRANT_CALLBACK, grant_texts.TITLE, grant_texts.CLOSE, grant_texts.SUBMIT)
    view["private_metadata"] = _metadata(Origin(id=request.id, ch=channel, ts=message_ts))
    view["blocks"] = [
        rich_text("terms", grant_terms(request)),
        *_warnings(request),
        *([number_input()] if request.number_check else []),
        _comment(),
    ]
    return view


def arguments_modal(
    request: Request, channel: str, message_ts: str, *, page: int = 1, may_approve: bool
) -> dict[str, Any]:
    """Return one page of everything the request holds.

    With ``may_approve``, the last page can be submitted, which approves (callback
    ``all_arguments``, optional comment in ``comment``/``text``, the number if there is one in
    ``number``/``text``); the pages before it only lead
    there, so nothing is approved that was not at least passed by. A page that does not exist
    becomes the nearest one that does.
    """
    pages = on_pages(request)
    page = min(max(page, 1), len(pages))
    last = page == len(pages)
    submit = texts.DETAILS_SUBMIT if may_approve and last else None
    view = _modal(ARGUMENTS_CALLBACK, texts.DETAILS_TITLE, texts.DETAILS_CLOSE, submit)
    view["private_metadata"] = _metadata(
        Origin(id=request.id, ch=channel, ts=message_ts, page=page)
    )
    blocks = [rich_text(f"arguments:{page}", [preformatted(words) for words in pages[page - 1]])]
    if len(pages) > 1:
        blocks += _turning(request, page, len(pages), more=may_approve and not last)
    if submit:
        blocks += _decision(request)
    view["blocks"] = blocks
    return view


def _turning(request: Request, page: int, pages: int, *, more: bool) -> list[Block]:
    where = [sentence(texts.DETAILS_PAGE, page=page, pages=pages)]
    if more:
        where.append(sentence(texts.DETAILS_MORE))
    buttons = []
    if page > 1:
        words = texts.BUTTON_PREVIOUS
        buttons.append(button(PREVIOUS_PAGE, request.id, words, words))
    if page < pages:
        words = texts.BUTTON_NEXT
        buttons.append(button(NEXT_PAGE, request.id, words, words, "primary"))
    return [rich_text(f"page:{page}", where), actions(f"turn:{page}", buttons)]


def _warnings(request: Request) -> list[Block]:
    warnings = []
    if request.risk == "high":
        action = code(one_line(request.action, LONGEST_ACTION))
        warnings.append(sentence(texts.DETAILS_RISK, action=action))
    if any(a.cut or a.uninspectable or a.obscured for a in request.arguments):
        warnings.append(sentence(texts.DETAILS_UNREADABLE))
    return [rich_text("warning", warnings)] if warnings else []


def _decision(request: Request) -> list[Block]:
    blocks = _warnings(request)
    others = allow_for_button(request)
    if request.editable:
        label = texts.LABEL_EDIT.format(action=one_line(request.action, 40))
        others.insert(0, button(EDIT, request.id, texts.BUTTON_EDIT, label))
    if others:
        blocks.append(actions("edit", others))
    if request.number_check:
        blocks.append(number_input())
    return [*blocks, _comment()]


def _comment() -> Block:
    return text_input(
        "comment",
        texts.COMMENT_INPUT,
        texts.COMMENT_PLACEHOLDER,
        optional=True,
        limits=COMMENT_CHARACTERS,
    )


def _modal(callback: str, title: str, close: str, submit: str | None) -> dict[str, Any]:
    view: dict[str, Any] = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, 24),
        "close": plain(close, 24),
    }
    return view if submit is None else {**view, "submit": plain(submit, 24)}


def _metadata(found: Origin) -> str:
    return msgspec.json.encode(found).decode()
