"""Cards to be repainted: a queue that any bot may work on, and a killed bot loses nothing."""

from __future__ import annotations

from ..request import SCHEMA_VERSION, is_request_id
from .keys import Keys
from .link import Link
from .records import text
from .reviews import RETENTION_MS

__all__ = ["Repaints"]


class Repaints:
    """The queue of cards whose stored state may differ from what Slack shows.

    Every change of a request puts it here, by itself. Every method raises ``StoreError``.
    """

    def __init__(self, link: Link, keys: Keys) -> None:
        self._link = link
        self._keys = keys

    async def take(self, limit: int = 10, *, lease_ms: int = 30_000) -> tuple[str, ...]:
        """Return requests to repaint, decisions first; nobody else gets them during the lease."""
        args = (self._keys.hints, SCHEMA_VERSION, RETENTION_MS, limit, lease_ms)
        taken = await self._link.run("take", self._keys.shared(), args)
        return tuple(name for name in map(text, taken) if is_request_id(name))

    async def depth(self) -> int:
        """Return how many cards wait, or are being repainted."""
        _, _, soon, late, *_ = self._keys.shared()
        counts = [await self._link.command("ZCARD", queue) for queue in (soon, late)]
        return sum(map(int, counts))

    async def done(self, request_id: str, revision: int) -> bool:
        """Say which revision the card shows. False: it changed meanwhile and stays in the queue."""
        return await self._painted(request_id, revision, 0)

    async def requeue(self, request_id: str, delay_ms: int) -> None:
        """Give it back, to be taken again after a delay (Slack asked to wait, or failed)."""
        await self._painted(request_id, "", delay_ms)

    async def _painted(self, request_id: str, revision: int | str, delay_ms: int) -> bool:
        keys = (*self._keys.shared(), self._keys.request(request_id))
        args = (self._keys.hints, SCHEMA_VERSION, RETENTION_MS, request_id, revision, delay_ms)
        return bool(await self._link.run("painted", keys, args))
