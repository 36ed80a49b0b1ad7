"""The life of a request in Redis: created, voted on, ended, claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..request import (
    SCHEMA_VERSION,
    MalformedRecord,
    Request,
    SignedOutcome,
    SignedVote,
    State,
    is_request_id,
)
from .keys import Keys, asker_number
from .link import Link
from .records import MAX_STORED_BYTES, read_record, read_state, text
from .replies import (
    Binding,
    Caps,
    ClaimReply,
    CreateReply,
    EndReply,
    GrantTerms,
    ReportReply,
    StoredReview,
    VoteReply,
)

__all__ = ["RETENTION_MS", "Reviews"]

# A record stays for a week after its deadline: as long as somebody might take up its verdict with
# an idempotency key, or ask what became of it.
RETENTION_MS = 7 * 24 * 3600 * 1000

# One script holds the server for about a millisecond with this many.
_BATCH = 200


class Reviews:
    """Creates, reads and changes requests. Every change can be repeated with the same answer.

    Every method raises ``StoreError``, and ``ValueError`` for a request id that the library did
    not make.
    """

    def __init__(self, link: Link, keys: Keys) -> None:
        self._link = link
        self._keys = keys

    async def create(
        self,
        request: Request,
        sealed: bytes,
        *,
        caps: Caps | None = None,
        idempotency_key: str | None = None,
        replaces: str | None = None,
    ) -> CreateReply:
        """Store a pending request, unless the key is bound, a cap reached or the namespace frozen.

        ``sealed`` is the sealed form of ``request``, the only part that counts later. ``replaces``
        is the id of the request that the key is bound to, if that has expired or was withdrawn: the
        key is bound to the new one then, by whoever comes first.
        """
        limits = caps or Caps()
        asker = request.requester or request.agent or ""
        keys = (*self._keys.shared(), self._keys.request(request.id))
        if idempotency_key is not None:
            keys = (*keys, self._keys.idempotency(idempotency_key))
            if replaces is not None:
                keys = (*keys, self._keys.request(replaces))
        args = (
            *(request.id, request.nonce, request.digest, request.created_at, request.expires_at),
            *(request.quorum, request.deny_quorum, asker_number(asker), sealed),
            *(limits.total, limits.per_asker, f"|{request.channel}|{asker}", replaces or ""),
        )
        reply = await self._link.run("create", keys, self._args(*args))
        return _create_reply(request.id, reply)

    async def attach_message(
        self,
        request_id: str,
        channel: str,
        message_ts: str,
        team_id: str | None = None,
        *,
        follow_up_at: int | None = None,
    ) -> bool:
        """Store where the message is. The first one stays; false when another one is stored.

        ``follow_up_at``: when something else is to be done while nobody answers, in milliseconds.
        """
        due = "" if follow_up_at is None else follow_up_at
        keys = (*self._threaded(request_id), self._keys.follow_ups)
        args = self._args(channel, message_ts, team_id or "", due)
        return bool(await self._link.run("attach", keys, args))

    async def read(self, request_id: str) -> StoredReview | None:
        """Return one request, ``None`` when it is not stored. Raises ``MalformedRecord``."""
        found = (await self.read_many([request_id]))[request_id]
        if isinstance(found, MalformedRecord):
            raise found
        return found

    async def read_many(
        self, request_ids: Sequence[str]
    ) -> Mapping[str, StoredReview | MalformedRecord | None]:
        """Return many requests; what cannot be read is there as the error that says why."""
        found: dict[str, StoredReview | MalformedRecord | None] = {}
        for batch in _batches(request_ids):
            reply = await self._run_many("read", batch, self._args(MAX_STORED_BYTES))
            now, frozen, records = reply
            for request_id, record in zip(batch, records, strict=True):
                found[request_id] = _readable(request_id, record, now, frozen=bool(frozen))
        return found

    async def states(self, request_ids: Sequence[str]) -> tuple[Mapping[str, State | None], bool]:
        """Return each request's state (``None``: none, or not readable), and whether frozen."""
        found: dict[str, State | None] = {}
        frozen = False
        for batch in _batches(request_ids):
            is_frozen, states = await self._run_many("states", batch, self._args())
            frozen = frozen or bool(is_frozen)
            found.update(zip(batch, map(read_state, states), strict=True))
        return found, frozen

    async def vote(
        self, vote: SignedVote, sealed: bytes, *, grant: GrantTerms | None = None
    ) -> VoteReply:
        """Count a vote once. ``sealed`` is the sealed form of ``vote``.

        ``grant``: what it allows for a while, if it is the vote that approves the request.
        Whether this person may vote is the caller's to check.
        """
        args = self._args(
            *(vote.nonce, vote.digest, f"{vote.team_id}/{vote.user_id}", vote.choice, sealed),
            "" if grant is None else grant.until,
        )
        keys = self._threaded(vote.request_id)
        if grant is not None:
            keys = (*keys, self._keys.grant(grant.key), self._keys.grants)
        reply, durable = await self._link.run_confirmed("vote", keys, args)
        kind, *rest = reply
        if not rest:
            return VoteReply(kind="unknown")
        state, approvals, denies = rest
        return VoteReply(
            kind=text(kind),  # type: ignore[arg-type]  # the script's closed set
            state=read_state(state),
            approvals=approvals,
            denies=denies,
            durable=durable,
        )

    async def expire(self, request_id: str) -> EndReply:
        """End a request whose deadline has passed by the server's clock."""
        return await self._end(request_id, "expired", "")

    async def cancel(self, request_id: str, why: str) -> EndReply:
        """Withdraw a pending request; ``why`` is a sentence for the card, without secrets."""
        return await self._end(request_id, "cancelled", why)

    async def claim(self, request_id: str, owner: str) -> ClaimReply:
        """Take an approval, once. ``owner`` names this attempt and no other: a fresh UUID."""
        keys = (*self._keys.shared(), self._keys.request(request_id))
        # Confirmed like a vote: after a failover that forgot it, a second process could claim.
        reply, durable = await self._link.run_confirmed("claim", keys, self._args(owner))
        kind, *rest = reply
        return ClaimReply(
            kind=text(kind),  # type: ignore[arg-type]  # the script's closed set
            owner=(text(rest[0]) or None) if rest else None,
            state=read_state(rest[1]) if rest else None,
            durable=durable,
        )

    async def report(self, outcome: SignedOutcome, sealed: bytes, owner: str) -> ReportReply:
        """Store what became of the call whose approval ``owner`` claimed. The first one stays.

        ``sealed`` is the sealed form of ``outcome``, the only part that counts.
        """
        keys, args = self._threaded(outcome.request_id), self._args(owner, sealed)
        reply: ReportReply = text(await self._link.run("report", keys, args))  # type: ignore[assignment]  # the script's closed set
        return reply

    async def bound(self, idempotency_key: str) -> Binding | None:
        """Return the request that an idempotency key belongs to."""
        key = self._keys.idempotency(idempotency_key)
        reply = await self._link.command("HMGET", key, "v", "request", "digest")
        version, request_id, digest = (text(part) if part else "" for part in reply)
        if version != str(SCHEMA_VERSION) or not is_request_id(request_id):
            return None
        return Binding(request_id=request_id, digest=digest)

    async def pending(self, limit: int = 1000) -> tuple[str, ...]:
        """Return ids of pending requests, the most urgent deadline first."""
        return await self._by_deadline("+inf", limit)

    async def pending_count(self) -> int:
        """Return how many requests are pending."""
        return int(await self._link.command("ZCARD", self._keys.pending))

    async def due(self, limit: int = 100) -> tuple[str, ...]:
        """Return ids of pending requests whose deadline has passed by the server's clock."""
        return await self._by_deadline(str(await self.now_ms()), limit)

    async def now_ms(self) -> int:
        """Return the server's time, in milliseconds since the epoch."""
        return await self._link.now_ms()

    async def _by_deadline(self, until: str, limit: int) -> tuple[str, ...]:
        command = ("ZRANGEBYSCORE", self._keys.pending, "-inf", until, "LIMIT", 0, limit)
        members = await self._link.command(*command)
        return tuple(name for name in map(text, members) if is_request_id(name))

    async def _end(self, request_id: str, state: State, why: str) -> EndReply:
        kind, *rest = await self._run("end", request_id, self._args(state, why, request_id))
        return EndReply(
            kind=text(kind),  # type: ignore[arg-type]  # the script's closed set
            state=read_state(rest[0]) if rest else None,
            remaining_ms=rest[1] if len(rest) > 1 else 0,
        )

    def _threaded(self, request_id: str) -> tuple[str, ...]:
        """The keys of a change that the request's thread tells about."""
        return (*self._keys.shared(), self._keys.request(request_id), self._keys.threads)

    async def _run(self, name: str, request_id: str, args: tuple[Any, ...]) -> Any:
        return await self._run_many(name, [request_id], args)

    async def _run_many(self, name: str, ids: Sequence[str], args: tuple[Any, ...]) -> Any:
        keys = (*self._keys.shared(), *map(self._keys.request, ids))
        return await self._link.run(name, keys, args)

    def _args(self, *args: str | int | bytes) -> tuple[str | int | bytes, ...]:
        return (self._keys.hints, SCHEMA_VERSION, RETENTION_MS, *args)


def _create_reply(request_id: str, reply: list[Any]) -> CreateReply:
    kind = text(reply[0])
    if kind == "bound":
        return CreateReply(kind="bound", request_id=text(reply[1]), digest=text(reply[2]))
    if kind == "held_back":
        return CreateReply(kind="held_back", request_id=request_id, held_back=int(reply[1]))
    if kind == "frozen":
        return CreateReply(kind="frozen", request_id=request_id, reason=text(reply[1]))
    return CreateReply(kind=kind, request_id=request_id)  # type: ignore[arg-type]  # closed set


def _readable(
    request_id: str, record: Any, now: int, *, frozen: bool
) -> StoredReview | MalformedRecord | None:
    try:
        return read_record(request_id, record, now, frozen=frozen)
    except MalformedRecord as error:
        return error


def _batches(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH)]
