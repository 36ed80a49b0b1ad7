"""Home tabs: who looks at theirs, which ones to publish, and what each reviewer decided lately."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..request import SCHEMA_VERSION, is_request_id
from .keys import Keys
from .link import Link
from .records import text
from .reviews import RETENTION_MS

__all__ = ["DueHome", "Homes"]

# Slack does not tell when somebody turns away. Whoever comes back opens the tab anew.
_WATCHED_MS = 2 * 3600 * 1000
_MOST_VIEWERS = 500
_MOST_DECIDED = 50
_PERSON = re.compile(r"[A-Z0-9_-]{2,64}/[A-Z0-9_-]{2,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DueHome:
    """A Home tab on loan. ``person`` is ``team/user``; ``shown`` names what it shows, if known."""

    person: str
    mark: str
    shown: str

    @property
    def user_id(self) -> str:
        """The person's Slack user id."""
        return self.person.partition("/")[2]


class Homes:
    """The queue of Home tabs to publish, which bots share. Every method raises ``StoreError``."""

    def __init__(self, link: Link, keys: Keys) -> None:
        self._link = link
        self._keys = keys

    async def opened(self, person: str) -> None:
        """Somebody looks at theirs: it is due at once, and again when something changes."""
        await self._mark(person, 0)

    async def changed(self, delay_ms: int) -> None:
        """Something changed: every tab that somebody looks at is due, after a moment."""
        await self._mark("", delay_ms)

    async def take(self, limit: int, *, lease_ms: int) -> tuple[DueHome, ...]:
        """Return tabs that are due; nobody else gets them during the lease."""
        args = (*self._common(), limit, lease_ms)
        taken = await self._link.run("home_take", self._queue(), args)
        parts = list(map(text, taken))
        found = (
            DueHome(person=parts[at], mark=parts[at + 1], shown=parts[at + 2])
            for at in range(0, len(parts) - 2, 3)
        )
        return tuple(home for home in found if _PERSON.fullmatch(home.person))

    async def done(self, home: DueHome, shown: str) -> bool:
        """Say what the tab shows now. False: something changed meanwhile, so it stays due."""
        args = (*self._common(), home.person, home.mark, shown, "")
        return bool(await self._link.run("home_done", self._queue(), args))

    async def later(self, home: DueHome, delay_ms: int) -> None:
        """Give it back, to be taken again after a delay."""
        args = (*self._common(), home.person, home.mark, "", delay_ms)
        await self._link.run("home_done", self._queue(), args)

    async def note_decided(self, person: str, request_id: str) -> None:
        """Remember for a week that this person voted on a request."""
        keys = (*self._keys.shared(), self._keys.decided(person))
        args = (*self._common(), request_id, _MOST_DECIDED)
        await self._link.run("decided", keys, args)

    async def decided(self, person: str, limit: int = 10) -> tuple[str, ...]:
        """Return ids of requests that this person voted on, the latest first."""
        key = self._keys.decided(person)
        members = await self._link.command("ZRANGEBYSCORE", key, "-inf", "+inf")
        ids = [name for name in map(text, members) if is_request_id(name)]
        return tuple(reversed(ids[-limit:]))

    async def _mark(self, person: str, delay_ms: int) -> None:
        keys = (*self._keys.shared(), *self._keys.homes)
        args = (*self._common(), person, delay_ms, _WATCHED_MS, _MOST_VIEWERS)
        await self._link.run("home_mark", keys, args)

    def _queue(self) -> tuple[str, ...]:
        queue, _, shown = self._keys.homes
        return (*self._keys.shared(), queue, shown)

    def _common(self) -> tuple[str, int, int]:
        return (self._keys.hints, SCHEMA_VERSION, RETENTION_MS)
