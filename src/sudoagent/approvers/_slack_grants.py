"""Letting a call pass under a grant that stands, without asking anybody.

the offer's key → the request it leads to → its seals → the clocks → counted, if it still stands
"""

from __future__ import annotations

import logging
import math
import time
import uuid
from dataclasses import dataclass

from sudoagent.errors import ApproverUnavailable
from sudoagent.review.grants import Grant, check_covers, opened_grant
from sudoagent.review.request import MalformedRecord
from sudoagent.review.seal import BadSeal
from sudoagent.review.store import ReviewStore, StoredReview, StoreError, UseReply
from sudoagent.verdict import Verdict

from ._slack_question import Question

__all__ = ["Passage", "passage"]

logger = logging.getLogger(__name__)

_MOST_REMEMBERED = 10_000
# By the request's nonce: when its grant ends by the monotonic clock, which nobody can set back.
_ends: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class Passage:
    """What came of looking for a grant: an approval, or why what was found is none, or nothing."""

    verdict: Verdict | None = None
    refused: str | None = None


async def passage(store: ReviewStore, question: Question) -> Passage:
    """Return an approval when a grant covers the call and stands; the use is counted then.

    A call with an idempotency key is asked about: one key is one effect, and only a request of its
    own can be claimed once. Raises ``ApproverUnavailable`` when the store cannot be asked.
    """
    offer = question.request.offer
    if offer is None or question.idempotency_key is not None:
        return Passage()
    try:
        return await _look(store, question, offer.key)
    except StoreError as error:
        raise ApproverUnavailable(error.reason) from error
    except (BadSeal, MalformedRecord) as error:
        # Somebody who can write to Redis may have written it; a person decides.
        logger.warning("a stored grant is refused: %s", error)
        return Passage(refused=str(error))


async def _look(store: ReviewStore, question: Question, key: str) -> Passage:
    request_id = await store.grants.find(key)
    stored = await store.read(request_id) if request_id is not None else None
    if stored is None:
        return Passage()
    grant = opened_grant(stored, question.keyring, question.settings.namespace)
    _check(grant, question, stored.now)
    used = await store.grants.use(key, stored.id, uuid.uuid4().hex)
    if used.kind != "used":
        return Passage()  # revoked a moment ago, or frozen, which asking will find out
    # Time went by since.
    _check(grant, question, used.now)
    return Passage(_verdict(question, stored, grant, used))


def _check(grant: Grant, question: Question, server_now: int) -> None:
    check_covers(grant, question.request, server_now=server_now, own_now=int(time.time() * 1000))
    left = (grant.until - server_now) / 1000
    if _end(grant.request.nonce, left) <= time.monotonic():
        raise BadSeal("the stored grant is over: a clock was set back")


def _end(nonce: str, left: float) -> float:
    """Return when a grant ends, by the first account of it or a later one that is stricter."""
    soonest = min(time.monotonic() + left, _ends.pop(nonce, math.inf))
    while len(_ends) >= _MOST_REMEMBERED:
        del _ends[next(iter(_ends))]  # the one that was looked at the longest time ago
    _ends[nonce] = soonest
    return soonest


def _verdict(question: Question, stored: StoredReview, grant: Grant, used: UseReply) -> Verdict:
    until = grant.ends.isoformat(timespec="seconds")
    end = _ends[grant.request.nonce]
    caller = question.caller_deadline
    logger.info("request %s covers a call until %s", grant.request.id, until)
    # Without the vote and its comment, which were on another call: whoever counts votes in the log
    # counts that one there.
    return Verdict(
        outcome="approved",
        reason=f"allowed for a while by {grant.vote.user_id}, until {until}",
        approver="slack",
        channel=stored.channel,
        message_ts=stored.message_ts,
        valid_until=end if caller is None else min(end, caller),
        facts={
            "grant_request_id": grant.request.id,
            "granted_by": f"{grant.vote.team_id}/{grant.vote.user_id}",
            "granted_until": until,
            "grant_use": str(used.uses),
        },
    )
