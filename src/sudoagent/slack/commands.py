"""What `/sudo` answers: messages that only the person who typed it sees.

Pure: no clock, no network.
"""

from __future__ import annotations

from collections.abc import Sequence

from sudoagent.review.request import Request, SignedVote, State

from . import command_texts, grant_texts, texts
from .blocks import Element, code, date, escape, one_line, quote, rich_text, sentence, strong
from .grants import Standing, standing_blocks
from .home import Frozen, Waiting, who
from .messages import Message, card

__all__ = [
    "grants_answer",
    "pending_answer",
    "plain_answer",
    "revoked_answer",
    "show_answer",
    "status_answer",
]

_MOST_LISTED = 20
_NAME_LIMIT = 60
_REASON_LIMIT = 500


def plain_answer(words: str) -> Message:
    """Return a sentence of `texts` as an answer."""
    return Message(words, (rich_text("answer", [sentence(words)]),))


def status_answer(frozen: bool, details: Frozen | None, waiting: int | None) -> Message:
    """Return what holds now. Details and the number of requests are for administrators."""
    words = command_texts.STATUS if frozen else command_texts.STATUS_OPEN
    lines: list[Element] = [sentence(words)]
    if details is not None:
        by, at = who(details.by), date(details.at, texts.AT_DAY)
        lines.append(sentence(command_texts.STATUS_FROZEN, who=by, at=at))
        lines.append(quote(one_line(details.reason, _REASON_LIMIT)))
    if waiting is not None:
        lines.append(sentence(command_texts.STATUS_WAITING, count=waiting))
    return Message(words, (rich_text("status", lines),))


def pending_answer(waiting: Sequence[Waiting], *, everybodys: bool) -> Message:
    """Return what waits, the most urgent first. ``everybodys``: for whomever, not for this one."""
    if not waiting:
        return plain_answer(command_texts.NOTHING_AT_ALL if everybodys else command_texts.NOTHING)
    template = command_texts.PENDING_ALL if everybodys else command_texts.PENDING
    lines = [sentence(template, count=len(waiting))]
    lines += [_line(one.request) for one in waiting[:_MOST_LISTED]]
    if len(waiting) > _MOST_LISTED:
        lines.append(sentence(command_texts.MORE, count=len(waiting) - _MOST_LISTED))
    lines.append(sentence(command_texts.WHERE))
    return Message(template.format(count=len(waiting)), (rich_text("pending", lines),))


def grants_answer(standing: Sequence[Standing]) -> Message:
    """Return what is allowed for a while, each with a button that ends it."""
    if not standing:
        return plain_answer(grant_texts.NOTHING)
    words = sentence(grant_texts.LISTED, count=len(standing))
    blocks = (rich_text("standing", [words]), *standing_blocks(standing))
    return Message(grant_texts.LISTED.format(count=len(standing)), blocks)


def revoked_answer(request: Request) -> Message:
    """Return that a grant has ended, to whoever ended it."""
    words = one_line(request.action, _NAME_LIMIT)
    line = sentence(grant_texts.REVOKED_NOW, action=code(words))
    plain = grant_texts.REVOKED_NOW.format(action=escape(words))
    return Message(plain, (rich_text("revoked", [line]),))


def show_answer(
    request: Request,
    *,
    state: State,
    votes: Sequence[SignedVote],
    ended_at: int | None,
    cause: str | None,
    widened: bool = False,
) -> Message:
    """Return one request as its card shows it, without the buttons, which only count there."""
    shown = card(
        request, state=state, votes=votes, decided_at=ended_at, cause=cause, widened=widened
    )
    blocks = [block for block in shown.blocks if block["type"] != "actions"]
    if state == "pending":
        blocks.append(rich_text("where", [sentence(command_texts.WHERE)]))
    return Message(shown.text, tuple(blocks))


def _line(request: Request) -> Element:
    return sentence(
        command_texts.LINE,
        mark=texts.RISK_MARK[request.risk],
        agent=strong(one_line(request.agent or "", _NAME_LIMIT) or texts.SOME_AGENT),
        action=code(one_line(request.action, _NAME_LIMIT)),
        at=date(request.expires_at, texts.AT_SOON),
        id=code(request.id),
    )
