"""A real Bolt app over Socket Mode, with people in front of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sudoagent.playground import AsyncPlayground
from sudoagent.playground.cast import APP_TOKEN, BOT_TOKEN

QUIET = logging.getLogger("bolt-under-test")
QUIET.setLevel(logging.CRITICAL)

CARD: list[dict[str, Any]] = [
    {"type": "header", "text": {"type": "plain_text", "text": "Approve refund_user?"}},
    {
        "type": "actions",
        "block_id": "buttons",
        "elements": [
            {
                "type": "button",
                "action_id": "approve",
                "value": "r1",
                "style": "primary",
                "text": {"type": "plain_text", "text": "Approve"},
                "confirm": {
                    "title": {"type": "plain_text", "text": "Sure?"},
                    "text": {"type": "plain_text", "text": "It runs at once."},
                    "confirm": {"type": "plain_text", "text": "Approve"},
                    "deny": {"type": "plain_text", "text": "Cancel"},
                },
            },
            {
                "type": "button",
                "action_id": "deny",
                "value": "r1",
                "style": "danger",
                "text": {"type": "plain_text", "text": "Deny…"},
            },
        ],
    },
]
MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "deny_reason",
    "notify_on_close": True,
    "title": {"type": "plain_text", "text": "Deny this call"},
    "submit": {"type": "plain_text", "text": "Deny"},
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": {"type": "plain_text", "text": "Reason"},
            "element": {"type": "plain_text_input", "action_id": "text", "min_length": 3},
        }
    ],
}


@pytest.fixture
def client(aslack: AsyncPlayground) -> AsyncWebClient:
    return AsyncWebClient(BOT_TOKEN, base_url=aslack.environment["SLACK_API_URL"])


@pytest.fixture
async def app(aslack: AsyncPlayground, client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    app = AsyncApp(client=client, token=BOT_TOKEN, logger=QUIET)
    handler = AsyncSocketModeHandler(app, APP_TOKEN, ping_interval=2)
    await handler.connect_async()
    await aslack.wait_for_connections(1)
    yield app
    await handler.close_async()
    # aiohttp closes the session's transports one step later.
    await asyncio.sleep(0.05)


async def post_card(client: AsyncWebClient) -> str:
    posted = await client.chat_postMessage(channel="#approvals", text="Approve?", blocks=CARD)
    return str(posted["ts"])


async def test_click_reaches_the_app_and_the_message_is_repainted(
    app: AsyncApp, client: AsyncWebClient, aslack: AsyncPlayground
) -> None:
    seen: list[dict[str, Any]] = []

    @app.action("approve")
    async def approve(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        seen.append(body)
        await client.chat_update(
            channel=body["channel"]["id"], ts=body["message"]["ts"], text="Done", blocks=CARD[:1]
        )

    ts = await post_card(client)
    clicked = await aslack.as_person("U0ALICE").click("approve")
    message = await aslack.wait_for_revision(ts, without_buttons=True)

    assert clicked.acknowledged
    assert message.action_ids == []
    (body,) = seen
    assert body["user"] == {
        "id": "U0ALICE",
        "username": "alice",
        "name": "alice",
        "team_id": "T0PLAYGROUND",
    }
    assert body["actions"][0]["value"] == "r1"
    assert body["container"]["channel_id"] == body["channel"]["id"] == "C0APPROVALS"


async def test_cancelled_confirm_dialog_sends_nothing(
    app: AsyncApp, client: AsyncWebClient, aslack: AsyncPlayground
) -> None:
    await post_card(client)
    clicked = await aslack.as_person("U0BOB").click("approve", confirm=False)
    assert clicked.cancelled
    assert not clicked.acknowledged


async def test_deny_with_a_reason(
    app: AsyncApp, client: AsyncWebClient, aslack: AsyncPlayground
) -> None:
    reasons: list[str] = []

    @app.action("deny")
    async def deny(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.view("deny_reason")
    async def denied(ack: Any, view: dict[str, Any]) -> None:
        await ack()
        reasons.append(view["state"]["values"]["reason"]["text"]["value"])

    await post_card(client)
    bob = aslack.as_person("U0BOB")
    await bob.click("deny")
    modal = await bob.view(callback_id="deny_reason")
    assert "Deny this call" in modal.words

    empty = await bob.submit()
    assert empty.errors == {"reason": "Please complete this required field."}
    short = await bob.submit({"text": "no"})
    assert short.errors == {"reason": "Please enter at least 3 characters."}
    sent = await bob.submit({"text": "Wrong customer"})
    assert sent.acknowledged
    assert await bob.views() == []
    assert reasons == ["Wrong customer"]
