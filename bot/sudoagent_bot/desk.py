"""What a click leads to, once it was acknowledged: validate, identify, settle, reply."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from sudoagent.redaction import Redactor
from sudoagent.review.request import (
    SCHEMA_VERSION,
    MalformedRecord,
    Request,
    SignedVote,
    encode,
    is_request_id,
)
from sudoagent.review.seal import Keyring
from sudoagent.review.store import ReviewStore, StoredReview, StoreError, VoteReply
from sudoagent.slack.arguments import on_card
from sudoagent.slack.failures import SlackFailure
from sudoagent.slack.modals import NEXT_PAGE, PREVIOUS_PAGE, arguments_modal, deny_modal
from sudoagent.verdict import Choice

from .clicks import Click
from .refusals import Refusals
from .reviewers import Reviewers
from .rules import Refusal, Refused, opened
from .web import Web

__all__ = ["Desk", "check_counted"]

logger = logging.getLogger(__name__)

_NOT_COUNTED: Final[Mapping[str, Refusal]] = {
    "already_voted": "already_voted",
    "changed": "other_message",
    "expired": "expired",
    "frozen": "frozen",
    "unknown": "unknown",
}
_TURNS: Final = {PREVIOUS_PAGE: -1, NEXT_PAGE: 1}


@dataclass(frozen=True, slots=True)
class _Case:
    """A click on a request that exists, was asked by the library, and is on that message."""

    click: Click
    stored: StoredReview
    request: Request
    user_id: str


def _on_request(
    act: Callable[[Desk, _Case], Awaitable[None]],
) -> Callable[[Desk, Click], Coroutine[Any, Any, None]]:
    """Let a method handle clicks on requests that can be decided, and refuse all others."""

    @wraps(act)
    async def handle(desk: Desk, click: Click) -> None:
        case: _Case | None = None
        try:
            case = await desk._open(click)
            await act(desk, case)
        except StoreError as error:
            refused = Refused("storage", error.reason)
        except Refused as refusal:
            refused = refusal
        else:
            return
        await desk._refusals.refuse(click, refused, case.request if case else None)

    return handle


class Desk:
    """Handles clicks and submitted modals.

    Each ends in one of three ways: a vote is stored, a modal opens, or the click is refused, which
    is recorded and told to the clicker alone. ``settled`` is called when a vote was stored.
    """

    def __init__(
        self,
        *,
        store: ReviewStore,
        web: Web,
        reviewers: Reviewers,
        refusals: Refusals,
        keyring: Keyring,
        namespace: str,
        team_id: str,
        settled: Callable[[], None],
    ) -> None:
        self._store = store
        self._web = web
        self._reviewers = reviewers
        self._refusals = refusals
        self._keyring = keyring
        self._namespace = namespace
        self._team_id = team_id
        self._settled = settled
        self._redactor = Redactor()

    @_on_request
    async def approve(self, case: _Case) -> None:
        """Approve; or show all arguments first, where the card does not."""
        if on_card(case.request).hidden:
            await self._show(case, 1)
        else:
            await self._vote(case, "approve")

    @_on_request
    async def deny(self, case: _Case) -> None:
        """Ask for the reason; deny without one when the dialog cannot be opened."""
        await self._reviewers.check(case.request, case.user_id)
        check_pending(case.stored)
        view = deny_modal(case.request, case.click.channel or "", case.click.message_ts or "")
        try:
            await self._web.open_modal(case.click.trigger_id or "", view)
        except SlackFailure as failure:
            # A no must never be lost.
            logger.warning("denied without asking for a reason: %s", failure.reason)
            await self._vote(case, "deny")

    @_on_request
    async def show_arguments(self, case: _Case) -> None:
        """Open the dialog with all arguments, or turn its page."""
        await self._show(case, case.click.page + _TURNS.get(case.click.action, 0))

    @_on_request
    async def submit_approval(self, case: _Case) -> None:
        """Approve from the last page of all arguments."""
        await self._vote(case, "approve")

    @_on_request
    async def submit_denial(self, case: _Case) -> None:
        """Deny, with the reason that was written."""
        await self._vote(case, "deny")

    @_on_request
    async def refuse_unknown(self, case: _Case) -> None:
        """Say that a button or dialog is no longer in use."""

    async def _open(self, click: Click) -> _Case:
        stored = await self._stored(click)
        request = opened(
            click,
            stored,
            keyring=self._keyring,
            namespace=self._namespace,
            workspace=self._team_id,
        )
        assert stored is not None
        assert click.user_id is not None
        return _Case(click, stored, request, click.user_id)

    async def _stored(self, click: Click) -> StoredReview | None:
        if click.request_id is None or not is_request_id(click.request_id):
            return None
        try:
            return await self._store.read(click.request_id)
        except MalformedRecord as error:
            raise Refused("tampered", str(error)) from error

    async def _vote(self, case: _Case, choice: Choice) -> None:
        await self._reviewers.check(case.request, case.user_id)
        vote = SignedVote(
            v=SCHEMA_VERSION,
            request_id=case.request.id,
            nonce=case.request.nonce,
            digest=case.request.digest,
            choice=choice,
            team_id=self._team_id,
            user_id=case.user_id,
            at=case.stored.now,
            comment=self._redacted(case.click.comment),
        )
        sealed = self._keyring.seal(encode(vote), "vote")
        check_counted(await self._store.vote(vote, sealed))
        logger.info("counted: %s by %s on %s", choice, case.user_id, case.request.id)
        self._settled()

    def _redacted(self, comment: str | None) -> str | None:
        # People paste all sorts of things; a vote travels through Redis into the log.
        return None if comment is None else self._redactor.text(comment)

    async def _show(self, case: _Case, page: int) -> None:
        view = arguments_modal(
            case.request,
            case.click.channel or "",
            case.click.message_ts or "",
            page=page,
            may_approve=await self._may_approve(case),
        )
        try:
            await self._present(case.click, view)
        except SlackFailure as failure:
            logger.warning("a dialog could not be opened: %s", failure.reason)

    async def _present(self, click: Click, view: Mapping[str, Any]) -> None:
        if click.view_id is not None:
            await self._web.turn_page(click.view_id, view)
        else:
            await self._web.open_modal(click.trigger_id or "", view)

    async def _may_approve(self, case: _Case) -> bool:
        if case.stored.state != "pending":
            return False
        try:
            await self._reviewers.check(case.request, case.user_id)
        except Refused as refused:
            if refused.refusal == "cannot_check":
                raise
            # Whoever reads the channel may read the redacted arguments; deciding is another thing.
            return False
        return True


def check_pending(stored: StoredReview) -> None:
    """Raise ``Refused`` when the request takes no votes any more."""
    if stored.state != "pending":
        raise Refused(stored.state, "the request has ended")
    if stored.now >= stored.expires_at:
        raise Refused("expired", "the deadline has passed")


def check_counted(reply: VoteReply) -> None:
    """Raise ``Refused`` unless the store has counted the vote."""
    if reply.kind in ("counted", "decided"):
        if not reply.durable:
            logger.warning("a vote is stored, but no replica has confirmed it yet")
        return
    if reply.kind == "already_decided" and reply.state is not None and reply.state != "pending":
        raise Refused(reply.state, "the request has ended")
    raise Refused(_NOT_COUNTED.get(reply.kind, "unknown"), f"the store answered {reply.kind}")
