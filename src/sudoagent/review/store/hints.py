"""Listening for hints: one subscription that notices when nobody speaks any more."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from ...errors import ConfigurationError
from ..request import is_request_id
from .cancellation import Cancellations
from .errors import StoreError
from .link import Link
from .replies import Hint

__all__ = ["listen"]

_PING_SECONDS = 1.0
_SILENCE_SECONDS = 3.0
_SHORTEST_PAUSE = 0.05
_LONGEST_PAUSE = 0.5
_PLAIN: dict[str, Hint] = {
    "held_back": Hint(kind="held_back"),
    "frozen": Hint(kind="frozen"),
    "thawed": Hint(kind="thawed"),
}


async def listen(link: Link, channel: str, heard: Callable[[Hint], None]) -> None:
    """Call ``heard`` for every hint, until cancelled. Never raises a ``StoreError``.

    A ``connected`` hint comes whenever the subscription has been made, the first time included,
    and ``disconnected`` whenever it cannot be made or has been lost.
    """
    cancellations = Cancellations()
    pause = _SHORTEST_PAUSE

    def passed_on(hint: Hint) -> None:
        nonlocal pause
        if hint.kind == "connected":
            pause = _SHORTEST_PAUSE
        heard(hint)

    while True:
        # An outage ends by itself; ``connected`` tells the listener when, and that it must re-read.
        with contextlib.suppress(StoreError, RedisError, OSError, ConfigurationError):
            client = await link.dedicated()
            try:
                await _listen_once(client, channel, passed_on, cancellations)
            finally:
                await client.aclose()
        heard(Hint(kind="disconnected"))
        cancellations.heed()
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


async def _listen_once(
    client: Redis, channel: str, heard: Callable[[Hint], None], cancellations: Cancellations
) -> None:
    async with client.pubsub() as pubsub:
        await pubsub.subscribe(channel)
        await _read(pubsub, heard, cancellations)


async def _read(
    pubsub: PubSub, heard: Callable[[Hint], None], cancellations: Cancellations
) -> None:
    clock = asyncio.get_running_loop().time
    last_heard = clock()
    while clock() - last_heard < _SILENCE_SECONDS:
        cancellations.heed()
        message = await pubsub.get_message(timeout=_PING_SECONDS)
        if message is None:
            await pubsub.ping()
            continue
        last_heard = clock()
        hint = _hint(message["type"], message["data"])
        if hint is not None:
            heard(hint)


def _hint(kind: str, data: object) -> Hint | None:
    if kind == "subscribe":
        return Hint(kind="connected")
    if kind != "message" or not isinstance(data, bytes) or len(data) > 64:
        return None
    word, _, request_id = data.decode("utf-8", "replace").partition(" ")
    if word == "request" and is_request_id(request_id):
        return Hint(kind="request", request_id=request_id)
    return _PLAIN.get(word)
