"""The app's Home tab of one person: what waits for them, what they decided, what is frozen.

Made from stored facts only, so that any bot paints the same tab from them. As on a card, what is
not shown in full here cannot be approved here with one click.

Pure: no clock, no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sudoagent.display import cut
from sudoagent.review.request import LONGEST_ACTION, Request, SignedVote, State
from sudoagent.verdict import Choice

from . import texts
from .arguments import Shown, on_card
from .blocks import (
    Block,
    Element,
    actions,
    code,
    date,
    fact,
    header,
    one_line,
    person,
    plain,
    preformatted,
    quote,
    rich_text,
    sentence,
    small_print,
    strong,
    who,
)
from .grants import Standing, grants_section
from .messages import vote_buttons

__all__ = [
    "MOST_WAITING",
    "Decided",
    "Frozen",
    "HomeFacts",
    "Waiting",
    "home_view",
    "notice_modal",
    "on_home",
    "who",
]

# Slack takes a hundred blocks; four for each of these leave room for everything else.
MOST_WAITING = 15
_MOST_DECIDED = 10
_LINES = 8
_CHARACTERS = 600
_NAME_LIMIT = 60
_REASON_LIMIT = 200
_FREEZE_REASON_LIMIT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A pending request that this person may decide, and the votes that it has."""

    request: Request
    votes: tuple[SignedVote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A vote of this person, and how the request stands. ``at``: milliseconds."""

    request: Request
    choice: Choice
    state: State
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """Who froze the namespace (``team/user``, or an operator's name), when and why."""

    by: str
    at: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFacts:
    """What one person's tab says.

    ``waiting`` are all of them, the most urgent first; ``grants`` are those that this person can
    revoke; ``unreadable`` counts pending records that nobody could be shown. ``closed`` says that
    the tab is for somebody who decides nothing, ``unknown`` that Slack did not say whether it is.
    """

    waiting: tuple[Waiting, ...] = ()
    decided: tuple[Decided, ...] = ()
    grants: tuple[Standing, ...] = ()
    frozen: Frozen | None = None
    unreadable: int = 0
    closed: bool = False
    unknown: bool = False

    @property
    def shown(self) -> tuple[Waiting, ...]:
        """Those that fit."""
        return self.waiting[:MOST_WAITING]


def home_view(facts: HomeFacts, private_metadata: str = "") -> dict[str, Any]:
    """Return the tab. ``private_metadata`` comes back with every click on it."""
    if facts.closed or facts.unknown:
        words = texts.HOME_CLOSED if facts.closed else texts.HOME_UNKNOWN
        blocks = [rich_text("closed", [sentence(words)])]
    else:
        blocks = [
            *_frozen(facts.frozen),
            *_waiting(facts),
            *grants_section(facts.grants),
            *_decided(facts.decided),
        ]
    return {"type": "home", "private_metadata": private_metadata, "blocks": blocks}


def notice_modal(words: str) -> dict[str, Any]:
    """Return a dialog that only says something, to somebody who pressed a button on the tab."""
    return {
        "type": "modal",
        "title": plain(texts.NOTICE_TITLE, 24),
        "close": plain(texts.NOTICE_CLOSE, 24),
        "blocks": [rich_text("notice", [sentence(words)])],
    }


def on_home(request: Request) -> Shown:
    """Return what the tab shows of a call's arguments: less than a card, as it shows many."""
    shown = on_card(request)
    lines = shown.lines.split("\n")
    brief = cut("\n".join(lines[:_LINES]), _CHARACTERS)
    left_out = len(lines) - _LINES
    if left_out > 0:
        brief += "\n" + texts.LINES_LEFT_OUT.format(count=left_out)
    return Shown(brief, hidden=shown.hidden or brief != shown.lines)


def _frozen(frozen: Frozen | None) -> list[Block]:
    if frozen is None:
        return []
    words = sentence(texts.HOME_FROZEN, who=who(frozen.by), at=date(frozen.at, texts.AT_DAY))
    reason = quote(one_line(frozen.reason, _FREEZE_REASON_LIMIT))
    return [rich_text("frozen", [words, reason]), _divider("frozen-end")]


def _waiting(facts: HomeFacts) -> list[Block]:
    blocks = [header("waiting", texts.HOME_TITLE)]
    for one in facts.shown:
        blocks += _asked(one)
    if not facts.waiting:
        blocks.append(rich_text("nothing", [sentence(texts.HOME_NOTHING)]))
    notes = []
    if len(facts.waiting) > MOST_WAITING:
        notes.append(sentence(texts.HOME_MORE, count=len(facts.waiting) - MOST_WAITING))
    if facts.unreadable:
        notes.append(sentence(texts.HOME_BAD, count=facts.unreadable))
    return [*blocks, rich_text("notes", notes)] if notes else blocks


def _asked(one: Waiting) -> list[Block]:
    request, shown = one.request, on_home(one.request)
    lines = [_sentence(request), preformatted(shown.lines), *_facts(one)]
    if shown.hidden:
        lines.append(sentence(texts.HIDDEN_NOTICE))
    expiry = (texts.EXPIRES, request.expires_at, texts.AT_SOON)
    words = texts.FOOTER.format(id=request.id, digest=one_line(request.digest, 64)[:12])
    return [
        rich_text(f"asked:{request.id}", lines),
        actions(f"vote:{request.id}", vote_buttons(request, hidden=shown.hidden)),
        small_print(f"foot:{request.id}", words, expiry),
        _divider(f"end:{request.id}"),
    ]


def _sentence(request: Request) -> Element:
    template = texts.WANTS_FOR if request.requester else texts.WANTS
    return sentence(
        f"{texts.RISK_MARK[request.risk]} {template}",
        agent=strong(_agent(request)),
        action=_action(request),
        requester=person(request.requester or ""),
    )


def _facts(one: Waiting) -> list[Element]:
    request = one.request
    facts = [fact(texts.POLICY_REASON, one_line(request.policy_reason, _REASON_LIMIT))]
    if request.environment and request.environment.strip():
        facts.append(fact(texts.FACT_ENVIRONMENT, one_line(request.environment, _NAME_LIMIT)))
    if request.quorum > 1:
        count = sum(vote.choice == "approve" for vote in one.votes)
        words = texts.RULE_MANY.format(count=f"{count}/{request.quorum}")
        facts.append(fact(texts.FACT_NEEDS, words))
    return facts


def _decided(decided: Sequence[Decided]) -> list[Block]:
    lines = [
        sentence(
            texts.HOME_LINE[one.choice],
            action=_action(one.request),
            agent=strong(_agent(one.request)),
            at=date(one.at, texts.AT_DAY),
            state=texts.HOME_STATE[one.state],
        )
        for one in decided[:_MOST_DECIDED]
    ]
    lines = lines or [sentence(texts.HOME_NOTHING_DECIDED)]
    return [header("decided", texts.HOME_DECIDED), rich_text("decisions", lines)]


def _agent(request: Request) -> str:
    return one_line(request.agent or "", _NAME_LIMIT) or texts.SOME_AGENT


def _action(request: Request) -> Element:
    return code(one_line(request.action, LONGEST_ACTION))


def _divider(block_id: str) -> Block:
    return {"type": "divider", "block_id": block_id}
