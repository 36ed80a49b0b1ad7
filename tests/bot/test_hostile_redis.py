"""Whoever can write to Redis writes what nobody would: the bot goes on."""

from __future__ import annotations

import asyncio

import pytest

from sudoagent.playground import AsyncPlayground
from sudoagent.playground.cast import CHANNEL
from support.bot import Asker, BotProcess
from support.valkey import Server

ALICE = "U0ALICE"


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 400, "9" * 18])
async def test_numbers_that_nobody_counts_to_end_no_bot(
    bot: BotProcess,
    asker: Asker,
    aslack: AsyncPlayground,
    valkey_server: Server,
    namespace: str,
    number: str,
) -> None:
    alice, asked = aslack.as_person(ALICE), await asker.ask()
    prefix = f"sudoagent:{{{namespace}}}:"
    with valkey_server.client() as client:
        client.hset(prefix + "freeze", mapping={"frozen": "0", "at": number})
        held = f"|{CHANNEL}|agent"
        client.hset(prefix + "held", mapping={f"count{held}": number, "since": number})
        client.hset(prefix + "held", mapping={f"begun{held}": 1, f"count|{CHANNEL}|other": 2})
        client.zadd(prefix + "grants", {f"{'a' * 64} {asked.id}": float("inf")})
        for name in ("freeze", "held", "grants"):
            client.expire(prefix + name, 60)
        client.hset(prefix + f"request:{(await asker.ask()).id}", "ended_at", number)
        for hint in ("held_back", "frozen", f"request {asked.id}"):
            client.publish(f"sudoagent:{namespace}:hints", hint)
    await alice.open_home()
    await aslack.wait_for_message("were held back", channel=CHANNEL)
    await alice.click("approve", ts=asked.ts)
    await aslack.wait_for_revision(asked.ts, "Approved")
    async with asyncio.timeout(60):
        while True:
            view = await alice.home()
            if view is not None and "You approved" in view.words:
                break
            await asyncio.sleep(0.05)
    assert bot.process is not None
    assert bot.process.poll() is None, bot.log
