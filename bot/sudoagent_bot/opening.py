"""A stored request as its seals prove it: what may be shown of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from sudoagent.review.recount import check_borne_out, opened_outcome, opened_request, tally
from sudoagent.review.request import Request, SignedVote
from sudoagent.review.seal import BadSeal, Keyring
from sudoagent.review.store.replies import StoredReview
from sudoagent.review.widening import as_of, widened
from sudoagent.slack.grants import GrantEnd
from sudoagent.slack.messages import Run

from .rules import Refused

__all__ = ["Opened", "opened_review"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A request, its votes, oldest first, and what became of the call, once that is known.

    ``grant_end`` is how what was allowed with it for a while has ended, once it has.
    The request's reviewers are those who may decide now, or could in the end; ``widened`` says that
    they are more than at first.
    """

    request: Request
    votes: tuple[SignedVote, ...]
    run: Run | None
    widened: bool
    grant_end: GrantEnd | None = None


def opened_review(stored: StoredReview, keyring: Keyring, namespace: str) -> Opened:
    """Open everything that is sealed. Raises ``Refused`` for what library and bot did not write."""
    try:
        request = opened_request(stored, keyring, namespace)
        counted = tally(request, stored.sealed_votes, keyring)
        check_borne_out(stored.state, counted)
        run = _run(request, stored, keyring)
    except BadSeal as error:
        raise Refused("tampered", str(error)) from error
    moment = stored.ended_at or stored.now
    grant_end = _grant_end(request, counted.votes, stored)
    return Opened(as_of(request, moment), counted.votes, run, widened(request, moment), grant_end)


def _grant_end(
    request: Request, votes: tuple[SignedVote, ...], stored: StoredReview
) -> GrantEnd | None:
    given = [vote.at for vote in votes if vote.grant]
    if request.offer is None or not given or stored.state != "approved":
        return None
    until = given[0] + request.offer.seconds * 1000
    if stored.grant_ended_at is None and stored.now < until:
        return None
    return GrantEnd(by=stored.grant_ended_by, uses=stored.grant_uses)


def _run(request: Request, stored: StoredReview, keyring: Keyring) -> Run | None:
    if stored.sealed_outcome is None:
        return None
    if stored.state != "approved":
        raise BadSeal("an outcome is stored of a call that was not approved")
    told = opened_outcome(request, stored.sealed_outcome, keyring)
    return Run(
        outcome=told.outcome, seconds=told.seconds, error=told.error, audit_head=told.audit_head
    )
