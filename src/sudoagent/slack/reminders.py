"""What is posted while nobody decides: reminders, calls for more people, copies of the card.

Each mentions only people who have not been told the same before. The notification says what waits,
and never with which arguments.

Pure: no clock, no network.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sudoagent.review.request import Request, SignedVote

from . import reminder_texts, texts
from .blocks import Element, date, escape, one_line, people, rich_text, sentence
from .messages import Message, card

__all__ = [
    "copy_card",
    "copy_marker",
    "reminder",
    "reminder_marker",
    "widening_call",
    "widening_marker",
]

_NAME_LIMIT = 80


def copy_marker(request: Request) -> str:
    """Return what occurs in the block ids of a card of this request, and of no other message."""
    return f"head:{request.id}:"


def reminder_marker(request: Request) -> str:
    """Return what occurs in the block ids of a reminder, and of no other message of the thread."""
    return f"remind:{request.id}:"


def widening_marker(request: Request) -> str:
    """Return what occurs in the block ids of the call for more people, and of no other message."""
    return f"widen:{request.id}:"


def copy_card(
    request: Request,
    votes: Sequence[SignedVote],
    *,
    widened: bool,
    asked_before: Collection[str] = (),
) -> Message:
    """Return the card for another place."""
    return card(request, votes=votes, widened=widened, asked_before=asked_before)


def reminder(request: Request, reviewers: Sequence[str]) -> Message:
    """Return the reply that reminds these reviewers; it is said to nobody when there are none."""
    template = reminder_texts.THREAD_REMINDER if reviewers else reminder_texts.THREAD_REMINDER_ALL
    elements = [_told(template, request, reviewers)]
    return _message(reminder_texts.FALLBACK_REMINDER, request, reminder_marker(request), elements)


def widening_call(request: Request, reviewers: Sequence[str]) -> Message:
    """Return the reply that tells more people that they may decide, from now on."""
    elements = [_told(reminder_texts.THREAD_WIDENED, request, reviewers)]
    return _message(reminder_texts.FALLBACK_WIDENED, request, widening_marker(request), elements)


def _told(template: str, request: Request, reviewers: Sequence[str]) -> Element:
    at = date(request.expires_at, texts.AT_SOON)
    return sentence(template, people=people(reviewers, texts.AND_MORE), at=at)


def _message(fallback: str, request: Request, marker: str, elements: Sequence[Element]) -> Message:
    action = escape(one_line(request.action, _NAME_LIMIT))
    block = rich_text(f"{marker}{request.expires_at}", elements)
    return Message(fallback.format(action=action), (block,))
