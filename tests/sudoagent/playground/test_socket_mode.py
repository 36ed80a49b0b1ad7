"""Socket Mode as an app meets it: tickets, hello, envelopes, acknowledgements, endings."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sudoagent.playground import AsyncPlayground
from sudoagent.playground.sockets import SocketMode, _Connection
from sudoagent.playground.workspace import Event, Workspace
from support.slack_pieces import ScriptedApp, actions, button, socket_url


@pytest.fixture
async def session() -> Any:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_hello_comes_first(session: aiohttp.ClientSession, api_url: str) -> None:
    async with session.ws_connect(await socket_url(session, api_url)) as socket:
        hello = await socket.receive_json()
        assert hello["type"] == "hello"
        assert hello["num_connections"] == 1
        assert hello["connection_info"]["app_id"] == "A0SUDOAGENT"


async def test_a_ticket_opens_one_connection(session: aiohttp.ClientSession, api_url: str) -> None:
    url = await socket_url(session, api_url)
    async with session.ws_connect(url):
        with pytest.raises(aiohttp.WSServerHandshakeError) as again:
            await session.ws_connect(url)
        assert again.value.status == 401
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(url.split("?")[0])


async def test_the_eleventh_connection_is_one_too_many(
    session: aiohttp.ClientSession, api_url: str, aslack: AsyncPlayground
) -> None:
    sockets = [await session.ws_connect(await socket_url(session, api_url)) for _ in range(11)]
    told = await sockets[-1].receive_json()
    assert (told["type"], told["reason"]) == ("disconnect", "too_many_websockets")
    assert await aslack.connections() == 10
    for socket in sockets:
        await socket.close()


async def test_each_payload_goes_to_one_connection(
    session: aiohttp.ClientSession, api_url: str, aslack: AsyncPlayground
) -> None:
    apps = [ScriptedApp(api_url) for _ in range(2)]
    tasks = [asyncio.create_task(app.run()) for app in apps]
    await aslack.wait_for_connections(2)
    bob = aslack.as_person("U0BOB")
    await asyncio.gather(*(bob.slash("/sudo", str(number)) for number in range(20)))
    texts = Counter(payload["text"] for app in apps for payload in app.payloads)
    assert texts == Counter(str(number) for number in range(20))
    assert all(app.payloads for app in apps)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_missed_acknowledgement_is_shown_to_the_person(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    await aslack.hurry(acknowledge=0.05)
    scripted.replies = lambda _: None
    await client.chat_postMessage(channel="#approvals", text="?", blocks=[actions(button("go"))])
    clicked = await aslack.as_person("U0BOB").click("go")
    assert not clicked.acknowledged
    assert clicked.missed == "the app did not acknowledge within 0.05 s"
    (message,) = await aslack.messages()
    assert message.warnings == (clicked.missed,)
    assert [each.id for each in await aslack.missed()] == [clicked.id]


async def test_without_a_connection_nothing_can_be_pressed(
    client: AsyncWebClient, aslack: AsyncPlayground
) -> None:
    await client.chat_postMessage(channel="#approvals", text="?", blocks=[actions(button("go"))])
    clicked = await aslack.as_person("U0BOB").click("go")
    assert clicked.missed == "no app is connected"


async def test_nonsense_from_the_app_acknowledges_nothing(
    session: aiohttp.ClientSession, api_url: str, aslack: AsyncPlayground
) -> None:
    await aslack.hurry(acknowledge=0.2)
    async with session.ws_connect(await socket_url(session, api_url)) as socket:
        await socket.receive_json()
        for nonsense in ("{", "[]", '{"envelope_id": "guess"}', '{"envelope_id": [1]}'):
            await socket.send_str(nonsense)
        await socket.send_bytes(b"\x00")
        sent = await aslack.as_person("U0BOB").slash("/sudo")
        assert sent.missed
        assert await aslack.connections() == 1


async def test_dropped_sockets_say_nothing(aslack: AsyncPlayground, scripted: ScriptedApp) -> None:
    assert await aslack.drop_sockets() == 1
    assert await aslack.connections() == 0
    assert [notice["type"] for notice in scripted.notices] == ["hello"]


async def test_a_warning_keeps_the_connection_and_a_refresh_retires_it(
    session: aiohttp.ClientSession, api_url: str, aslack: AsyncPlayground
) -> None:
    async with session.ws_connect(await socket_url(session, api_url)) as socket:
        await socket.receive_json()
        assert await aslack.refresh_sockets("warning") == 1
        assert (await socket.receive_json())["reason"] == "warning"
        assert await aslack.connections() == 1
        sent = asyncio.ensure_future(aslack.as_person("U0BOB").slash("/sudo"))
        envelope = await socket.receive_json()
        assert await aslack.refresh_sockets() == 1
        assert (await socket.receive_json())["reason"] == "refresh_requested"
        assert await aslack.connections() == 0
        # What was sent before may still be acknowledged.
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
        assert (await sent).acknowledged
        assert (await aslack.as_person("U0BOB").slash("/sudo")).missed == "no app is connected"


async def test_any_envelope_can_be_forged(aslack: AsyncPlayground, scripted: ScriptedApp) -> None:
    sent = await aslack.deliver("interactive", {"type": "block_actions", "actions": []})
    assert (sent.kind, sent.acknowledged) == ("block_actions", True)
    assert scripted.envelopes[-1]["type"] == "interactive"
    await aslack.deliver("events_api", {"event": {}})
    assert scripted.envelopes[-1]["retry_attempt"] == 0


class Breaking:
    """A connection that breaks when it is written to, and every other one with it."""

    transport = None

    def __init__(self, mode: SocketMode) -> None:
        self._mode = mode

    async def send_json(self, _: dict[str, Any]) -> None:
        self._mode.drop()
        raise ConnectionResetError


@pytest.fixture
def breaking() -> SocketMode:
    mode = SocketMode(Workspace())
    pair: list[Any] = [Breaking(mode) for _ in range(2)]
    mode._connections = [_Connection(each, each) for each in pair]
    return mode


async def test_connections_that_break_together_are_none(breaking: SocketMode) -> None:
    assert (await breaking.deliver("interactive", {})).missed == "no app is connected"


async def test_connections_may_break_while_they_are_told_to_go(breaking: SocketMode) -> None:
    heard: list[Event] = []
    breaking._workspace.listeners.append(heard.append)
    assert await breaking.refresh("refresh_requested") == 2
    assert breaking.count == 0
    assert [event.body["count"] for event in heard if event.kind == "connected"] == [1, 0]
