"""A test request: through the same path as a real one, but nothing runs."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from typing import Final

from ..approvers.slack import SlackApprover
from ..context import Context
from ..errors import SudoAgentError
from ..policies import Decision, PolicyResult
from ..review.store import ReviewStore, StoreError
from ..verdict import Verdict
from .result import Check, failed, good, warning

__all__ = ["check_by_posting"]

_BOT_SECONDS = 3.0
_POST_SECONDS = 60.0
_LOOK_SECONDS = 0.1
_NOTICE: Final = "This is a test: nothing runs"


async def check_by_posting(store: ReviewStore, *, wait: float | None) -> Check:
    """Post a request as `SlackApprover` does, with its settings from the environment.

    ``wait``: for how many seconds a click is waited for; ``None``: the request is withdrawn as soon
    as it is posted. Cancelling withdraws it.
    """
    request_id = str(uuid.uuid4())
    began = time.monotonic()
    asking = asyncio.ensure_future(_ask(request_id, wait or _POST_SECONDS))
    try:
        if wait is None and await _posted(store, request_id, asking):
            return good("request", "posted, and withdrawn at once: no click was waited for")
        return _judge(await asking, time.monotonic() - began)
    except SudoAgentError as error:
        cure = "look at the checks above, and at what the bot logs"
        return failed("request", f"it could not be asked: {error.reason}", cure)
    finally:
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)


async def _ask(request_id: str, seconds: float) -> Verdict:
    approver = SlackApprover(timeout=seconds, bot_wait=_BOT_SECONDS, agent="sudoagent doctor")
    call = Context(
        "test_request",
        kwargs={"note": _NOTICE},
        metadata={"justification": "to see whether a click in Slack reaches this machine"},
    )
    asks = PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason=_NOTICE, risk="low")
    return await approver.aapprove(call, asks, request_id)


async def _posted(store: ReviewStore, request_id: str, asking: asyncio.Future[Verdict]) -> bool:
    """Wait until the message is there; false when asking ended before that."""
    while not asking.done():
        with contextlib.suppress(StoreError):
            stored = await store.read(request_id)
            if stored is not None and stored.message_ts is not None:
                return True
        await asyncio.sleep(_LOOK_SECONDS)
    return False


def _judge(verdict: Verdict, seconds: float) -> Check:
    if verdict.votes:
        last = verdict.votes[-1]
        told = f"{last.user_id} answered {last.choice} after {seconds:.0f} s"
        return good("request", f"{told}: Slack, bot, server and library work together")
    if verdict.outcome == "expired":
        told = f"posted, but nobody clicked within {seconds:.0f} s"
        return warning("request", told, "try again with a reviewer at hand, or use --no-wait")
    cure = "`sudoagent status` says more"
    return failed("request", f"{verdict.outcome}: {verdict.reason}", cure)
