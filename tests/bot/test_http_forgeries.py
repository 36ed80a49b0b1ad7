"""HTTP mode under attack: what is forged, late, odd or repeated changes nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import zlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from sudoagent.playground import AsyncPlayground
from sudoagent.playground.cast import SIGNING_SECRET
from sudoagent.playground.http_mode import sign
from support.bot import Asker, BotProcess, StartBot
from support.http_door import FORM, Door, click, command, door_of, start_http
from support.valkey import eventually


@pytest.fixture
def bot(start_bot: StartBot) -> BotProcess:
    return start_http(start_bot)


@pytest.fixture
async def door(bot: BotProcess, aslack: AsyncPlayground) -> AsyncIterator[Door]:
    async with door_of(bot) as door:
        await aslack.use_http(door.url)
        yield door


async def test_what_is_forged_late_or_odd_gets_a_4xx_and_changes_nothing(
    door: Door, bot: BotProcess, asker: Asker
):
    asked = await asker.ask()
    body = click(asked)
    now = str(int(time.time()))
    refused = [
        await door.post(body, secret="guessed"),
        await door.post(body, at=-301),
        await door.post(body, at=-86_400),
        await door.post(body, at=120),
        await door.post(body, X_Slack_Request_Timestamp=""),
        await door.post(body, X_Slack_Request_Timestamp="now"),
        await door.post(body, X_Slack_Request_Timestamp="1e9"),
        await door.post(body, X_Slack_Request_Timestamp="-1"),
        await door.post(body, X_Slack_Request_Timestamp="9" * 300),
        await door.post(body, X_Slack_Request_Timestamp=now + ".5"),
        await door.post(body, X_Slack_Signature=""),
        await door.post(body, X_Slack_Signature="v0="),
        await door.post(body, X_Slack_Signature="v0=" + "0" * 64),
        await door.post(body, X_Slack_Signature="v1=" + "0" * 64),
        await door.post(body, X_Slack_Signature=sign(SIGNING_SECRET, int(now), b"another")),
    ]
    assert {status for status, _ in refused} == {401}
    assert {answer for _, answer in refused} == {""}
    async with door.session.post(door.url, data=body) as bare:
        assert bare.status == 401
    assert (await asker.stored(asked)).sealed_votes == ()
    assert bot.refusals == []
    assert bot.log.count("turned away") == len(refused) + 1
    assert SIGNING_SECRET not in bot.log.replace("Playground", "")
    # And a genuine one counts.
    assert await door.post(body) == (200, "")


async def test_two_headers_of_one_name_are_no_header(door: Door, asker: Asker):
    stamp, body = int(time.time()), click(await asker.ask())
    headers = [
        ("Content-Type", FORM),
        ("X-Slack-Request-Timestamp", str(stamp)),
        ("X-Slack-Request-Timestamp", str(stamp)),
        ("X-Slack-Signature", sign(SIGNING_SECRET, stamp, body)),
    ]
    async with door.session.post(door.url, data=body, headers=headers) as answer:
        assert answer.status == 401


async def test_a_body_that_is_too_large_is_not_read(door: Door):
    with contextlib.suppress(aiohttp.ClientConnectionError):
        status, _ = await door.post(b"x" * (2 * 1024 * 1024))
        assert status == 413


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_what_nobody_signed_is_not_unpacked(door: Door, coding: str):
    # Thirty kilobytes that would be thirty megabytes.
    packed = zlib.compress(b"x" * (30 * 1024 * 1024), wbits=31 if coding == "gzip" else 15)
    status, _ = await door.post(packed, secret="guessed", Content_Encoding=coding)
    assert status == 401


async def test_what_is_signed_but_cannot_be_read_is_not_a_failure_of_ours(
    door: Door, bot: BotProcess
):
    unreadable = [
        (b"payload={", FORM),
        (b"payload=[1]", FORM),
        (b"payload=" + b"[" * 100_000, FORM),
        (b"\xff\xfe", FORM),
        (b"payload=%ff", FORM),
        (b"&".join(b"a%d=1" % n for n in range(500)), FORM),
        (b"not json", "application/json"),
        (b"[]", "application/json"),
        (b"", "application/json"),
    ]
    for body, kind in unreadable:
        assert (await door.post(body, kind=kind))[0] == 400, body[:40]
    assert (await door.post(b"{}", kind="text/plain; charset=utf-7"))[0] == 200
    assert "Traceback" not in bot.log
    assert (await door.post(b"command=/gone"))[0] == 200


async def test_odd_fields_of_a_signed_payload_are_survived(door: Door, bot: BotProcess):
    odd: list[dict[str, Any]] = [
        {"type": 7},
        {"type": "block_actions", "actions": {}},
        {"type": "block_actions", "user": 3, "team": 4, "channel": [], "actions": [7]},
        {"type": "view_submission", "view": None, "user": None},
        {"type": "event_callback", "event": None},
        {"type": "event_callback", "event": "app_home_opened", "authorizations": 3},
        {"authorizations": [3], "enterprise": 9, "user": {"id": 7}},
    ]
    for payload in odd:
        body = urlencode({"payload": json.dumps(payload)}).encode()
        status, _ = await door.post(body)
        assert status < 500, payload


async def test_other_paths_and_methods_are_nobodys(door: Door):
    for method, path, expected in (
        ("GET", "", 405),
        ("PUT", "", 405),
        ("POST", "/../../etc", 404),
        ("POST", "/x", 404),
        ("GET", "/metrics", 404),
    ):
        url = door.url + path if path != "/metrics" else door.url.replace("/slack/events", path)
        async with door.session.request(method, url) as answer:
            assert answer.status == expected, (method, path)
    async with door.session.get(door.url.replace("/slack/events", "/healthz")) as answer:
        assert (answer.status, await answer.text()) == (200, "ok\n")


async def test_a_repeated_delivery_changes_nothing(
    door: Door, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    presence = asker.store.presence
    freeze, stamp = command("freeze incident 812"), int(time.time())
    kept = {
        "X_Slack_Request_Timestamp": str(stamp),
        "X_Slack_Signature": sign(SIGNING_SECRET, stamp, freeze),
    }
    assert await door.post(freeze, **kept) == (200, "")
    await aslack.as_person("U0CAROL").wait_for_ephemeral("Frozen")
    await presence.unfreeze("operator")
    # Somebody who listened in replays it, and Slack might deliver it once more.
    assert await door.post(freeze, **kept) == (200, "")
    assert await door.post(freeze, at=3, X_Slack_Retry_Num="1") == (200, "")
    await asyncio.to_thread(bot.waits_to_log, "changes nothing", 2)
    assert not (await presence.freeze_state()).frozen
    # Typed anew, it is another command.
    assert await door.post(freeze, at=7) == (200, "")
    await asyncio.to_thread(eventually, lambda: len(bot.refusals) == 2, "it is frozen again")
    assert (await presence.freeze_state()).frozen


async def test_what_was_delivered_to_one_bot_is_no_news_to_another(
    door: Door, start_bot: StartBot, aslack: AsyncPlayground, asker: Asker
):
    other = start_http(start_bot)
    unfreeze, stamp = command("unfreeze"), int(time.time())
    kept = {
        "X_Slack_Request_Timestamp": str(stamp),
        "X_Slack_Signature": sign(SIGNING_SECRET, stamp, unfreeze),
    }
    assert await door.post(unfreeze, **kept) == (200, "")
    await aslack.as_person("U0CAROL").wait_for_ephemeral("was not frozen")
    await asker.store.presence.freeze("incident 813", "operator")
    async with door_of(other) as another:
        assert await another.post(unfreeze, **kept) == (200, "")
    await asyncio.to_thread(other.waits_to_log, "changes nothing")
    assert (await asker.store.presence.freeze_state()).frozen
