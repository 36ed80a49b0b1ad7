"""Which request a grant key leads to, and how a grant ends. Proves nothing: see `review.grants`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..request import SCHEMA_VERSION, is_request_id
from .keys import Keys
from .link import Link
from .records import LARGEST, text
from .reviews import RETENTION_MS

__all__ = ["Grants", "RevokeReply", "StandingGrant", "UseReply"]

_MEMBER = re.compile(r"([0-9a-f]{64}) (\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingGrant:
    """A grant that the store holds: its key, and the request that it came with.

    ``until``: when it ends, in milliseconds by the server's clock.
    """

    key: str
    request_id: str
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UseReply:
    """``used``: the grant stands, and this is its use number ``uses``. ``none``: there is none.

    ``frozen``: nothing passes now. ``now``: the server's time, in milliseconds.
    """

    kind: Literal["used", "none", "frozen"]
    now: int
    uses: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeReply:
    """``revoked``: it stood until now. ``ended``: it was over already. ``unknown``: no such grant.

    ``durable`` is false when the server has replicas and none confirmed it: a failover might bring
    the grant back.
    """

    kind: Literal["revoked", "ended", "unknown"]
    durable: bool = True


class Grants:
    """Finds, counts and revokes grants; they are made by the vote that decides a request.

    Every method raises ``StoreError``, and ``ValueError`` for a key or id that is none.
    """

    def __init__(self, link: Link, keys: Keys) -> None:
        self._link = link
        self._keys = keys

    async def find(self, key: str) -> str | None:
        """Return the id of the request that a grant with this key came with, if one stands."""
        reply = await self._link.command("HMGET", self._keys.grant(key), "v", "request")
        version, request_id = (text(part) if part else "" for part in reply)
        return request_id if version == str(SCHEMA_VERSION) and is_request_id(request_id) else None

    async def use(self, key: str, request_id: str, use: str) -> UseReply:
        """Let one call pass under a grant, if it stands. ``use`` names this call: a fresh id."""
        keys = (*self._keys.shared(), self._keys.request(request_id), self._keys.grant(key))
        kind, now, *rest = await self._link.run("grant_use", keys, self._args(request_id, use))
        return UseReply(
            kind=text(kind),  # type: ignore[arg-type]  # the script's closed set
            now=int(now),
            uses=int(rest[0]) if rest else 0,
        )

    async def standing(self, limit: int = 200) -> tuple[StandingGrant, ...]:
        """Return the grants that stand, the one that ends first at first."""
        now = await self._link.now_ms()
        command = ("ZRANGEBYSCORE", self._keys.grants, f"({now}", "+inf", "WITHSCORES")
        found = await self._link.command(*command, "LIMIT", 0, limit)
        listed = [_listed(*pair) for pair in _pairs(found)]
        # Of two grants with one key, the later one has taken the place of the earlier.
        return tuple([one for one in listed if one and await self.find(one.key) == one.request_id])

    async def revoke(self, key: str, request_id: str, by: str) -> RevokeReply:
        """End a grant, for the next call on. ``by``: ``team/user``, or an operator's name."""
        keys = (
            *(*self._keys.shared(), self._keys.request(request_id)),
            *(self._keys.grant(key), self._keys.grants, self._keys.threads),
        )
        # Confirmed like a vote: a failover must not bring back what somebody ended.
        reply, durable = await self._link.run_confirmed(
            "grant_revoke", keys, self._args(request_id, by)
        )
        return RevokeReply(kind=text(reply), durable=durable)  # type: ignore[arg-type]  # closed set

    async def end_due(self, limit: int = 100) -> int:
        """Let the threads of grants that are over tell so. Returns how many there were."""
        keys = (*self._keys.shared(), self._keys.grants, self._keys.threads)
        return int(await self._link.run("grant_end", keys, self._args(limit)))

    def _args(self, *args: str | int) -> tuple[str | int, ...]:
        return (self._keys.hints, SCHEMA_VERSION, RETENTION_MS, *args)


def _pairs(found: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    return list(zip(found[::2], found[1::2], strict=True))


def _listed(member: bytes, until: bytes) -> StandingGrant | None:
    matched = _MEMBER.fullmatch(text(member))
    ends = float(until)  # a score: it may be infinite
    if matched is None or not is_request_id(matched[2]) or ends > LARGEST:
        return None
    return StandingGrant(key=matched[1], request_id=matched[2], until=int(ends))
