"""Requests and votes as library and bot make them, with only what a test is about spelled out."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sudoagent.review.request import Request, SignedOutcome, SignedVote, encode
from sudoagent.review.seal import Keyring, Purpose
from sudoagent.review.store import CreateReply, ReviewStore, VoteReply

T = TypeVar("T")

KEYRING = Keyring(["a secret of this test deployment"])


def make_request(now: int = 1_000_000, *, seconds: float = 600, **fields: Any) -> Request:
    """A request that is valid for ``seconds`` from ``now`` (milliseconds)."""
    usual: dict[str, Any] = {
        "v": 1,
        "id": str(uuid.uuid4()),
        "nonce": uuid.uuid4().hex,
        "namespace": "default",
        "action": "refund_user",
        "arguments": (),
        "digest": uuid.uuid4().hex,
        "policy_reason": "over limit",
        "reviewers": ("U1", "U2", "U3"),
        "quorum": 1,
        "deny_quorum": 1,
        "risk": "medium",
        "channel": "C1",
        "created_at": now,
        "expires_at": now + round(seconds * 1000),
    }
    return Request(**(usual | fields))


def make_vote(
    request: Request, user: str = "U1", choice: str = "approve", **fields: Any
) -> SignedVote:
    """A vote on exactly this request, in time."""
    usual: dict[str, Any] = {
        "v": 1,
        "request_id": request.id,
        "nonce": request.nonce,
        "digest": request.digest,
        "choice": choice,
        "team_id": "T1",
        "user_id": user,
        "at": request.created_at + 1,
    }
    return SignedVote(**(usual | fields))


def make_outcome(request: Request, outcome: str = "success", **fields: Any) -> SignedOutcome:
    """What became of exactly this call."""
    usual: dict[str, Any] = {
        "v": 1,
        "request_id": request.id,
        "nonce": request.nonce,
        "digest": request.digest,
        "outcome": outcome,
        "seconds": 1.5,
    }
    return SignedOutcome(**(usual | fields))


_PURPOSES: dict[type, Purpose] = {
    Request: "request",
    SignedVote: "vote",
    SignedOutcome: "outcome",
}


def sealed(record: Request | SignedVote | SignedOutcome) -> bytes:
    """The record as it travels."""
    return KEYRING.seal(encode(record), _PURPOSES[type(record)])


async def create(store: ReviewStore, **fields: Any) -> Request:
    """Store a fresh request and return it."""
    request = make_request(await store.now_ms(), **fields)
    reply = await store.create(request, sealed(request))
    assert reply == CreateReply(kind="created", request_id=request.id)
    return request


async def is_over(store: ReviewStore, *requests: Request) -> None:
    """Wait until the deadlines have passed, by the server's clock."""
    last = max(request.expires_at for request in requests)

    async def passed() -> bool:
        return await store.now_ms() >= last

    await comes(passed)


async def comes(look: Callable[[], Awaitable[T]]) -> T:
    """Wait until there is an answer, and return it. A limit that only a broken program misses."""
    async with asyncio.timeout(60):
        while not (answer := await look()):  # noqa: ASYNC110 - Redis says no more
            await asyncio.sleep(0.01)
    return answer


async def vote(
    store: ReviewStore, request: Request, user: str = "U1", choice: str = "approve", **fields: Any
) -> VoteReply:
    """Vote as the bot does."""
    ballot = make_vote(request, user, choice, **fields)
    return await store.vote(ballot, sealed(ballot))
