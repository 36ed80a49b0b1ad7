"""HTTP mode with the real bot: what Slack signed is served, whatever else comes changes nothing."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import AsyncIterator

import pytest

from sudoagent.playground import AsyncPlayground
from sudoagent.playground.cast import SIGNING_SECRET
from sudoagent.review.store import ReviewStore
from sudoagent_bot.http_mode import Malformed, read_body
from support.bot import Asker, BotProcess, StartBot
from support.http_door import FORM, Door, click, door_of, start_http
from support.valkey import Server


@pytest.fixture
def bot(start_bot: StartBot) -> BotProcess:
    return start_http(start_bot)


@pytest.fixture
async def door(bot: BotProcess, aslack: AsyncPlayground) -> AsyncIterator[Door]:
    async with door_of(bot) as door:
        await aslack.use_http(door.url)
        yield door


async def test_buttons_dialogs_commands_and_home_tabs_work_as_in_socket_mode(
    door: Door, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    approved, denied = await asker.ask(), await asker.ask(action="delete_customer")
    alice = aslack.as_person("U0ALICE")
    assert (await alice.click("approve", ts=approved.ts)).acknowledged
    await aslack.wait_for_revision(approved.ts, "Approved", without_buttons=True)
    assert (await alice.click("deny", ts=denied.ts)).acknowledged
    await alice.view()
    assert (await alice.submit({"text": "Wrong customer"})).acknowledged
    await aslack.wait_for_revision(denied.ts, "Denied", without_buttons=True)
    assert (await alice.slash("/sudo", "pending payload")).acknowledged
    await alice.wait_for_ephemeral("Nothing waits for you")
    assert (await alice.open_home()).acknowledged
    async with asyncio.timeout(60):
        while "You denied" not in getattr(await alice.home(), "words", ""):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert await aslack.missed() == []
    assert await aslack.connections() == 0
    assert bot.refusals == []


async def test_who_may_not_decide_is_told_over_http_too(
    door: Door, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    gus = aslack.as_person("U0GUS")
    assert (await gus.click("approve", ts=asked.ts)).acknowledged
    await gus.wait_for_ephemeral("not on the list")
    assert (await asker.stored(asked)).sealed_votes == ()


async def test_slack_may_ask_whether_the_address_is_ours(door: Door):
    asked = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"})
    assert await door.post(asked.encode(), kind="application/json") == (200, "3eZbrw1a")
    status, answer = await door.post(asked.encode(), kind="application/json", secret="guessed")
    assert (status, answer) == (401, "")


async def test_a_click_at_once_by_many_is_acknowledged_for_all(
    door: Door, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask(quorum=3)
    people = [aslack.as_person(("U0ALICE", "U0BOB", "U0CAROL")[n % 3]) for n in range(60)]
    pressed = await asyncio.gather(
        *(hand.click("approve", ts=asked.ts, value=asked.id, blindly=True) for hand in people)
    )
    assert all(one.acknowledged for one in pressed)
    await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)


async def test_told_to_stop_it_finishes_what_came_and_exits_with_0(
    door: Door, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    await aslack.slow_down("users.info", 0.5)
    assert await door.post(click(asked)) == (200, "")
    bot.signal(signal.SIGTERM)
    assert await asyncio.to_thread(bot.exit_code) == 0
    assert (await asker.stored(asked)).state == "approved"


def test_a_port_that_is_taken_is_a_wrong_setting(start_bot: StartBot):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        bot = start_bot(
            SUDOAGENT_MODE="http",
            SLACK_SIGNING_SECRET=SIGNING_SECRET,
            PORT=port,
            SUDOAGENT_HOST="127.0.0.1",
        )
        assert bot.exit_code() == 78
    assert f"PORT: {port} cannot be listened on" in bot.log


def test_forms_and_json_are_told_apart_by_what_slack_says_they_are():
    assert read_body(b'{"type": "event_callback"}', "application/json") == {
        "type": "event_callback"
    }
    typed = read_body(b"command=%2Fsudo&text=freeze+payload+broken", FORM)
    assert typed == {"command": "/sudo", "text": "freeze payload broken"}
    with pytest.raises(Malformed):
        read_body(b"null", "application/json")


async def test_a_click_that_cannot_be_stored_is_said_not_to_be(
    start_bot: StartBot, aslack: AsyncPlayground, own_server: Server
):
    bot = start_http(start_bot, REDIS_URL=own_server.url)
    namespace = bot.environment["SUDOAGENT_NAMESPACE"]
    async with await ReviewStore.open(own_server.url, namespace) as store:
        asked = await Asker(store, aslack).ask()
    own_server.kill()
    async with door_of(bot) as door:
        assert await door.post(click(asked, "U0BOB")) == (200, "")
    await aslack.as_person("U0BOB").wait_for_ephemeral("could not be stored")
    assert bot.refusals[-1]["metadata"]["refusal"] == "storage"
