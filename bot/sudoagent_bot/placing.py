"""Reading a request whose card is in the channel a moment before the store knows where."""

from __future__ import annotations

import asyncio
import time

from sudoagent.review.store import ReviewStore, StoredReview

__all__ = ["read_placed"]

# The library posts the card first and stores its place second; somebody quick clicks in between.
_PATIENCE = 2.0  # seconds; a dialog can be opened for three after the click
_PAUSE = 0.05


async def read_placed(
    store: ReviewStore, request_id: str, patience: float = _PATIENCE
) -> StoredReview | None:
    """Return the request, with its message if that becomes known within ``patience`` seconds.

    Raises what reading raises.
    """
    give_up = time.monotonic() + patience
    while True:
        stored = await store.read(request_id)
        if stored is None or stored.message_ts is not None or time.monotonic() >= give_up:
            return stored
        await asyncio.sleep(_PAUSE)
