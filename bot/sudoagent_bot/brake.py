"""`/sudo`: administrators stop everything that is guarded, from Slack, and let it run again."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from sudoagent.display import cut
from sudoagent.review.store import ReviewStore, StoreError
from sudoagent.slack import texts
from sudoagent.slack.blocks import date, one_line, quote, rich_text, sentence
from sudoagent.slack.failures import SlackFailure
from sudoagent.slack.messages import Message

from .clicks import Click
from .refusals import Refusals
from .reviewers import Reviewers
from .rules import Refused
from .web import Web

__all__ = ["Brake"]

logger = logging.getLogger(__name__)

_LONGEST_REASON = 500

_HELP: Final = (
    "/sudo freeze REASON: nothing that is guarded runs, and nobody can approve, until\n"
    "/sudo unfreeze: guarded calls run again\n"
    "/sudo status: what holds now"
)
_SAY_WHY: Final = "Say why: /sudo freeze REASON. Agents and reviewers read it."
_FROZEN: Final = "Frozen: every guarded call is denied until /sudo unfreeze."
_FROZEN_BEFORE: Final = "It was frozen already; see /sudo status."
_THAWED: Final = "Guarded calls run again."
_NOT_FROZEN: Final = "It was not frozen."
_STATUS_OPEN: Final = "Not frozen: guarded calls are decided as usual. {count} wait for a decision."
_STATUS: Final = "Frozen: every guarded call is denied."
_STATUS_FROZEN: Final = "Frozen since {at}, because:"


class Brake:
    """Handles the command. Whoever is not an administrator is refused, told so, and recorded."""

    def __init__(
        self,
        *,
        store: ReviewStore,
        web: Web,
        reviewers: Reviewers,
        refusals: Refusals,
        admins: frozenset[str],
        team_id: str,
    ) -> None:
        self._store = store
        self._web = web
        self._reviewers = reviewers
        self._refusals = refusals
        self._admins = admins
        self._team_id = team_id
        self._words: dict[str, Callable[[Click], Awaitable[Message]]] = {
            "freeze": self._freeze,
            "unfreeze": self._unfreeze,
            "status": self._status,
        }

    async def obey(self, click: Click) -> None:
        """Do what was typed and answer privately."""
        try:
            await self._check(click)
            answer = await self._words.get(click.action, _help)(click)
        except StoreError as error:
            await self._refusals.refuse(click, Refused("storage", error.reason), None)
        except Refused as refused:
            await self._refusals.refuse(click, refused, None)
        else:
            await self._answer(click, answer)

    async def _check(self, click: Click) -> None:
        if not click.user_id or not click.team_id:
            raise Refused("cannot_check", "the payload does not say who typed, or where")
        if click.team_id != self._team_id:
            raise Refused("other_workspace", "the command comes from another workspace")
        if click.user_id not in self._admins:
            raise Refused("not_an_admin", "the person is not in SUDOAGENT_ADMINS")
        await self._reviewers.check_member(click.user_id)

    async def _freeze(self, click: Click) -> Message:
        reason = cut((click.comment or "").strip(), _LONGEST_REASON)
        if not reason:
            return _message(_SAY_WHY)
        frozen = await self._store.presence.freeze(reason, _who(click))
        await self._refusals.record_brake(click, "deny", f"frozen: {reason}")
        return _message(_FROZEN if frozen else _FROZEN_BEFORE)

    async def _unfreeze(self, click: Click) -> Message:
        thawed = await self._store.presence.unfreeze(_who(click))
        await self._refusals.record_brake(click, "allow", "not frozen any more")
        return _message(_THAWED if thawed else _NOT_FROZEN)

    async def _status(self, _: Click) -> Message:
        state = await self._store.presence.freeze_state()
        if not state.frozen:
            return _message(_STATUS_OPEN.format(count=len(await self._store.pending())))
        since = sentence(_STATUS_FROZEN, at=date(state.at, texts.AT_DAY))
        reason = quote(one_line(state.reason, _LONGEST_REASON))
        return Message(_STATUS, (rich_text("frozen", [since, reason]),))

    async def _answer(self, click: Click, answer: Message) -> None:
        try:
            await self._web.whisper(click, answer)
        except SlackFailure as failure:
            logger.warning("an administrator could not be answered: %s", failure.reason)


async def _help(_: Click) -> Message:
    return _message(_HELP)


def _message(words: str) -> Message:
    return Message(words, ())


def _who(click: Click) -> str:
    return f"{click.team_id}/{click.user_id}"
