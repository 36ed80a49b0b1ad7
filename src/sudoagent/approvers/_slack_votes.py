"""A stored request and its votes, as far as their seals prove them: what a card may show.

Pure: no clock, no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sudoagent.errors import ApprovalError
from sudoagent.review.request import (
    MalformedRecord,
    Request,
    SignedVote,
    decode_request,
    decode_vote,
)
from sudoagent.review.seal import BadSeal, Keyring
from sudoagent.review.store import StoredReview
from sudoagent.verdict import Outcome

__all__ = ["Tally", "opened_request", "tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes that count, oldest first, and what they amount to: ``None`` while more are needed."""

    votes: tuple[SignedVote, ...]
    outcome: Outcome | None


def opened_request(stored: StoredReview, keyring: Keyring, namespace: str) -> Request:
    """Return a stored request that this deployment asked. Raises ``ApprovalError``."""
    try:
        request = decode_request(keyring.open(stored.sealed_request, "request"))
    except (BadSeal, MalformedRecord) as error:
        raise ApprovalError(f"the stored request cannot be trusted: {error}") from error
    if request.id != stored.id or request.namespace != namespace:
        raise ApprovalError("the stored request belongs to another id or namespace")
    return request


def tally(request: Request, sealed_votes: Sequence[bytes], keyring: Keyring) -> Tally:
    """Count the votes on a request. Raises ``ApprovalError`` when one of them is not genuine."""
    votes = sorted((_opened(request, sealed, keyring) for sealed in sealed_votes), key=_moment)
    voters = {(vote.team_id, vote.user_id) for vote in votes}
    if len(voters) < len(votes):
        raise ApprovalError("one reviewer is stored with more than one vote")
    denies = sum(vote.choice == "deny" for vote in votes)
    outcome: Outcome | None = None
    if denies >= request.deny_quorum:
        outcome = "denied"
    elif len(votes) - denies >= request.quorum:
        outcome = "approved"
    return Tally(tuple(votes), outcome)


def _opened(request: Request, sealed: bytes, keyring: Keyring) -> SignedVote:
    try:
        vote = decode_vote(keyring.open(sealed, "vote"))
    except (BadSeal, MalformedRecord) as error:
        raise ApprovalError(f"a stored vote cannot be trusted: {error}") from error
    # 1. On this request, 2. as it was asked this time, 3. about this call.
    asked = (request.id, request.nonce, request.digest)
    if (vote.request_id, vote.nonce, vote.digest) != asked:
        raise ApprovalError("a stored vote belongs to another request")
    # 4. By somebody who may decide. Who is in a group, only Slack knows, and the bot asked.
    if vote.user_id == request.requester and not request.allow_requester:
        raise ApprovalError("a stored vote was cast by the requester")
    has_groups = any(reviewer.startswith("S") for reviewer in request.reviewers)
    if vote.user_id not in request.reviewers and not has_groups:
        raise ApprovalError("a stored vote was cast by somebody who is not a reviewer")
    return vote


def _moment(vote: SignedVote) -> tuple[int, str, str]:
    return (vote.at, vote.team_id, vote.user_id)
