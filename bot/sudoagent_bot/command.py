"""`/sudo`: one word, what it does, and who may."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from sudoagent.review.request import is_request_id
from sudoagent.review.store import StoreError
from sudoagent.slack import command_texts
from sudoagent.slack.commands import pending_answer, plain_answer, show_answer
from sudoagent.slack.failures import SlackFailure
from sudoagent.slack.home import Waiting
from sudoagent.slack.messages import Message

from .admins import Admins
from .brake import Brake
from .clicks import Click
from .docket import Docket
from .grants import GrantDesk
from .metrics import Metrics
from .refusals import Refusals
from .rules import Refused
from .web import Web

__all__ = ["SudoCommand"]

logger = logging.getLogger(__name__)

Obey = Callable[[Click, str], Awaitable[Message]]


class SudoCommand:
    """Obeys the command and answers privately. Whoever may not is refused, told so, and recorded.

    Everybody of the workspace may ask for ``help`` and ``status``, reviewers for what they may
    decide, administrators for everything.
    """

    def __init__(
        self,
        *,
        brake: Brake,
        docket: Docket,
        admins: Admins,
        grants: GrantDesk,
        web: Web,
        refusals: Refusals,
        metrics: Metrics,
        team_id: str,
    ) -> None:
        self._docket = docket
        self._admins = admins
        self._web = web
        self._refusals = refusals
        self._metrics = metrics
        self._team_id = team_id
        self._words: Final[Mapping[str, Obey]] = {
            "pending": self._pending,
            "show": self._show,
            "grants": grants.listing,
            "status": brake.status,
            "freeze": brake.freeze,
            "unfreeze": brake.unfreeze,
        }

    async def obey(self, click: Click) -> None:
        """Do what was typed and answer privately."""
        try:
            user_id = self._somebody(click)
            answer = await self._words.get(click.action, _help)(click, user_id)
        except StoreError as error:
            await self._refusals.refuse(click, Refused("storage", error.reason), None)
        except Refused as refused:
            await self._refusals.refuse(click, refused, None)
        else:
            self._metrics.click("settled")
            await self._answer(click, answer)

    def _somebody(self, click: Click) -> str:
        if not click.user_id or not click.team_id:
            raise Refused("cannot_check", "the payload does not say who typed, or where")
        if click.team_id != self._team_id:
            raise Refused("other_workspace", "the command comes from another workspace")
        return click.user_id

    async def _pending(self, _: Click, user_id: str) -> Message:
        pending = await self._docket.pending()
        waiting = await self._docket.waiting_for(user_id, pending)
        if waiting or not await self._admins.include(user_id):
            return pending_answer(waiting, everybodys=False)
        everything = [Waiting(request=one.request, votes=one.votes) for one in pending.listed]
        return pending_answer(everything, everybodys=True)

    async def _show(self, click: Click, user_id: str) -> Message:
        request_id = (click.comment or "").strip("` ").lower()
        if not is_request_id(request_id):
            return plain_answer(command_texts.SAY_WHICH)
        one = await self._docket.one(request_id)
        may_see = await self._docket.may_decide(one.request, user_id)
        if not may_see and not await self._admins.include(user_id):
            raise Refused("not_a_reviewer", "the person may not see this request")
        return show_answer(
            one.request,
            state=one.stored.state,
            votes=one.votes,
            ended_at=one.stored.ended_at,
            cause=one.stored.why,
            widened=one.widened,
        )

    async def _answer(self, click: Click, answer: Message) -> None:
        try:
            await self._web.whisper(click, answer)
        except SlackFailure as failure:
            logger.warning("somebody could not be answered: %s", failure.reason)


async def _help(_: Click, __: str) -> Message:
    return plain_answer(command_texts.HELP)
