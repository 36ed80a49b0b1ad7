"""What a click leads to, once it was acknowledged: validate, identify, settle, reply."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Final

from sudoagent.redaction import Redactor
from sudoagent.review.request import (
    MalformedRecord,
    Request,
    is_request_id,
)
from sudoagent.review.seal import Keyring
from sudoagent.review.store import ReviewStore, StoredReview, StoreError
from sudoagent.slack import texts
from sudoagent.slack.arguments import on_card
from sudoagent.slack.failures import SlackFailure
from sudoagent.slack.home import on_home
from sudoagent.slack.modals import (
    NEXT_PAGE,
    PREVIOUS_PAGE,
    arguments_modal,
    deny_modal,
    edit_modal,
    grant_modal,
    number_modal,
)
from sudoagent.verdict import Choice

from .ballots import Ballot, Ballots, WrongNumber, check_counted
from .clicks import Click
from .dialogs import Complaints, Dialog
from .metrics import Metrics
from .placing import read_placed
from .refusals import Refusals
from .reviewers import Reviewers
from .rules import Refused, opened
from .web import Web

__all__ = ["Desk", "check_counted"]

logger = logging.getLogger(__name__)

_TURNS: Final = {PREVIOUS_PAGE: -1, NEXT_PAGE: 1}


@dataclass(frozen=True, slots=True)
class _Case:
    """A click on a request that exists, was asked by the library, and is on that message.

    ``dialog`` is the one that was sent; a click on a button leaves it unread.
    """

    click: Click
    stored: StoredReview
    request: Request
    user_id: str
    dialog: Dialog

    @property
    def hides_something(self) -> bool:
        """Whether the place of the click does not show all of the call."""
        shown = on_card if self.click.home is None else on_home
        return shown(self.request).hidden


def _on_request(
    act: Callable[[Desk, _Case], Awaitable[None]],
) -> Callable[..., Coroutine[Any, Any, None]]:
    """Let a method handle clicks on requests that can be decided, and refuse all others."""

    @wraps(act)
    async def handle(desk: Desk, click: Click, dialog: Dialog | None = None) -> None:
        case: _Case | None = None
        refused: Refused | None = None
        dialog = dialog or Dialog()
        try:
            case = await desk._open(click, dialog)
            await act(desk, case)
        except StoreError as error:
            refused = Refused("storage", error.reason)
        except Refused as refusal:
            refused = refusal
        except Complaints as complaints:
            if dialog.complain(complaints):
                return
            refused = Refused("storage", "the dialog was closed before it could be answered")
        dialog.close()
        if refused is None:
            desk._metrics.click("settled")
        else:
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
        metrics: Metrics,
        settled: Callable[[Click, Choice], None],
    ) -> None:
        self._store = store
        self._web = web
        self._reviewers = reviewers
        self._refusals = refusals
        self._keyring = keyring
        self._namespace = namespace
        self._team_id = team_id
        self._metrics = metrics
        self._settled = settled
        self._ballots = Ballots(store, keyring, Redactor())

    @_on_request
    async def approve(self, case: _Case) -> None:
        """Approve; or show all arguments first, where the card does not, or ask for the number."""
        if case.hides_something:
            await self._show(case, 1)
        elif case.request.number_check is not None:
            await self._ask(case, number_modal)
        else:
            await self._vote(case, "approve", Ballot())

    @_on_request
    async def edit(self, case: _Case) -> None:
        """Open the dialog in which arguments are edited; all arguments are shown before it."""
        if not case.request.editable:
            raise Refused("not_editable", "the request offers nothing to edit")
        if case.click.view_id is None and case.hides_something:
            await self._show(case, 1)
        else:
            await self._ask(case, edit_modal)

    @_on_request
    async def allow_for(self, case: _Case) -> None:
        """Open the dialog that restates what will pass; all arguments are shown before it."""
        if case.request.offer is None:
            raise Refused("not_offered", "the request offers nothing to allow for a while")
        if case.click.view_id is None and case.hides_something:
            await self._show(case, 1)
        else:
            await self._ask(case, grant_modal)

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
            await self._vote(case, "deny", Ballot())

    @_on_request
    async def show_arguments(self, case: _Case) -> None:
        """Open the dialog with all arguments, or turn its page."""
        await self._show(case, case.click.page + _TURNS.get(case.click.action, 0))

    @_on_request
    async def submit_approval(self, case: _Case) -> None:
        """Approve from a dialog, with the number and the edits that it asks for."""
        await self._reviewers.check(case.request, case.user_id)
        check_pending(case.stored)
        try:
            ballot = await self._ballots.read(case.request, case.click)
        except WrongNumber:
            refused = Refused("wrong_number", "the number is not the one that was shown")
            await self._refusals.record(case.click, refused, case.request)
            raise
        await self._vote(case, "approve", ballot)

    @_on_request
    async def submit_denial(self, case: _Case) -> None:
        """Deny, with the reason that was written."""
        if case.request.deny_reason == "required" and case.click.comment is None:
            raise Complaints({"reason": texts.REASON_MISSING})
        await self._vote(case, "deny", Ballot())

    @_on_request
    async def refuse_unknown(self, case: _Case) -> None:
        """Say that a button or dialog is no longer in use."""

    async def _open(self, click: Click, dialog: Dialog) -> _Case:
        stored = await self._stored(click)
        request = opened(
            click,
            stored,
            keyring=self._keyring,
            namespace=self._namespace,
            workspace=self._team_id,
        )
        assert stored is not None
        if click.home is not None:
            # A dialog that is opened from the Home tab comes back as from the card.
            click = replace(click, channel=stored.channel, message_ts=stored.message_ts)
        assert click.user_id is not None
        return _Case(click, stored, request, click.user_id, dialog)

    async def _stored(self, click: Click) -> StoredReview | None:
        if click.request_id is None or not is_request_id(click.request_id):
            return None
        try:
            return await read_placed(self._store, click.request_id)
        except MalformedRecord as error:
            raise Refused("tampered", str(error)) from error

    async def _vote(self, case: _Case, choice: Choice, ballot: Ballot) -> None:
        await self._reviewers.check(case.request, case.user_id)
        case.dialog.close()
        await self._ballots.cast(case.request, case.click, case.stored.now, choice, ballot)
        self._settled(case.click, choice)

    async def _ask(self, case: _Case, modal: Callable[[Request, str, str], Any]) -> None:
        await self._reviewers.check(case.request, case.user_id)
        check_pending(case.stored)
        view = modal(case.request, case.stored.channel or "", case.stored.message_ts or "")
        await self._try_to_present(case.click, view)

    async def _show(self, case: _Case, page: int) -> None:
        view = arguments_modal(
            case.request,
            case.click.channel or "",
            case.click.message_ts or "",
            page=page,
            may_approve=await self._may_approve(case),
        )
        await self._try_to_present(case.click, view)

    async def _try_to_present(self, click: Click, view: Mapping[str, Any]) -> None:
        try:
            if click.view_id is not None:
                await self._web.turn_page(click.view_id, view)
            else:
                await self._web.open_modal(click.trigger_id or "", view)
        except SlackFailure as failure:
            logger.warning("a dialog could not be opened: %s", failure.reason)

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
