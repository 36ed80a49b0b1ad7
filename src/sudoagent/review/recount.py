"""Counting the votes again, from their seals: Redis proves nothing by what it says. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from ..verdict import Outcome, Verdict, Vote
from .request import MalformedRecord, Request, SignedVote, State, decode_vote
from .seal import BadSeal, Keyring

__all__ = ["recount"]


def recount(
    request: Request,
    state: State,
    sealed_votes: Sequence[bytes],
    keyring: Keyring,
    *,
    why: str | None = None,
) -> Verdict:
    """Return the verdict that the sealed votes prove, for a request that the store says has ended.

    Approved is what is stored as approved and proved by a quorum of different reviewers, of whom
    none is the requester (unless the request allows it), each voting in time on exactly this
    request. Membership of user groups was checked when the vote was sealed; reviewers named one by
    one are checked here again. Everything else is a refusal: a stored end other than an approval
    needs no proof.

    Raises ``BadSeal`` when a vote is not genuine, or when an approval lacks its proof.
    """
    if state in ("expired", "cancelled"):
        return _ended_unvoted(state, why)
    votes = [_genuine(request, sealed, keyring) for sealed in sealed_votes]
    if len({(vote.team_id, vote.user_id) for vote in votes}) != len(votes):
        raise BadSeal("one reviewer's vote is stored twice")
    denied = [vote for vote in votes if vote.choice == "deny"]
    approved = [vote for vote in votes if vote.choice == "approve"]
    if state == "denied":
        return _voted("denied", denied, votes)
    if state != "approved" or len(approved) < request.quorum or len(denied) >= request.deny_quorum:
        raise BadSeal("the stored approval is not borne out by the sealed votes")
    return _voted("approved", approved, votes)


def _genuine(request: Request, sealed: bytes, keyring: Keyring) -> SignedVote:
    try:
        vote = decode_vote(keyring.open(sealed, "vote"))
    except MalformedRecord as error:
        raise BadSeal("a sealed vote is not of the form that the bot writes") from error
    if (vote.request_id, vote.nonce, vote.digest) != (request.id, request.nonce, request.digest):
        raise BadSeal("a vote belongs to another request, or to another call")
    if vote.at > request.expires_at:
        raise BadSeal("a vote was given after the deadline")
    if not _may_vote(request, vote.user_id):
        raise BadSeal("a vote is by somebody who may not vote on this request")
    return vote


def _may_vote(request: Request, user_id: str) -> bool:
    if user_id == request.requester and not request.allow_requester:
        return False
    has_groups = any(name.startswith("S") for name in request.reviewers)
    return has_groups or user_id in request.reviewers


def _voted(
    outcome: Outcome, deciding: Sequence[SignedVote], votes: Sequence[SignedVote]
) -> Verdict:
    in_order = sorted(votes, key=lambda vote: vote.at)
    last = max(deciding, key=lambda vote: vote.at, default=None)
    names = ", ".join(vote.user_id for vote in sorted(deciding, key=lambda vote: vote.at))
    return Verdict(
        outcome=outcome,
        reason=f"{outcome} by {names}" if names else outcome,
        approver="slack",
        votes=tuple(map(_vote, in_order)),
        comment=last.comment if last else None,
        decided_at=_moment(last.at) if last else None,
    )


def _ended_unvoted(state: Outcome, why: str | None) -> Verdict:
    usual = "nobody answered in time" if state == "expired" else "the request was withdrawn"
    return Verdict(outcome=state, reason=why or usual, approver="slack")


def _vote(vote: SignedVote) -> Vote:
    return Vote(
        choice=vote.choice,
        user_id=vote.user_id,
        team_id=vote.team_id,
        at=_moment(vote.at),
        comment=vote.comment,
    )


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
