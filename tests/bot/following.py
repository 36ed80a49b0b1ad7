"""A follower at work beside the playground, and requests for it to follow up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from sudoagent.playground import AsyncPlayground
from sudoagent.playground.cast import CHANNEL, TEAM
from sudoagent.review.request import SCHEMA_VERSION, SignedVote, encode
from sudoagent.review.seal import Keyring
from sudoagent.review.widening import next_follow_up
from sudoagent.slack.messages import pending_card
from sudoagent_bot.follower import Follower
from sudoagent_bot.outages import Outages
from sudoagent_bot.reviewers import Reviewers
from sudoagent_bot.web import Web
from support.bot import Asked, Asker

ALICE, BOB, CAROL = "U0ALICE", "U0BOB", "U0CAROL"
DIRECT = {"direct": (ALICE, BOB), "reviewers": (ALICE, BOB), "channel": CHANNEL}


def follower(asker: Asker, web: Web, keyring: Keyring | None = None) -> Follower:
    return Follower(
        store=asker.store,
        web=web,
        reviewers=Reviewers(web, TEAM),
        keyring=keyring or asker.keyring,
        namespace=asker.store.namespace,
        outages=Outages(),
    )


@contextlib.asynccontextmanager
async def following(
    asker: Asker, web: Web, keyring: Keyring | None = None
) -> AsyncIterator[Follower]:
    """A bot's follower at work."""
    working = follower(asker, web, keyring)
    task = asyncio.create_task(working.work())
    try:
        yield working
    finally:
        task.cancel()
        await asyncio.wait([task])
        await working.drain(5.0)


async def ask(asker: Asker, **changes: Any) -> Asked:
    """Ask as the library does, with what is to follow."""
    request = asker.request(**changes)
    await asker.store_only(request)
    posted = await asker.post_only(pending_card(request), request.id)
    assert await asker.store.attach_message(
        request.id,
        posted.channel,
        posted.ts,
        TEAM,
        follow_up_at=next_follow_up(request, request.created_at),
    )
    return Asked(request, posted.channel, posted.ts)


async def soon(asker: Asker, milliseconds: int = 100) -> int:
    return await asker.store.now_ms() + milliseconds


async def vote(asker: Asker, asked: Asked, user: str = ALICE) -> None:
    ballot = SignedVote(
        v=SCHEMA_VERSION,
        request_id=asked.id,
        nonce=asked.request.nonce,
        digest=asked.request.digest,
        choice="approve",
        team_id=TEAM,
        user_id=user,
        at=await asker.store.now_ms(),
    )
    reply = await asker.store.vote(ballot, asker.keyring.seal(encode(ballot), "vote"))
    assert reply.kind in ("counted", "decided")


async def finished(asker: Asker) -> None:
    """Wait until nothing is to be followed up any more."""
    key = asker.store._keys.follow_ups

    async def look() -> bool:
        return not await asker.store._link.command("ZCARD", key)

    await eventually(look)


async def eventually(look: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(1200):
        if await look():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came true")


async def cards_for(aslack: AsyncPlayground, user: str) -> list[str]:
    told = await aslack.as_person(user).direct_messages()
    return [message.ts for message in told if message.thread_ts is None]
