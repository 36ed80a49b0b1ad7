"""The server is for this machine and its own page only."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sudoagent.playground import AsyncPlayground, Playground, PlaygroundError, running
from sudoagent.playground.cast import BOT_TOKEN
from support.slack_pieces import ScriptedApp, actions, button


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.com"])
async def test_it_listens_on_loopback_only(host: str) -> None:
    with pytest.raises(ValueError, match=r"loopback only|does not appear to be"):
        async with running(host=host):
            pass


async def test_a_taken_port_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        playground = running(port=taken.getsockname()[1])
        with pytest.raises(OSError, match="in use"):
            await playground.__aenter__()


@pytest.mark.parametrize("host", ["localhost", "::1"])
async def test_every_name_of_loopback_works(host: str) -> None:
    async with running(host=host, rate_limits=True) as server:
        client = AsyncWebClient(BOT_TOKEN, base_url=server.environment["SLACK_API_URL"])
        assert (await client.auth_test())["ok"]
        assert server.house.web_api.limits.on


async def test_another_website_can_change_nothing(aslack: AsyncPlayground) -> None:
    foreign = {"Origin": "https://evil.example", "Content-Type": "application/json"}
    simple = {"Content-Type": "text/plain"}
    rebound = {"Host": "evil.example"}
    say = json.dumps({"person": "U0ALICE", "text": "forged"})
    async with aiohttp.ClientSession() as session:
        for headers, status in ((foreign, 403), (simple, 415), (rebound, 403)):
            url = f"{aslack.url}/_playground/say"
            async with session.post(url, data=say, headers=headers) as response:
                assert response.status == status
        form = {"token": BOT_TOKEN, "channel": "C0APPROVALS", "text": "forged"}
        url = f"{aslack.url}/api/chat.postMessage"
        async with session.post(url, data=form, headers={"Origin": "null"}) as response:
            assert response.status == 403
        async with session.get(f"{aslack.url}/", headers={"Host": "[::1"}) as response:
            assert response.status in (400, 403)
    assert await aslack.messages() == []


async def test_the_page_loads_nothing_from_elsewhere(aslack: AsyncPlayground) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{aslack.url}/") as response:
        policy = response.headers["Content-Security-Policy"]
        page = await response.text()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "//" not in page.replace("<!doctype html>", "")


async def test_a_link_from_elsewhere_to_the_page_may_be_followed(aslack: AsyncPlayground) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(f"{aslack.url}/") as page:
            assert page.status == 200
        async with session.get(f"{aslack.url}/_playground/feed") as feed:
            assert feed.status == 403


async def test_the_feed_tells_each_person_only_what_they_may_see(
    client: AsyncWebClient, aslack: AsyncPlayground
) -> None:
    url = f"{aslack.url}/_playground/feed?person=U0BOB"
    async with aiohttp.ClientSession() as session, session.get(url) as feed:
        assert await feed.content.readline() == b": hello\n"
        for reader in ("U0ALICE", "U0BOB"):
            await client.chat_postEphemeral(channel="C0APPROVALS", user=reader, text="psst")
        await client.chat_postMessage(channel="C0APPROVALS", text="hello all")
        told: list[dict[str, Any]] = []
        while len(told) < 2:
            line = await feed.content.readline()
            if line.startswith(b"data: "):
                told.append(json.loads(line.removeprefix(b"data: ")))
    bobs = [message.ts for message in await aslack.as_person("U0BOB").ephemerals()]
    everybodys = [message.ts for message in await aslack.messages()]
    assert [event["ts"] for event in told] == [*bobs, *everybodys]


async def test_orders_that_do_not_exist_or_lack_arguments(aslack: AsyncPlayground) -> None:
    async with aiohttp.ClientSession() as session:
        for order, body, status in (("fly", {}, 404), ("archive", {}, 400), ("say", [], 400)):
            async with session.post(f"{aslack.url}/_playground/{order}", json=body) as response:
                assert response.status == status
                assert not (await response.json())["ok"]


def test_the_blocking_client_does_what_the_awaiting_one_does(slack: Playground) -> None:
    bob = slack.as_person("U0BOB")
    said = bob.say("hello")
    assert slack.wait_for_message("hello").ts == said.ts
    assert slack.environment["SUDOAGENT_CHANNEL"] == "#approvals"
    slack.delete_message(said.ts)
    assert slack.messages() == []
    with pytest.raises(PlaygroundError, match="no modal open"):
        bob.submit()


async def test_waiting_sees_updates_removals_and_ephemerals(
    client: AsyncWebClient, aslack: AsyncPlayground
) -> None:
    async def later() -> None:
        ts = (await client.chat_postMessage(channel="#approvals", text="one"))["ts"]
        gone = (await client.chat_postMessage(channel="#approvals", text="gone"))["ts"]
        await client.chat_update(channel="C0APPROVALS", ts=str(ts), text="two")
        await client.chat_delete(channel="C0APPROVALS", ts=str(gone))

    task = asyncio.create_task(later())
    seen = await aslack.wait_until(
        lambda there: [m.words for m in there] == ["two"] and there[0], timeout=20
    )
    await task
    assert (await aslack.wait_for_revision(seen.ts, "two")).revision == 2


async def test_a_reset_begins_anew(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    await client.chat_postMessage(channel="#approvals", text="?", blocks=[actions(button("go"))])
    await aslack.archive("#general")
    await aslack.revoke_token()
    await aslack.fail("auth.test", "server_error", times=3)
    await aslack.reset()
    assert await aslack.messages() == []
    assert await aslack.connections() == 0
    assert (await client.auth_test())["ok"]
    await client.chat_postMessage(channel="#general", text="open again")


async def test_the_command_prints_the_variables_and_ends_on_sigterm() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from sudoagent.cli.playground import playground; playground(prog_name='playground')",
        "--port",
        "0",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert process.stdout is not None
    exports = [(await process.stdout.readline()).decode() for _ in range(6)]
    variables = dict(line.removeprefix("export ").strip().split("=", 1) for line in exports)
    client = AsyncWebClient(variables["SLACK_BOT_TOKEN"], base_url=variables["SLACK_API_URL"])
    assert (await client.auth_test())["user_id"] == "U0SUDOAGENT"
    process.send_signal(signal.SIGTERM)
    _, said = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    assert variables["SLACK_API_URL"].removesuffix("api/") in said.decode()
