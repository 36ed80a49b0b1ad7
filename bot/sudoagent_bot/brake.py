"""Administrators stop everything that is guarded, from Slack, and let it run again."""

from __future__ import annotations

from sudoagent.display import cut
from sudoagent.review.store import ReviewStore
from sudoagent.slack import command_texts
from sudoagent.slack.commands import plain_answer, status_answer
from sudoagent.slack.messages import Message

from .admins import Admins
from .clicks import Click
from .home import frozen
from .refusals import Refusals

__all__ = ["Brake"]

_LONGEST_REASON = 500


class Brake:
    """Freezes, unfreezes, and says which it is.

    Every method raises ``StoreError``, and ``Refused`` for people who may not do that.
    """

    def __init__(self, store: ReviewStore, admins: Admins, refusals: Refusals) -> None:
        self._store = store
        self._admins = admins
        self._refusals = refusals

    async def freeze(self, click: Click, user_id: str) -> Message:
        """Freeze the namespace, for a reason, which everybody reads."""
        await self._admins.check(user_id)
        reason = cut((click.comment or "").strip(), _LONGEST_REASON)
        if not reason:
            return plain_answer(command_texts.SAY_WHY)
        frozen_now = await self._store.presence.freeze(reason, _who(click))
        await self._refusals.record_brake(click, "deny", f"frozen: {reason}")
        return plain_answer(command_texts.FROZEN if frozen_now else command_texts.FROZEN_BEFORE)

    async def unfreeze(self, click: Click, user_id: str) -> Message:
        """End the freeze."""
        await self._admins.check(user_id)
        thawed = await self._store.presence.unfreeze(_who(click))
        await self._refusals.record_brake(click, "allow", "not frozen any more")
        return plain_answer(command_texts.THAWED if thawed else command_texts.NOT_FROZEN)

    async def status(self, _: Click, user_id: str) -> Message:
        """Say whether guarded calls may run; by whose hand and why, to administrators only."""
        state = await self._store.presence.freeze_state()
        if not await self._admins.include(user_id):
            return status_answer(state.frozen, None, None)
        waiting = len(await self._store.pending())
        return status_answer(state.frozen, frozen(state), waiting)


def _who(click: Click) -> str:
    return f"{click.team_id}/{click.user_id}"
