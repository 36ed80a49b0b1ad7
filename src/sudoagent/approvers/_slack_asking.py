"""Asking in Slack, step by step: store, post, wait, recount, claim. Runs on the background loop.

    presence → create → post → attach → wait → recount → claim

Until something was posted, a failure is ``ApproverUnavailable`` and somebody else may be asked.
From then on every failure is a refusal, and the request is withdrawn: no later click counts.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from dataclasses import replace

import msgspec

from sudoagent.errors import ApprovalError, ApproverUnavailable
from sudoagent.review.background import background
from sudoagent.review.desk import Desk
from sudoagent.review.number import number_of
from sudoagent.review.recount import recount
from sudoagent.review.request import Request, encode
from sudoagent.review.seal import BadSeal
from sudoagent.review.store import Caps, CreateReply, StoredReview, StoreError
from sudoagent.review.waiter import Ending
from sudoagent.review.widening import next_follow_up
from sudoagent.slack.client import SlackClient
from sudoagent.slack.failures import AnswerLost, SlackFailure
from sudoagent.slack.messages import pending_card
from sudoagent.slack.posting import Posted, post
from sudoagent.verdict import Verdict

from ._number import show_number
from ._slack_closing import close_card
from ._slack_outcome import Receipt, tell
from ._slack_places import addressed_to, followed_up
from ._slack_question import Question
from ._slack_refused import expired, frozen, not_created
from ._slack_resuming import Earlier, find_earlier, outcome_unknown
from ._slack_uses import Uses

__all__ = ["Asking"]

logger = logging.getLogger(__name__)
_uses = Uses()

_PRESENCE_SECONDS = 0.25
# What the store may say about a withdrawal; whoever can write to Redis can write anything there.
_WHY = {
    "stopped": "the program that asked was stopped, or gave up waiting",
    "unposted": "the message could not be posted",
    "frozen": "approvals are frozen",
}


class Asking:
    """One question on its way to a verdict."""

    def __init__(self, desk: Desk, question: Question) -> None:
        self._store = desk.store
        self._waiter = desk.waiter
        self._question = question
        self._client = SlackClient(question.token, question.settings.api_url)
        self._given_up = False

    async def verdict(self) -> Verdict:
        """Ask and return the answer, claimed if it is an approval. Raises ``SudoAgentError``.

        When it is cancelled it withdraws the request first.
        """
        earlier, replaces = await find_earlier(self._store, self._question)
        if earlier is not None:
            return await self._take_up(earlier)
        if time.monotonic() >= self._question.deadline:
            return expired("there was no time left to ask")
        await self._wait_for_bot()
        request, reply = await self._create(replaces)
        if reply.kind == "bound":
            # Another process with the same key was faster by a moment.
            earlier, _ = await find_earlier(self._store, self._question)
            if earlier is None:
                raise ApprovalError("the request of another process with this key is gone already")
            return await self._take_up(earlier)
        if reply.kind != "created":
            return not_created(reply)
        if self._question.number is not None:
            self._show(request, self._question.number)
        return await self._answer(request, self._question.deadline, place=True)

    def _show(self, request: Request, number: str) -> None:
        show_number(number, request.action, request.id, self._question.settings.on_number)

    async def _take_up(self, earlier: Earlier) -> Verdict:
        logger.info("taking up request %s of an earlier run", earlier.request.id)
        if earlier.request.number_check is not None:
            # The earlier run showed it where nobody may be looking any more.
            self._show(earlier.request, number_of(earlier.request, self._question.keyring))
        verdict = await self._answer(earlier.request, earlier.deadline, place=False)
        return replace(
            verdict,
            request_id=earlier.request.id,
            facts={**verdict.facts, "taken_up": "asked by an earlier run"},
        )

    async def _answer(self, request: Request, deadline: float, *, place: bool) -> Verdict:
        placing = asyncio.ensure_future(self._place(request)) if place else None
        try:
            if placing is not None:
                await asyncio.shield(placing)
            ending = await self._waiter.wait(request.id, deadline)
        except asyncio.CancelledError:
            self._given_up = True
            await asyncio.shield(self._withdraw(request.id, "stopped"))
            if placing is not None:
                # A card that is on its way to Slack can be repainted once its place is known.
                await asyncio.wait([placing])
            raise
        verdict = await self._judge(request, ending)
        if not verdict.approved:
            return verdict
        return replace(await self._claimed(request, verdict), valid_until=deadline)

    async def _wait_for_bot(self) -> None:
        settings = self._question.settings
        give_up = min(time.monotonic() + settings.bot_wait, self._question.deadline)
        try:
            while not await self._store.presence.bots():
                if time.monotonic() >= give_up:
                    raise ApproverUnavailable(
                        f"no bot is listening in namespace {settings.namespace!r} of "
                        f"{self._store.facts.sentence}: start one with `sudoagent-bot`, with the "
                        "same REDIS_URL, SUDOAGENT_NAMESPACE and SUDOAGENT_STATE_DIR"
                    )
                await asyncio.sleep(_PRESENCE_SECONDS)
        except StoreError as error:
            raise ApproverUnavailable(error.reason) from error

    async def _create(self, replaces: str | None) -> tuple[Request, CreateReply]:
        question, settings = self._question, self._question.settings
        try:
            addressed = await self._addressed()
            request = _timed(addressed, question, await self._store.now_ms())
            reply = await self._store.create(
                request,
                question.keyring.seal(encode(request), "request"),
                caps=Caps(total=settings.max_pending, per_asker=settings.max_pending_per_requester),
                idempotency_key=question.idempotency_key,
                replaces=replaces,
            )
        except StoreError as error:
            # It may be stored although the reply was lost; nobody has seen it, and nobody shall.
            await self._withdraw(question.request.id, "unposted")
            raise ApproverUnavailable(error.reason) from error
        except asyncio.CancelledError:
            await asyncio.shield(self._withdraw(question.request.id, "stopped"))
            raise
        return request, reply

    async def _addressed(self) -> Request:
        request = self._question.request
        return await addressed_to(request, self._client) if self._question.direct else request

    async def _place(self, request: Request) -> None:
        posted: Posted | None = None
        try:
            posted = await self._post(request)
            attached = await self._store.attach_message(
                request.id,
                posted.channel,
                posted.ts,
                posted.team_id,
                follow_up_at=next_follow_up(request, request.created_at),
            )
            if not attached:
                raise ApprovalError("the server lost the request, or has it with another message")
        except BaseException:
            await asyncio.shield(self._take_back(request, posted))
            raise
        logger.info("asked: request %s, channel %s", request.id, posted.channel)

    async def _take_back(self, request: Request, posted: Posted | None) -> None:
        withdrawing = self._withdraw(request.id, "unposted" if posted is None else "stopped")
        if posted is None:
            await withdrawing
        else:
            await asyncio.gather(withdrawing, close_card(self._client, request, posted))

    async def _post(self, request: Request) -> Posted:
        patience = max(self._question.deadline - time.monotonic(), 0.1)
        message = pending_card(request)
        try:
            return await post(
                self._client,
                request.channel,
                message,
                marker=request.id,
                thread_ts=request.thread,
                patience=patience,
                wanted=lambda: not self._given_up,
            )
        except AnswerLost as failure:
            raise ApprovalError(failure.reason) from failure
        except SlackFailure as failure:
            raise ApproverUnavailable(failure.reason) from failure

    async def _judge(self, request: Request, ending: Ending) -> Verdict:
        match ending.kind:
            case "ended":
                assert ending.review is not None
                return self._recounted(request, ending.review)
            case "deadline":
                return expired("nobody answered in time")
            case "frozen":
                await self._withdraw(request.id, "frozen")
                return await self._frozen()
            case "lost":
                raise ApprovalError(
                    "the server does not know the request any more: it was restarted without its "
                    "data, or emptied"
                )
            case _:
                raise ApprovalError("what is stored under the request's id is not a request")

    def _recounted(self, request: Request, review: StoredReview) -> Verdict:
        why = _WHY.get(review.why or "") if review.state == "cancelled" else None
        keyring = self._question.keyring
        try:
            verdict = recount(request, review.state, review.sealed_votes, keyring, why=why)
        except BadSeal as error:
            raise ApprovalError(f"the stored verdict cannot be trusted: {error}") from error
        return replace(verdict, channel=review.channel, message_ts=review.message_ts)

    async def _claimed(self, request: Request, verdict: Verdict) -> Verdict:
        receipt = self._receipt(request)
        try:
            reply = await self._store.claim(request.id, receipt.owner)
        except asyncio.CancelledError:
            # Claimed or not: nobody will use it.
            background().dispatch(tell(receipt, "cancelled", None, None))
            raise
        match reply.kind:
            case "claimed" if reply.durable:
                if not _uses.first(request.id):
                    raise outcome_unknown(request.id)
                return replace(verdict, receipt=receipt)
            case "claimed":
                # A failover could forget the claim, and a second process would get another.
                raise ApprovalError("no replica confirmed in time that the approval is used now")
            case "taken":
                raise outcome_unknown(request.id)
            case "frozen":
                return await self._frozen()
            case _:
                raise ApprovalError("the approval was gone when it was to be used")

    async def _frozen(self) -> Verdict:
        try:
            return frozen((await self._store.presence.freeze_state()).reason)
        except StoreError:
            return frozen("")

    def _receipt(self, request: Request) -> Receipt:
        question = self._question
        owner = uuid.uuid4().hex
        return Receipt(question.settings, question.keyring, request, owner, question.log_head)

    async def _withdraw(self, request_id: str, why: str) -> None:
        try:
            reply = await self._store.cancel(request_id, why)
        except StoreError as error:
            # Nobody waits for the answer any more, so a click can still decide but run nothing.
            logger.warning("request %s could not be withdrawn: %s", request_id, error.reason)
        else:
            logger.info("withdrawn: request %s (%s): %s", request_id, why, reply.kind)


def _timed(request: Request, question: Question, now_ms: int) -> Request:
    remaining_ms = int((question.deadline - time.monotonic()) * 1000)
    timed = msgspec.structs.replace(
        request, created_at=now_ms, expires_at=now_ms + max(remaining_ms, 1)
    )
    return followed_up(timed, question.follow_up)
