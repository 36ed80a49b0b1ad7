"""What the store answers: one frozen class per question, each with a closed set of kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from ..request import State

__all__ = [
    "MOST_COPIES",
    "Binding",
    "Caps",
    "ClaimReply",
    "CreateReply",
    "EndReply",
    "FreezeState",
    "GrantTerms",
    "HeldBack",
    "Hint",
    "ReportReply",
    "StoredReview",
    "VoteReply",
]


# Every copy is updated with every vote, and Slack takes about fifty updates a minute.
MOST_COPIES: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How many requests may be pending at once: in the namespace, and per asker.

    The asker is the request's ``requester``, else its ``agent``.
    """

    total: int = 500
    per_asker: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateReply:
    """``created``: it is pending (also when this very request was created before).

    ``bound``: the idempotency key belongs to the earlier request ``request_id`` about a call with
    ``digest``; nothing was created. ``held_back``: a cap is reached; ``held_back`` requests were
    refused in this hour so far, this one included. ``frozen``: see ``reason``. ``expired``: the
    deadline has passed already. ``conflict``: another request has this id.
    """

    kind: Literal["created", "bound", "held_back", "frozen", "expired", "conflict"]
    request_id: str
    digest: str = ""
    held_back: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantTerms:
    """Under which key calls are allowed for a while, and until when (milliseconds)."""

    key: str
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteReply:
    """``counted``: stored, more votes are needed. ``decided``: stored, and it ended the request.

    ``already_voted``: this reviewer voted before. ``already_decided``: it had ended as ``state``.
    ``expired``: the deadline has passed. ``changed``: nonce or digest are not those of the stored
    request. ``unknown``: no such request. ``frozen``: the namespace takes no votes now.

    The counters are for display. ``durable`` is false when the server has replicas and none of
    them confirmed the vote in time: a failover might lose it.
    """

    kind: Literal[
        "counted",
        "decided",
        "already_voted",
        "already_decided",
        "expired",
        "unknown",
        "changed",
        "frozen",
    ]
    state: State | None = None
    approvals: int = 0
    denies: int = 0
    durable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EndReply:
    """``ended``: it ended now, or had ended in this same way. ``already_ended``: in another way.

    ``not_due``: the deadline is ``remaining_ms`` away. ``unknown``: no such request.
    """

    kind: Literal["ended", "already_ended", "not_due", "unknown"]
    state: State | None = None
    remaining_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReply:
    """``claimed``: ``owner`` has the verdict (also when it claimed before). ``taken``: another has.

    ``not_approved``: there is no approval to take, see ``state``. ``frozen``, ``unknown``: as said.
    ``durable`` is false when the server has replicas and none confirmed the claim: a failover might
    forget it and let another process claim too.
    """

    kind: Literal["claimed", "taken", "not_approved", "frozen", "unknown"]
    owner: str | None = None
    state: State | None = None
    durable: bool = True


ReportReply = Literal["reported", "already_reported", "not_claimed", "unknown"]
"""``reported``: stored (also when this very outcome was stored before). ``already_reported``:
another outcome is. ``not_claimed``: this owner did not claim an approval. ``unknown``: no such
request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """An idempotency key belongs to this request, which asks about the call with this digest."""

    request_id: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReview:
    """A request as it is stored. Transport, not authority: only the sealed parts prove anything.

    Times are milliseconds by the server's clock, ``now`` being the moment of reading. ``revision``
    grows with every change a card should show. ``why`` says why it ended, for an end without a
    vote. ``approvals`` and ``denies`` are the server's counters, for display. ``frozen``: the
    namespace was frozen at the moment of reading. ``sealed_outcome`` is what became of the call.
    ``replies`` are those in the thread, by name: the message's ts, or something that is none while
    it is not known whether it is there. ``copies`` are cards besides the first, by whom or what
    they were posted to: ``channel/ts``, or something else in the same case. ``grant_uses`` calls
    passed under the grant that came with it; ``grant_ended_by`` revoked that.
    """

    id: str
    state: State
    sealed_request: bytes
    sealed_votes: tuple[bytes, ...]
    nonce: str
    digest: str
    revision: int
    created_at: int
    expires_at: int
    now: int
    frozen: bool = False
    approvals: int = 0
    denies: int = 0
    channel: str | None = None
    message_ts: str | None = None
    team_id: str | None = None
    ended_at: int | None = None
    why: str | None = None
    claimed_by: str | None = None
    claimed_at: int | None = None
    sealed_outcome: bytes | None = None
    replies: Mapping[str, str] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)
    grant_uses: int = 0
    grant_ended_at: int | None = None
    grant_ended_by: str | None = None

    @property
    def messages(self) -> tuple[tuple[str, str], ...]:
        """The messages that are known to carry the request, as channel and ts; the first first.

        No more than `MOST_COPIES` besides the first: each is updated with every change.
        """
        first = [(self.channel, self.message_ts)] if self.channel and self.message_ts else []
        parted = (place.partition("/") for place in self.copies.values())
        copies = [(channel, ts) for channel, separator, ts in parted if separator]
        return (*first, *copies[:MOST_COPIES]) if first else ()

    @property
    def ended(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self.state != "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """Something changed: read the store to learn what.

    ``connected``: hints before this one may have been missed, so re-read everything of interest.
    ``disconnected``: nothing can be heard until the next ``connected``.
    ``request``: the request ``request_id`` changed. ``held_back``, ``frozen``, ``thawed``: as said.
    """

    kind: Literal["connected", "disconnected", "request", "held_back", "frozen", "thawed"]
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeState:
    """Whether the namespace is frozen, since when (milliseconds), by whom and why."""

    frozen: bool
    reason: str = ""
    by: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """How many requests of one asker for one channel were refused by a cap within the hour.

    ``since`` is when the hour began (milliseconds). ``message_channel`` and ``message_ts`` are the
    message that tells the reviewers so, once there is one; it shows the count ``shown``.
    """

    channel: str
    asker: str
    count: int
    since: int = 0
    message_channel: str | None = None
    message_ts: str | None = None
    shown: int = 0
