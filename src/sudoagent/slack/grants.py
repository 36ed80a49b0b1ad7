"""Allowing for a while, in Slack: what will pass, what was allowed, what stands, how it ended.

Pure: no clock, no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sudoagent.display import cut
from sudoagent.review.request import LONGEST_ACTION, Request, SignedVote

from . import command_texts, grant_texts, texts
from .arguments import in_full, in_order
from .blocks import (
    Block,
    Element,
    actions,
    button,
    code,
    date,
    escape,
    fact,
    header,
    one_line,
    person,
    preformatted,
    rich_text,
    sentence,
    strong,
    text,
    who,
)

__all__ = [
    "MOST_STANDING",
    "REVOKE",
    "GrantEnd",
    "Standing",
    "duration",
    "grant_end_lines",
    "grant_end_marker",
    "grant_lines",
    "grant_terms",
    "grants_section",
    "standing_blocks",
]

REVOKE: Final = "revoke_grant"
# Two blocks each, of the hundred that a Home tab has for everything.
MOST_STANDING: Final = 10

_NAME_LIMIT = 80
_MOST_NAMES = 20
_NAMES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A grant that stands: the request it came with, the vote that gave it, and its uses so far.

    ``until``: milliseconds.
    """

    request: Request
    vote: SignedVote
    until: int
    uses: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantEnd:
    """How a grant ended: by itself, or by somebody (``team/user``, or an operator's name)."""

    by: str | None
    uses: int

    @property
    def user_id(self) -> str | None:
        """The Slack user who revoked it, if it was one."""
        team_id, _, user_id = (self.by or "").partition("/")
        return user_id if team_id.isalnum() and user_id.isalnum() else None


def duration(seconds: int) -> str:
    """Return a time as people say it, exactly."""
    for unit, length in (("hour", 3600), ("minute", 60)):
        if seconds % length == 0:
            return _counted(unit, seconds // length)
    return _counted("second", seconds)


def grant_terms(request: Request) -> list[Element]:
    """Return what a grant of this request lets pass, in full, and what it leaves open."""
    assert request.offer is not None
    agent, action = _agent(request), _action(request)
    time = duration(request.offer.seconds)
    terms = [
        sentence(grant_texts.INTRO, action=action, agent=agent, duration=strong(time)),
        fact(grant_texts.ACTION, action),
        fact(grant_texts.AGENT, agent),
    ]
    if request.requester:
        terms.append(fact(grant_texts.REQUESTER, person(request.requester)))
    if request.environment:
        terms.append(fact(texts.FACT_ENVIRONMENT, one_line(request.environment, _NAME_LIMIT)))
    terms.append(fact(grant_texts.ARGUMENTS))
    terms.append(preformatted(in_full(request, request.offer.same)))
    return [*terms, _rest(request), sentence(grant_texts.HOW_TO_END)]


def grant_lines(
    request: Request,
    vote: SignedVote,
    giver: Element | None = None,
    revoked_by: str | None = None,
) -> list[Element]:
    """Return what a vote allowed for a while, and who revoked that; nothing for other votes.

    ``giver`` is how to call the voter, where a mention is too much.
    """
    if request.offer is None or not vote.grant:
        return []
    lines = [
        sentence(
            grant_texts.GIVEN_ON_CARD,
            person=giver or person(vote.user_id),
            duration=duration(request.offer.seconds),
            at=date(vote.at + request.offer.seconds * 1000, texts.AT_DAY),
            same=_codes(request.offer.same),
        )
    ]
    if revoked_by is not None:
        lines.append(sentence(grant_texts.REVOKED, who=who(revoked_by)))
    return lines


def standing_blocks(standing: Sequence[Standing]) -> list[Block]:
    """Return what is allowed now, each with a button that ends it."""
    blocks = []
    for one in standing[:MOST_STANDING]:
        blocks.append(rich_text(f"grant:{one.request.id}", _standing(one)))
        blocks.append(actions(f"revoke:{one.request.id}", [_revoke(one.request)]))
    if len(standing) > MOST_STANDING:
        more = sentence(command_texts.MORE, count=len(standing) - MOST_STANDING)
        blocks.append(rich_text("grants-more", [more]))
    return blocks


def grants_section(standing: Sequence[Standing]) -> list[Block]:
    """Return that part of a Home tab; nothing where nothing stands."""
    if not standing:
        return []
    return [header("grants", grant_texts.HOME), *standing_blocks(standing)]


def grant_end_marker(request: Request) -> str:
    """Return what occurs in the block ids of the reply about a grant's end, and of no other."""
    return f"grant-end:{request.id}:"


def grant_end_lines(end: GrantEnd, called: str | None = None) -> tuple[str, Element]:
    """Return how a grant ended, and how many calls passed, as plain words and as a sentence.

    ``called`` is how to call whoever revoked it, if that is known.
    """
    by_itself = end.by is None
    template = grant_texts.OVER if by_itself else grant_texts.REVOKED_AFTER
    uses = grant_texts.USES_ONE if end.uses == 1 else grant_texts.USES.format(count=end.uses)
    name = one_line(called or end.user_id or end.by or "", _NAME_LIMIT)
    return (
        template.format(who=escape(name), uses=uses),
        sentence(template, who=strong(name), uses=uses),
    )


def _standing(one: Standing) -> list[Element]:
    request, offer = one.request, one.request.offer
    assert offer is not None
    lines = [
        sentence(
            grant_texts.STANDS,
            agent=_agent(request),
            action=_action(request),
            at=date(one.until, texts.AT_SOON),
        ),
        preformatted(in_full(request, offer.same)),
    ]
    if request.requester:
        lines.append(fact(grant_texts.REQUESTER, person(request.requester)))
    if request.environment:
        lines.append(fact(texts.FACT_ENVIRONMENT, one_line(request.environment, _NAME_LIMIT)))
    uses = grant_texts.USES_ONE if one.uses == 1 else grant_texts.USES.format(count=one.uses)
    given = sentence(grant_texts.GIVEN, person=person(one.vote.user_id), uses=uses)
    return [*lines, given]


def _revoke(request: Request) -> Element:
    label = grant_texts.LABEL_REVOKE.format(action=one_line(request.action, 40))
    return button(REVOKE, request.id, grant_texts.BUTTON_REVOKE, label, "danger")


def _rest(request: Request) -> Element:
    assert request.offer is not None
    bound = set(request.offer.same)
    names = [cut(one_line(a.name, 200), _NAMES) for a in in_order(request) if a.name not in bound]
    if not names:
        return sentence(grant_texts.REST_NOTHING)
    shown: list[Element] = _codes(names[:_MOST_NAMES])
    if len(names) > _MOST_NAMES:
        shown.append(text(texts.AND_MORE.format(count=len(names) - _MOST_NAMES)))
    return sentence(grant_texts.REST, names=shown)


def _codes(names: Sequence[str]) -> list[Element]:
    elements: list[Element] = []
    for name in names:
        shown = code(one_line(name, _NAME_LIMIT))
        elements += [text(", "), shown] if elements else [shown]
    return elements


def _counted(unit: str, count: int) -> str:
    return grant_texts.DURATION[unit if count == 1 else f"{unit}s"].format(count=count)


def _agent(request: Request) -> Element:
    return strong(one_line(request.agent or "", _NAME_LIMIT) or texts.SOME_AGENT)


def _action(request: Request) -> Element:
    return code(one_line(request.action, LONGEST_ACTION))
