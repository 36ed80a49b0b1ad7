"""What Slack delivered already, so that whatever comes twice, to any bot, counts once."""

from __future__ import annotations

import uuid

from ..request import SCHEMA_VERSION
from .keys import Keys
from .link import Link
from .reviews import RETENTION_MS

__all__ = ["Deliveries"]

# Twice as long as a signature is taken for. Slack tries an event again after a second, a minute
# and five minutes.
_REMEMBERED_MS = 10 * 60 * 1000


class Deliveries:
    """Remembers deliveries for ten minutes. Every method raises ``StoreError``."""

    def __init__(self, link: Link, keys: Keys) -> None:
        self._link = link
        self._keys = keys

    async def is_first(self, body: bytes, stamp: str, *, is_retry: bool) -> bool:
        """Whether this is new: neither the same body with the same stamp, nor a second try at it.

        ``body`` is what was delivered, ``stamp`` what its signature covers besides.
        """
        keys = (*self._keys.shared(), self._keys.delivery(body))
        common = (self._keys.hints, SCHEMA_VERSION, RETENTION_MS)
        args = (*common, stamp, int(is_retry), _REMEMBERED_MS, uuid.uuid4().hex)
        reply = await self._link.run("deliver", keys, args)
        return bool(reply)
