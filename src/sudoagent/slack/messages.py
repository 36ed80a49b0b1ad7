"""The card of a request in each of its states: what a reviewer sees, and can trust to see.

A card is made from stored facts only (the request, its state, its votes), so that painting it
again gives the same card, and any bot can do it.

Pure: no clock, no network.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from sudoagent.review.request import LONGEST_ACTION, Request, SignedVote, State

from . import texts
from .arguments import on_card
from .blocks import (
    Block,
    Element,
    actions,
    code,
    date,
    escape,
    fact,
    header,
    one_line,
    people,
    person,
    preformatted,
    quote,
    rich_text,
    sentence,
    small_print,
    strong,
    text,
)
from .buttons import agent_name, vote_buttons
from .fields import edit_lines
from .grants import grant_lines

__all__ = ["Message", "Run", "card", "pending_card", "seconds", "vote_buttons"]

_NAME_LIMIT = 80
_REASON_LIMIT = 500
_MOST_COMMENTS = 5


@dataclass(frozen=True, slots=True)
class Message:
    """What to post. ``text`` is the notification and what a screen reader reads."""

    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What became of the approved call. ``error`` is redacted.

    ``seconds`` is how long it ran, ``None`` when it was not begun. ``audit_head`` is where the
    audit log stood afterwards.
    """

    outcome: Literal["success", "error", "cancelled"]
    seconds: float | None
    error: str | None = None
    audit_head: str | None = None

    @property
    def end(self) -> str:
        """Which sentence tells it: a key of `texts.RAN`."""
        return "unrun" if self.seconds is None else self.outcome

    @property
    def duration(self) -> str:
        """How long it ran, as people say it."""
        return seconds(self.seconds or 0)


def pending_card(request: Request) -> Message:
    """Return the card as it is first posted."""
    return card(request)


def card(
    request: Request,
    *,
    state: State = "pending",
    votes: Sequence[SignedVote] = (),
    decided_at: int | None = None,
    cause: str | None = None,
    run: Run | None = None,
    widened: bool = False,
    asked_before: Collection[str] = (),
    revoked_by: str | None = None,
) -> Message:
    """Return the card of a request as it stands.

    ``decided_at`` is when it left ``pending``, in milliseconds since the epoch; ``cause`` why it
    was withdrawn (a key of `texts.CAUSE`); ``run`` what became of an approved call. ``widened``:
    more people may decide than at first. ``asked_before`` are reviewers who know already, and are
    counted instead of mentioned. ``revoked_by`` ended what was allowed for a while.
    """
    revision = f"{request.id}:{state}.{len(votes)}" + (f".{run.end}" if run else "")
    revision += (".w" if widened else "") + (".r" if revoked_by else "")
    shown = on_card(request)
    blocks: list[Block] = [
        _header(request, state, run, f"head:{revision}"),
        rich_text(f"call:{revision}", _call(request, shown.lines, state)),
    ]
    if state == "pending":
        facts = [*_facts(request, asked_before), *_tally(request, votes), *_wider(request, widened)]
        blocks += _question(request, facts, revision, hidden=shown.hidden)
    else:
        at = _moment(request, votes, decided_at)
        status = [*_status(request, state, votes, at, cause, run)]
        status += _wider(request, widened) if widened else []
        status += [line for v in votes for line in grant_lines(request, v, revoked_by=revoked_by)]
        blocks.append(rich_text(f"status:{revision}", status))
    blocks.append(_footer(request, state, run, f"foot:{revision}"))
    return Message(_fallback(request, state, run), tuple(blocks))


