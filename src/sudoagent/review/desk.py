"""What the library needs to ask and wait: a store and a waiter, one pair per process and server."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from .background import background
from .store import ReviewStore
from .waiter import Waiter

__all__ = ["Desk", "shared_desk"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """An open store and the waiter on it."""

    store: ReviewStore
    waiter: Waiter

    @classmethod
    async def open(cls, url: str | None, namespace: str, state_dir: Path | None) -> Self:
        """Open the store, as ``ReviewStore.open`` does and with its errors.

        Which server it is goes to the log, and what about it endangers a promise, as a warning.
        """
        store = await ReviewStore.open(url, namespace, state_dir=state_dir)
        logger.info("requests are stored in %s", store.facts.sentence)
        for warning in store.facts.warnings:
            logger.warning("%s", warning)
        return cls(store, Waiter(store))

    async def close(self) -> None:
        """Stop listening and close the connections."""
        await self.waiter.close()
        await self.store.close()


async def shared_desk(url: str | None, namespace: str, state_dir: Path | None = None) -> Desk:
    """Return this process's desk for a server and namespace, opening it when it is the first time.

    To be awaited by work that ``background()`` runs. Raises like ``ReviewStore.open``, and tries
    anew with the next call.
    """
    key = ("desk", url, namespace, state_dir)
    return await background().shared(key, lambda: Desk.open(url, namespace, state_dir))
