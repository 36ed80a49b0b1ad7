"""Taking up the request that an earlier run left under the same idempotency key."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import get_args

from sudoagent.errors import ApprovalDenied, ApprovalError, ApproverUnavailable, OutcomeUnknown
from sudoagent.policies import Risk
from sudoagent.review.recount import opened_request
from sudoagent.review.request import MalformedRecord, Request
from sudoagent.review.seal import BadSeal
from sudoagent.review.store import Binding, ReviewStore, StoredReview, StoreError

from ._slack_question import Question

__all__ = ["Earlier", "find_earlier", "outcome_unknown"]

# How long the card of a request may be on its way: Slack's patience and a few retries.
_PLACING_SECONDS = 60.0
_LOOK_SECONDS = 0.5
# From the lowest to the highest.
_RISKS = get_args(Risk)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A request that was asked before and still counts. ``deadline``: until when to wait for it."""

    request: Request
    deadline: float


async def find_earlier(store: ReviewStore, question: Question) -> tuple[Earlier | None, str | None]:
    """Return the request to take up, else the id of the one that a new one takes the place of.

    A request that expired or was withdrawn is not taken up, but replaced. Raises ``ApprovalDenied``
    when the key belongs to another call or to a question by laxer rules, ``OutcomeUnknown`` when
    its approval was used,
    ``ApprovalError`` when what is stored cannot be trusted, and ``ApproverUnavailable`` when the
    store cannot be asked.
    """
    if question.idempotency_key is None:
        return None, None
    try:
        binding = await store.bound(question.idempotency_key)
        if binding is None:
            return None, None
        stored, request = await _trusted(store, question, binding)
        stored = await _settled(store, stored)
    except StoreError as error:
        raise ApproverUnavailable(error.reason) from error
    if stored.claimed_by is not None:
        raise outcome_unknown(request.id)
    if stored.state in ("expired", "cancelled"):
        return None, request.id
    other = _other_question(request, question)
    if other is not None:
        raise ApprovalDenied(
            f"the earlier request with this idempotency key does not cover the call: {other}",
            request_id=request.id,
        )
    return Earlier(request, _deadline(question, stored, request)), None


def _other_question(earlier: Request, question: Question) -> str | None:
    """Return why an answer to the earlier question is none to this one, about the same call."""
    now, later = question.request, question.follow_up
    asked = {*earlier.reviewers, *(earlier.escalation.reviewers if earlier.escalation else ())}
    to_ask = {*now.reviewers, *(later.people if later else ())}
    differs = {
        "fewer reviewers had to approve it": earlier.quorum < now.quorum,
        "other reviewers were asked": not asked <= to_ask,
        "it was asked on behalf of somebody else": earlier.requester != now.requester,
        "its requester may decide": earlier.allow_requester and not now.allow_requester,
        "no number was asked for": bool(now.number_check and not earlier.number_check),
        "its risk was lower": _RISKS.index(earlier.risk) < _RISKS.index(now.risk),
        # Reviewers read these, and the policy may have gone by them.
        "another agent was named": earlier.agent != now.agent,
        "another environment was named": earlier.environment != now.environment,
    }
    return next((why for why, so in differs.items() if so), None)


def outcome_unknown(request_id: str) -> OutcomeUnknown:
    """Return the error for an approval that another run has used."""
    return OutcomeUnknown(
        "this approval was used before, by a run that may or may not have finished: look for "
        f"request {request_id} in the audit log",
        request_id=request_id,
    )


async def _trusted(
    store: ReviewStore, question: Question, binding: Binding
) -> tuple[StoredReview, Request]:
    """Return the earlier request as its seal proves it; the binding itself proves nothing."""
    stored = await _read(store, binding.request_id)
    try:
        request = opened_request(stored, question.keyring, question.settings.namespace)
    except BadSeal as error:
        raise ApprovalError(f"the earlier request cannot be trusted: {error}") from error
    if request.digest != question.request.digest or binding.digest != request.digest:
        raise ApprovalDenied(
            "the idempotency key was used for a call with other arguments: one key, one effect",
            request_id=request.id,
        )
    return stored, request


async def _settled(store: ReviewStore, stored: StoredReview) -> StoredReview:
    """Return the request once it is clear whether it can still be answered."""
    if stored.state == "pending" and stored.now >= stored.expires_at:
        await store.expire(stored.id)
        return await _read(store, stored.id)
    while stored.state == "pending" and stored.message_ts is None:
        # Whoever asked is posting the card just now, or died before it was posted.
        if stored.now - stored.created_at > _PLACING_SECONDS * 1000:
            await store.cancel(stored.id, "unposted")
        else:
            await asyncio.sleep(_LOOK_SECONDS)
        stored = await _read(store, stored.id)
    return stored


async def _read(store: ReviewStore, request_id: str) -> StoredReview:
    try:
        stored = await store.read(request_id)
    except MalformedRecord as error:
        raise ApprovalError(f"the earlier request cannot be trusted: {error}") from error
    if stored is None:
        raise ApprovalError(
            "the earlier request with this idempotency key is lost, and with it whether it was used"
        )
    return stored


def _deadline(question: Question, stored: StoredReview, request: Request) -> float:
    # As it was sealed: what is stored beside it can be changed, and an approval is good until then.
    deadline = time.monotonic() + (request.expires_at - stored.now) / 1000
    own = question.caller_deadline
    return deadline if own is None else min(deadline, own)
