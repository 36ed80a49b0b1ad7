"""HTTP mode: requests that Slack's own verifier accepts, and only to this machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from sudoagent.playground import AsyncPlayground, PlaygroundError
from sudoagent.playground.cast import SIGNING_SECRET
from sudoagent.playground.http_mode import sign
from support.slack_pieces import actions, button


class Endpoint:
    """An app behind HTTP whose answers the test decides."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answer: tuple[int, str] = (200, "")
        self.delay = 0.0

    async def take(self, request: web.Request) -> web.Response:
        self.requests.append((dict(request.headers), await request.read()))
        await asyncio.sleep(self.delay)
        status, text = self.answer
        return web.Response(status=status, text=text)


@pytest.fixture
async def endpoint(aslack: AsyncPlayground) -> AsyncIterator[Endpoint]:
    endpoint = Endpoint()
    app = web.Application()
    app.router.add_post("/slack/events", endpoint.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    await aslack.use_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    yield endpoint
    await runner.cleanup()


async def test_a_click_is_signed_as_slack_signs(
    client: AsyncWebClient, aslack: AsyncPlayground, endpoint: Endpoint
) -> None:
    await client.chat_postMessage(channel="#approvals", text="?", blocks=[actions(button("go"))])
    clicked = await aslack.as_person("U0BOB").click("go")
    assert clicked.acknowledged
    ((headers, body),) = endpoint.requests
    assert SignatureVerifier(SIGNING_SECRET).is_valid_request(body, headers)
    told = json.loads(parse_qs(body.decode())["payload"][0])
    assert told["actions"][0]["action_id"] == "go"


async def test_slash_commands_are_forms_and_events_are_json(
    aslack: AsyncPlayground, endpoint: Endpoint
) -> None:
    bob = aslack.as_person("U0BOB")
    for answer in ("plain words", '{"text": "from JSON"}', "[]"):
        endpoint.answer = (200, answer)
        await bob.slash("/sudo", "help me")
    assert [message.text for message in await bob.ephemerals()] == ["plain words", "from JSON"]
    assert parse_qs(endpoint.requests[0][1].decode())["text"] == ["help me"]
    await bob.open_home()
    assert json.loads(endpoint.requests[-1][1])["event"]["type"] == "app_home_opened"


async def test_an_app_that_fails_is_shown_as_a_warning(
    aslack: AsyncPlayground, endpoint: Endpoint
) -> None:
    bob = aslack.as_person("U0BOB")
    endpoint.answer = (503, "")
    assert (await bob.slash("/sudo")).missed == "the app answered 503"
    await aslack.hurry(acknowledge=0.05)
    endpoint.delay = 5.0
    assert (await bob.slash("/sudo")).missed == "the app did not acknowledge within 0.05 s"
    await aslack.use_http("http://127.0.0.1:1/slack/events")
    await aslack.hurry(acknowledge=3.0)
    assert (await bob.slash("/sudo")).missed == "the app cannot be reached"


async def test_it_posts_to_this_machine_only(aslack: AsyncPlayground) -> None:
    for url in ("http://192.0.2.1/x", "https://evil.example/", "not an address"):
        with pytest.raises(PlaygroundError, match="must be on this machine"):
            await aslack.use_http(url)
    await aslack.use_http("http://localhost:3000/slack/events")
    await aslack.use_http(None)
    sent = await aslack.as_person("U0BOB").slash("/sudo")
    assert sent.missed == "no app is connected"


def test_the_signature_covers_time_and_body() -> None:
    one = sign("secret", 1, b"body")
    assert one.startswith("v0=")
    assert (
        len({one, sign("secret", 2, b"body"), sign("secret", 1, b"bodY"), sign("s", 1, b"")}) == 4
    )


async def test_text_that_cannot_be_written_becomes_harmless(
    client: AsyncWebClient, aslack: AsyncPlayground
) -> None:
    await client.api_call(
        "chat.postMessage", json={"channel": "#approvals", "text": "lone \ud800 surrogate"}
    )
    (message,) = await aslack.messages()
    assert message.text == "lone \ufffd surrogate"
    deep = "[" * 100_000
    with pytest.raises(Exception, match="invalid_blocks_format"):
        await client.api_call("chat.postMessage", data={"channel": "#approvals", "blocks": deep})