def seconds(duration: float) -> str:
    """Return a duration as people say it."""
    if duration < 1:
        return texts.DURATION["milliseconds"].format(count=f"{max(duration, 0) * 1000:.0f}")
    if duration < 120:
        return texts.DURATION["seconds"].format(count=f"{duration:.1f}")
    minutes = int(duration // 60)
    if minutes < 120:
        return texts.DURATION["minutes"].format(count=minutes)
    return texts.DURATION["hours"].format(hours=minutes // 60, minutes=minutes % 60)


def _header(request: Request, state: State, run: Run | None, block_id: str) -> Block:
    if state == "pending":
        mark = texts.RISK_MARK[request.risk]
        return header(block_id, texts.HEADER_PENDING, mark=mark, action=request.action)
    template = texts.HEADER_RAN[run.end] if run else texts.HEADER[state]
    return header(block_id, template, action=request.action)


def _call(request: Request, lines: str, state: State) -> list[Element]:
    agent = strong(agent_name(request))
    action = code(one_line(request.action, LONGEST_ACTION))
    wants, wants_for = texts.WANTS, texts.WANTS_FOR
    if state != "pending":
        wants, wants_for = texts.WANTED, texts.WANTED_FOR
    if request.requester:
        requester = person(request.requester)
        who = sentence(wants_for, agent=agent, action=action, requester=requester)
    else:
        who = sentence(wants, agent=agent, action=action)
    return [who, preformatted(lines), *_reasons(request)]


def _reasons(request: Request) -> list[Element]:
    reasons = [fact(texts.POLICY_REASON, one_line(request.policy_reason, _REASON_LIMIT))]
    if request.agent_reason and request.agent_reason.strip():
        reasons.append(sentence(texts.AGENT_REASON))
        reasons.append(quote(one_line(request.agent_reason, _REASON_LIMIT)))
    return reasons


def _question(
    request: Request, facts: Sequence[Element], revision: str, *, hidden: bool
) -> list[Block]:
    blocks = [rich_text(f"facts:{revision}", facts)]
    if hidden:
        blocks.append(rich_text(f"hidden:{revision}", [sentence(texts.HIDDEN_NOTICE)]))
    blocks.append(actions(f"vote:{revision}", vote_buttons(request, hidden=hidden)))
    return blocks


def _facts(request: Request, asked_before: Collection[str]) -> list[Element]:
    facts = [fact(texts.FACT_RISK, texts.RISK[request.risk])]
    if request.environment and request.environment.strip():
        facts.append(fact(texts.FACT_ENVIRONMENT, one_line(request.environment, _NAME_LIMIT)))
    facts.append(fact(texts.FACT_REVIEWERS, *_reviewers(request, asked_before)))
    facts.append(fact(texts.FACT_NEEDS, _rule(request)))
    return facts


def _reviewers(request: Request, asked_before: Collection[str]) -> list[Element]:
    known = sum(name in asked_before for name in request.reviewers)
    new = [name for name in request.reviewers if name not in asked_before]
    told = people(new, texts.AND_MORE)
    if known:
        template = texts.AND_ASKED_BEFORE if new else texts.ASKED_BEFORE
        told.append(text(template.format(count=known)))
    return told


def _wider(request: Request, widened: bool) -> list[Element]:
    # Nobody is named before it is time: a name here is a ping.
    if request.escalation is None:
        return []
    template = texts.WIDENED if widened else texts.WIDENS
    return [sentence(template, at=date(request.escalation.at, texts.AT_SOON))]


def _rule(request: Request) -> str:
    many = request.quorum > 1
    rule = texts.RULE_MANY.format(count=request.quorum) if many else texts.RULE_ONE
    if request.deny_quorum > 1:
        rule += texts.RULE_DENIES.format(count=request.deny_quorum)
    return rule


def _tally(request: Request, votes: Sequence[SignedVote]) -> list[Element]:
    lines = []
    approving, denying = _voters(votes, "approve"), _voters(votes, "deny")
    if approving:
        missing = request.quorum - len(approving)
        template = texts.VOTES_APPROVE if missing > 0 else texts.VOTES_APPROVE_ENOUGH
        lines.append(
            sentence(
                "✅ " + template,
                count=len(approving),
                quorum=request.quorum,
                people=people(approving, texts.AND_MORE),
                missing=missing,
            )
        )
    if denying:
        lines.append(
            sentence(
                "⛔ " + texts.VOTES_DENY,
                count=len(denying),
                quorum=request.deny_quorum,
                people=people(denying, texts.AND_MORE),
            )
        )
    return lines


def _status(
    request: Request,
    state: State,
    votes: Sequence[SignedVote],
    decided_at: int,
    cause: str | None,
    run: Run | None,
) -> list[Element]:
    choice = "deny" if state == "denied" else "approve"
    lines = [
        sentence(
            texts.STATUS[state],
            people=people(_voters(votes, choice), texts.AND_MORE),
            at=date(decided_at, texts.AT_DAY),
            cause=texts.CAUSE.get(cause or "other", texts.CAUSE["other"]),
        )
    ]
    if run is not None:
        lines.append(sentence(texts.RAN[run.end], duration=run.duration))
    lines += [line for vote in votes for line in edit_lines(request, vote, person(vote.user_id))]
    for vote in [vote for vote in votes if vote.comment and vote.comment.strip()][:_MOST_COMMENTS]:
        lines.append(sentence(texts.COMMENT_LABEL, person=person(vote.user_id)))
        lines.append(quote(one_line(vote.comment or "", _REASON_LIMIT)))
    return lines


def _footer(request: Request, state: State, run: Run | None, block_id: str) -> Block:
    # The later place in the log vouches for the earlier one, too.
    head = (run.audit_head if run else None) or request.audit_head
    template = texts.FOOTER_HEAD if head else texts.FOOTER
    words = template.format(
        id=request.id,
        digest=one_line(request.digest, 64)[:12],
        head=one_line(head or "", 40),
    )
    if state != "pending":
        return small_print(block_id, words)
    return small_print(block_id, words, (texts.EXPIRES, request.expires_at, texts.AT_SOON))


def _fallback(request: Request, state: State, run: Run | None) -> str:
    action = escape(one_line(request.action, _NAME_LIMIT))
    if run is not None:
        return texts.FALLBACK_RAN[run.end].format(action=action)
    if state != "pending":
        return texts.FALLBACK[state].format(action=action)
    return texts.FALLBACK_PENDING.format(
        agent=escape(agent_name(request)), action=action, risk=texts.FALLBACK_RISK[request.risk]
    )


def _moment(request: Request, votes: Sequence[SignedVote], decided_at: int | None) -> int:
    if decided_at is not None:
        return decided_at
    return votes[-1].at if votes else request.expires_at


def _voters(votes: Sequence[SignedVote], choice: str) -> list[str]:
    return [vote.user_id for vote in votes if vote.choice == choice]
