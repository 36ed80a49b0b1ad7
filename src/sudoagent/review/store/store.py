"""The review store as a whole: opened once per event loop, closed when done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from .addresses import Address, parse_address
from .attempts import Attempts
from .deliveries import Deliveries
from .facts import ServerFacts
from .follow_ups import FollowUps
from .grants import Grants
from .hints import listen
from .homes import Homes
from .keys import Keys
from .link import Link
from .locators import EmbeddedLocator, Locator, locator_for
from .presence import Presence
from .repaints import Repaints
from .replies import Hint
from .reviews import Reviews
from .threads import Threads

__all__ = ["ReviewStore"]

_PATIENCE = 3.0


class ReviewStore(Reviews):
    """Requests and everything around them, in one namespace of one server.

    Belongs to the event loop that opened it. ``repaints`` is the queue of cards to repaint,
    ``threads`` that of threads to tell something in, ``follow_ups`` that of requests to remind of;
    ``presence`` knows bots, freeze and held-back requests; ``grants`` what is allowed for a while;
    ``attempts`` counts how often a reviewer stated a number.
    """

    def __init__(self, link: Link, keys: Keys, locator: Locator) -> None:
        super().__init__(link, keys)
        self._locator = locator
        self.attempts = Attempts(link, keys)
        self.repaints = Repaints(link, keys)
        self.threads = Threads(link, keys)
        self.follow_ups = FollowUps(link, keys)
        self.grants = Grants(link, keys)
        self.presence = Presence(link, keys)
        self.homes = Homes(link, keys)
        self.deliveries = Deliveries(link, keys)

    @classmethod
    async def open(
        cls,
        url: str | None,
        namespace: str = "default",
        *,
        state_dir: Path | None = None,
        patience: float = _PATIENCE,
    ) -> Self:
        """Connect to the server at ``url``; ``None``: the embedded one at home in ``state_dir``.

        ``patience``: seconds for which every command is repeated while the server is away.
        Raises ``ConfigurationError``, ``StoreUnavailable`` and ``StoreRefused``.
        """
        keys = Keys(namespace)
        if url is None:
            locator: Locator = EmbeddedLocator.in_folder(state_dir)
            address = Address("single", await locator.locate(), (), scheme="unix")
        else:
            address = parse_address(url)
            locator = locator_for(address, keys.pending)
        link = Link(address, locator, embedded=url is None, patience=patience)
        store = cls(link, keys, locator)
        try:
            await link.open()
        except BaseException:
            await store.close()
            raise
        return store

    async def close(self) -> None:
        """Close every connection, and give up the embedded server."""
        await self._link.close()
        self._locator.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def namespace(self) -> str:
        """The namespace whose requests these are."""
        return self._keys.namespace

    @property
    def facts(self) -> ServerFacts:
        """Which server this is: a sentence for the log at start, and warnings for the operator."""
        return self._link.facts

    async def listen(self, heard: Callable[[Hint], None]) -> None:
        """Call ``heard`` for every hint, until cancelled; survives every outage of the server.

        The first hint is ``connected``, and another one follows every reconnection.
        """
        await listen(self._link, self._keys.hints, heard)
