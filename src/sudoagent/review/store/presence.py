"""What a namespace knows of itself: its bots, whether it is frozen, what it held back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..request import SCHEMA_VERSION
from .keys import Keys
from .link import Link
from .records import text, whole
from .replies import FreezeState, HeldBack
from .reviews import RETENTION_MS

__all__ = ["Presence"]

# A freeze must not end by itself, and no key may stay for ever.
_FREEZE_MS = 3650 * 24 * 3600 * 1000
_THAWED_MS = 24 * 3600 * 1000
_KEY_ID = re.compile(r"[0-9a-f]{8}")


class Presence:
    """Bots, freeze and caps of a namespace. Every method raises ``StoreError``."""

    def __init__(self, link: Link, keys: Keys) -> None:
        self._link = link
        self._keys = keys

    async def announce_bot(
        self, bot_id: str, ttl_ms: int = 10_000, *, key_ids: Sequence[str] = ()
    ) -> None:
        """Count as present for ``ttl_ms``; to be repeated well before that is over.

        ``key_ids``: which keys the bot accepts (`Keyring.key_ids`), for whoever wants to know why
        its votes are not believed.
        """
        await self._bot(bot_id, max(ttl_ms, 1), key_ids)

    async def retire_bot(self, bot_id: str) -> None:
        """Stop counting as present, on the way out."""
        await self._bot(bot_id, 0)

    async def bots(self) -> tuple[str, ...]:
        """Return the ids of the bots that are present now."""
        now = await self._link.now_ms()
        present = await self._link.command("ZRANGEBYSCORE", self._keys.bots, f"({now}", "+inf")
        return tuple(map(text, present))

    async def bot_keys(self) -> Mapping[str, tuple[str, ...]]:
        """Return the bots that are present now, each with the ids of the keys that it accepts.

        The signing key is the first. Empty: the bot does not say, or what is stored is no key id.
        A statement for people; a seal alone proves which key somebody has.
        """
        found: dict[str, tuple[str, ...]] = {}
        for bot_id in await self.bots():
            said = await self._link.command("HGET", self._keys.bot(bot_id), "keys")
            found[bot_id] = tuple(_KEY_ID.findall(text(said or b"")))
        return found

    async def freeze(self, reason: str, by: str) -> bool:
        """Let nothing be asked, voted or claimed from now on. False: it was frozen already."""
        return await self._set_frozen("1", reason, by, _FREEZE_MS)

    async def unfreeze(self, by: str) -> bool:
        """End a freeze. False: there was none."""
        return await self._set_frozen("0", "", by, _THAWED_MS)

    async def freeze_state(self) -> FreezeState:
        """Return whether the namespace is frozen, since when, by whom and why."""
        command = ("HMGET", self._keys.freeze, "frozen", "reason", "by", "at")
        reply = await self._link.command(*command)
        frozen, reason, by, at = (text(part) if part else "" for part in reply)
        return FreezeState(frozen=frozen == "1", reason=reason, by=by, at=whole(at) or 0)

    async def held_back(self) -> tuple[HeldBack, ...]:
        """Return what caps held back within the hour, per channel and asker."""
        reply = await self._link.command("HGETALL", self._keys.held)
        fields = {text(name): text(value) for name, value in dict(reply).items()}
        return tuple(
            _held_back(name, count, fields)
            for name, said in fields.items()
            if name.startswith("count|") and (count := whole(said)) is not None
        )

    async def begin_notice(self, held: HeldBack, *, lease_ms: int = 30_000) -> int | None:
        """Say that the message about these is about to be posted or repainted, by one bot.

        Returns how often that was said before: if it was, there may be a message that nobody
        attached. ``None``: it shows the count already, or another bot is at it.
        """
        args = (*self._common(), _place(held), lease_ms)
        begun = int(await self._link.run("notice", self._keys.shared(), args))
        return None if begun < 0 else begun

    async def attach_held_back(self, held: HeldBack, channel: str, message_ts: str) -> None:
        """Store which message tells the reviewers about these, with their count as it is here.

        The first message stays.
        """
        args = (*self._common(), _place(held), channel, message_ts, held.count)
        await self._link.run("held", self._keys.shared(), args)

    async def _bot(self, bot_id: str, ttl_ms: int, key_ids: Sequence[str] = ()) -> None:
        keys = (*self._keys.shared(), self._keys.bots, self._keys.bot(bot_id))
        args = (*self._common(), bot_id, ttl_ms, ",".join(key_ids))
        await self._link.run("announce", keys, args)

    async def _set_frozen(self, frozen: str, reason: str, by: str, lifetime_ms: int) -> bool:
        args = (*self._common(), frozen, reason, by, lifetime_ms)
        return bool(await self._link.run("freeze", self._keys.shared(), args))

    def _common(self) -> tuple[str, int, int]:
        return (self._keys.hints, SCHEMA_VERSION, RETENTION_MS)


def _held_back(name: str, count: int, fields: dict[str, str]) -> HeldBack:
    place = name.removeprefix("count")
    channel, _, asker = place.removeprefix("|").partition("|")
    return HeldBack(
        channel=channel,
        asker=asker,
        count=count,
        since=whole(fields.get("since")) or 0,
        message_channel=fields.get("at" + place),
        message_ts=fields.get("ts" + place),
        shown=whole(fields.get("shown" + place)) or 0,
    )


def _place(held: HeldBack) -> str:
    return f"|{held.channel}|{held.asker}"
