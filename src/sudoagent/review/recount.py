"""What a stored request and its votes amount to, as far as their seals prove it.

The one home of judging a vote: the library decides by it, the bot paints by it. Redis proves
nothing by what it says. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..editable import Unfit
from ..verdict import Outcome, Verdict, Vote
from .editing import edited_values
from .request import (
    MalformedRecord,
    Request,
    SignedOutcome,
    SignedVote,
    State,
    decode_outcome,
    decode_request,
    decode_vote,
)
from .seal import BadSeal, Keyring
from .widening import as_of

if TYPE_CHECKING:
    from .store.replies import StoredReview

__all__ = ["Tally", "check_borne_out", "opened_outcome", "opened_request", "recount", "tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes that count, oldest first, and what they amount to: ``None`` while more are needed."""

    votes: tuple[SignedVote, ...]
    outcome: Outcome | None

    def by(self, choice: str) -> tuple[SignedVote, ...]:
        """Return the votes with this choice, oldest first."""
        return tuple(vote for vote in self.votes if vote.choice == choice)


def opened_request(stored: StoredReview, keyring: Keyring, namespace: str) -> Request:
    """Return a stored request that this deployment asked. Raises ``BadSeal``."""
    try:
        request = decode_request(keyring.open(stored.sealed_request, "request"))
    except MalformedRecord as error:
        raise BadSeal("the stored request is not of the form that the library writes") from error
    if request.id != stored.id or request.namespace != namespace:
        raise BadSeal("the stored request belongs to another id or namespace")
    return request


def tally(request: Request, sealed_votes: Sequence[bytes], keyring: Keyring) -> Tally:
    """Count the votes on a request. Raises ``BadSeal`` when one of them is not genuine.

    A genuine vote is by a reviewer, who is not the requester (unless the request allows it), once
    and in time, on exactly this request. Membership of user groups was checked when the vote was
    sealed; reviewers named one by one are checked here again.
    """
    votes = sorted((_genuine(request, sealed, keyring) for sealed in sealed_votes), key=_order)
    if len({(vote.team_id, vote.user_id) for vote in votes}) != len(votes):
        raise BadSeal("one reviewer is stored with more than one vote")
    denies = sum(vote.choice == "deny" for vote in votes)
    outcome: Outcome | None = None
    if denies >= request.deny_quorum:
        outcome = "denied"
    elif len(votes) - denies >= request.quorum:
        outcome = "approved"
    return Tally(tuple(votes), outcome)


def check_borne_out(state: State, counted: Tally) -> None:
    """Raise ``BadSeal`` when the votes do not amount to what the store says became of a request.

    Neither a decision that nobody made is one, nor one that is passed off as another end.
    """
    decided = state if state in ("approved", "denied") else None
    if counted.outcome != decided:
        raise BadSeal(f"the store says {state}, but the votes do not")


def opened_outcome(request: Request, sealed: bytes, keyring: Keyring) -> SignedOutcome:
    """Return what the library says became of the call. Raises ``BadSeal``."""
    try:
        outcome = decode_outcome(keyring.open(sealed, "outcome"))
    except MalformedRecord as error:
        raise BadSeal("the outcome is not of the form that the library writes") from error
    asked = (request.id, request.nonce, request.digest)
    if (outcome.request_id, outcome.nonce, outcome.digest) != asked:
        raise BadSeal("the outcome belongs to another request, or to another call")
    return outcome


def recount(
    request: Request,
    state: State,
    sealed_votes: Sequence[bytes],
    keyring: Keyring,
    *,
    why: str | None = None,
) -> Verdict:
    """Return the verdict that the sealed votes prove, for a request that the store says has ended.

    Approved is what is stored as approved and proved by a quorum of genuine votes (see ``tally``).
    Everything else is a refusal: a stored end other than an approval needs no proof.

    Raises ``BadSeal`` when a vote is not genuine, or when an approval lacks its proof.
    """
    if state in ("expired", "cancelled"):
        return _ended_unvoted(state, why)
    counted = tally(request, sealed_votes, keyring)
    if state == "denied":
        return _voted("denied", counted.by("deny"), counted.votes, {})
    if state != "approved" or counted.outcome != "approved":
        raise BadSeal("the stored approval is not borne out by the sealed votes")
    approving = counted.by("approve")
    # A request that offers edits is approved by one reviewer (`decode_request`).
    edits = {name: to for vote in approving for name, to in _edits(request, vote).items()}
    verdict = _voted("approved", approving, counted.votes, edits)
    return replace(verdict, facts=_granted(request, approving))


def _granted(request: Request, approving: Sequence[SignedVote]) -> dict[str, str]:
    """Say until when the approval stands for other calls, too, if it does."""
    given = [vote.at for vote in approving if vote.grant]
    if request.offer is None or not given:
        return {}
    return {"granted_until": _moment(given[0] + request.offer.seconds * 1000).isoformat()}


def _genuine(request: Request, sealed: bytes, keyring: Keyring) -> SignedVote:
    try:
        vote = decode_vote(keyring.open(sealed, "vote"))
    except MalformedRecord as error:
        raise BadSeal("a sealed vote is not of the form that the bot writes") from error
    # 1. On this request, 2. as it was asked this time, 3. about this call.
    if (vote.request_id, vote.nonce, vote.digest) != (request.id, request.nonce, request.digest):
        raise BadSeal("a vote belongs to another request, or to another call")
    # 4. In time.
    if vote.at > request.expires_at:
        raise BadSeal("a vote was given after the deadline")
    # 5. By somebody who may decide. Who is in a group, only Slack knows, and the bot asked.
    if not _may_vote(as_of(request, vote.at), vote.user_id):
        raise BadSeal("a vote is by somebody who may not vote on this request")
    # 6. With the number, where an approval needs it.
    if vote.choice == "approve" and request.number_check is not None and not vote.number_matched:
        raise BadSeal("an approval does not state the number that was asked for")
    # 7. Changing nothing but what the request offers.
    _edits(request, vote)
    # 8. Allowing no more than that.
    if vote.grant and (request.offer is None or vote.choice != "approve" or vote.edits):
        raise BadSeal("a vote allows for a while what the request does not offer")
    return vote


def _edits(request: Request, vote: SignedVote) -> dict[str, Any]:
    if vote.edits and vote.choice != "approve":
        raise BadSeal("a denial comes with edits")
    try:
        return edited_values(request, vote.edits)
    except Unfit as error:
        raise BadSeal("a vote edits what the request does not offer for editing") from error


def _may_vote(request: Request, user_id: str) -> bool:
    if user_id == request.requester and not request.allow_requester:
        return False
    has_groups = any(name.startswith("S") for name in request.reviewers)
    return has_groups or user_id in request.reviewers


def _order(vote: SignedVote) -> tuple[int, str, str]:
    return (vote.at, vote.team_id, vote.user_id)


def _voted(
    outcome: Outcome,
    deciding: Sequence[SignedVote],
    votes: Sequence[SignedVote],
    edits: Mapping[str, Any],
) -> Verdict:
    last = deciding[-1] if deciding else None
    names = ", ".join(vote.user_id for vote in deciding)
    return Verdict(
        outcome=outcome,
        reason=f"{outcome} by {names}" if names else outcome,
        approver="slack",
        votes=tuple(map(_vote, votes)),
        comment=last.comment if last else None,
        decided_at=_moment(last.at) if last else None,
        edits=edits,
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
        number_matched=vote.number_matched,
    )


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
