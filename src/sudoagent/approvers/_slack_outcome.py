"""Telling the store, and by it the card and its thread, what became of an approved call."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from sudoagent._threads import in_thread
from sudoagent.display import cut
from sudoagent.errors import ApproverUnavailable
from sudoagent.review.request import SCHEMA_VERSION, Request, SignedOutcome, encode
from sudoagent.review.seal import Keyring
from sudoagent.review.store import StoreError

from ._slack_desk import desk_for
from ._slack_settings import SlackSettings

__all__ = ["Ended", "Receipt", "tell"]

logger = logging.getLogger(__name__)

_MOST_ERROR = 2000
Ended = Literal["success", "error", "cancelled"]

# Nobody waits for it, so an outage of the server may take a while.
_PAUSES = (0.5, 2.0, 10.0, 30.0, 60.0)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What ties an outcome to the approval that was claimed for the call.

    ``owner`` named the claim; ``log_head`` says where the audit log stands.
    """

    settings: SlackSettings
    keyring: Keyring
    request: Request
    owner: str
    log_head: Callable[[], str | None] = field(repr=False)


async def tell(receipt: Receipt, outcome: Ended, seconds: float | None, error: str | None) -> None:
    """Store the outcome, sealed; repeated for some minutes while the server is away.

    ``error`` holds no secrets. Raises nothing: what cannot be told is logged.
    """
    request = receipt.request
    told = SignedOutcome(
        v=SCHEMA_VERSION,
        request_id=request.id,
        nonce=request.nonce,
        digest=request.digest,
        outcome=outcome,
        seconds=seconds,
        error=None if error is None else cut(error, _MOST_ERROR),
        audit_head=await in_thread(receipt.log_head),  # it may ask a disk or a server
    )
    sealed = receipt.keyring.seal(encode(told), "outcome")
    for pause in _PAUSES:
        try:
            desk = await desk_for(receipt.settings)
            reply = await desk.store.report(told, sealed, receipt.owner)
        except (StoreError, ApproverUnavailable) as failure:
            logger.info("request %s: its outcome is told later: %s", request.id, failure.reason)
            await asyncio.sleep(pause)
        else:
            logger.info("request %s: %s (%s)", request.id, outcome, reply)
            return
    logger.warning("request %s: its card will not say what became of the call", request.id)
