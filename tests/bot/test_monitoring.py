"""Health and counters of the real bot, in both modes, before and while it can serve."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import aiohttp
import pytest

from sudoagent.playground import AsyncPlayground
from sudoagent.playground.cast import BOT_TOKEN, SIGNING_SECRET
from support.bot import SIGNING_KEY, Asker, BotProcess, StartBot
from support.valkey import Server, free_port


def watched(start_bot: StartBot, **variables: str | None) -> BotProcess:
    bot = start_bot(SUDOAGENT_METRICS_PORT=str(free_port()), **variables)
    bot.waits_to_log("health and counters are told")
    return bot


async def ask(bot: BotProcess, path: str) -> tuple[int, str]:
    url = f"http://127.0.0.1:{bot.environment['SUDOAGENT_METRICS_PORT']}{path}"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def becomes(bot: BotProcess, path: str, fits: Callable[[int, str], bool]) -> str:
    async with asyncio.timeout(60):
        while True:
            status, text = await ask(bot, path)
            if fits(status, text):
                return text
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_it_says_what_it_counts_and_nothing_else(
    start_bot: StartBot, aslack: AsyncPlayground, asker: Asker, mode: str
):
    port = str(free_port())
    bot = watched(
        start_bot,
        SUDOAGENT_MODE=mode,
        SLACK_SIGNING_SECRET=SIGNING_SECRET,
        PORT=port,
        SUDOAGENT_HOST="127.0.0.1",
    )
    await becomes(bot, "/readyz", lambda status, _: status == 200)
    if mode == "http":
        await aslack.use_http(f"http://127.0.0.1:{port}/slack/events")
    asked, waiting = await asker.ask(), await asker.ask()
    await aslack.as_person("U0ALICE").click("approve", ts=asked.ts)
    await aslack.wait_for_revision(asked.ts, "Approved")
    await aslack.as_person("U0GUS").click("approve", ts=waiting.ts)
    await aslack.as_person("U0GUS").wait_for_ephemeral("not on the list")
    text = await becomes(
        bot, "/metrics", lambda _, text: 'repaints_total{result="painted"}' in text
    )
    for line in (
        'sudoagent_bot_clicks_total{result="settled"} 1',
        'sudoagent_bot_clicks_total{result="not_a_reviewer"} 1',
        'sudoagent_bot_votes_total{choice="approve"} 1',
        "sudoagent_bot_connected 1",
        "sudoagent_bot_store_reachable 1",
        "sudoagent_bot_pending_requests 1",
        "sudoagent_bot_acknowledge_seconds_count 2",
    ):
        assert line in text.splitlines(), text
    for secret in (BOT_TOKEN, SIGNING_KEY, "user_2", "refund", asked.id, "U0ALICE", "U0GUS"):
        assert secret not in text
    assert (await ask(bot, "/healthz")) == (200, "ok\n")
    assert (await ask(bot, "/"))[0] == 404


async def test_it_is_alive_but_not_ready_until_store_and_slack_are_there(
    start_bot: StartBot, aslack: AsyncPlayground, own_server: Server
):
    own_server.kill()
    bot = watched(start_bot, REDIS_URL=own_server.url)
    assert (await ask(bot, "/healthz"))[0] == 200
    status, text = await ask(bot, "/readyz")
    assert status == 503
    assert "sudoagent_bot_connected" in text
    assert "sudoagent_bot_store_reachable 0" in (await ask(bot, "/metrics"))[1]
    own_server.start()
    await becomes(bot, "/readyz", lambda status, _: status == 200)
    own_server.kill()
    text = await becomes(bot, "/readyz", lambda status, _: status == 503)
    assert "store_reachable" in text
    assert (await ask(bot, "/healthz"))[0] == 200


def test_a_port_that_is_taken_is_a_wrong_setting(start_bot: StartBot):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        bot = start_bot(SUDOAGENT_METRICS_PORT=str(taken.getsockname()[1]))
        assert bot.exit_code() == 78
    assert "SUDOAGENT_METRICS_PORT" in bot.log


def test_nobody_is_told_where_nobody_asked_for_it(bot: BotProcess):
    assert "health and counters" not in bot.log
