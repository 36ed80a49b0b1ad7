"""Says in the store that this bot serves the namespace, for as long as it can hear Slack."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from sudoagent.review.store import ReviewStore, StoreError

__all__ = ["Attendance"]

logger = logging.getLogger(__name__)

_EVERY = 2.0  # seconds
_TTL_MS = 6_000  # a bot that was killed counts as present for this long at most
_GOODBYE = 1.0  # seconds


class Attendance:
    """The bot's presence key. ``listening`` says whether clicks reach this bot now.

    ``key_ids`` are announced, so that a wrong signing key is found before a vote is refused for it.
    ``counted`` is told how many bots are present.
    """

    def __init__(
        self,
        store: ReviewStore,
        bot_id: str,
        *,
        key_ids: tuple[str, ...] = (),
        listening: Callable[[], Awaitable[bool]],
        counted: Callable[[int], None],
    ) -> None:
        self._store = store
        self._bot_id = bot_id
        self._key_ids = key_ids
        self._listening = listening
        self._counted = counted

    async def run(self) -> None:
        """Announce the bot every few seconds, until cancelled."""
        while True:
            # An outage is logged by the sweeper, which meets it, too.
            with contextlib.suppress(StoreError):
                await self._announce()
            await asyncio.sleep(_EVERY)

    async def leave(self) -> None:
        """Stop counting as present. When the store is away, the key runs out by itself."""
        with contextlib.suppress(StoreError, TimeoutError):
            async with asyncio.timeout(_GOODBYE):
                await self._store.presence.retire_bot(self._bot_id)

    async def _announce(self) -> None:
        # Deaf, the bot would make calls wait for an answer that it cannot receive.
        if await self._listening():
            await self._store.presence.announce_bot(self._bot_id, _TTL_MS, key_ids=self._key_ids)
        self._counted(len(await self._store.presence.bots()))
