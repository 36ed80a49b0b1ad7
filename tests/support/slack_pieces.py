"""Small Block Kit pieces, and an app over Socket Mode whose answers the test decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sudoagent.playground.cast import APP_TOKEN

Reply = Callable[[dict[str, Any]], dict[str, Any] | None]


class ScriptedApp:
    """Notes every envelope and acknowledges it with what ``replies`` returns; ``None``: silence."""

    def __init__(self, api_url: str) -> None:
        self.api_url = api_url
        self.envelopes: list[dict[str, Any]] = []
        self.notices: list[dict[str, Any]] = []
        self.replies: Reply = lambda _: {}

    @property
    def payloads(self) -> list[dict[str, Any]]:
        return [envelope["payload"] for envelope in self.envelopes]

    async def run(self) -> None:
        async with aiohttp.ClientSession() as session:
            url = await socket_url(session, self.api_url)
            async with session.ws_connect(url) as socket:
                async for message in socket:
                    await self._answer(socket, message.json())

    async def _answer(self, socket: aiohttp.ClientWebSocketResponse, told: dict[str, Any]) -> None:
        if "envelope_id" not in told:
            self.notices.append(told)
            return
        self.envelopes.append(told)
        reply = self.replies(told)
        if reply is not None:
            payload = {"payload": reply} if reply else {}
            await socket.send_json({"envelope_id": told["envelope_id"], **payload})


async def socket_url(session: aiohttp.ClientSession, api_url: str) -> str:
    headers = {"Authorization": f"Bearer {APP_TOKEN}"}
    async with session.post(f"{api_url}apps.connections.open", headers=headers) as response:
        return str((await response.json())["url"])


def button(action_id: str, **more: Any) -> dict[str, Any]:
    label = {"type": "plain_text", "text": action_id.title()}
    return {"type": "button", "action_id": action_id, "value": "r1", "text": label, **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "block_id": "buttons", "elements": list(elements)}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    title = {"type": "plain_text", "text": "A question"}
    submit = {"type": "plain_text", "text": "Send"}
    return {"type": "modal", "title": title, "submit": submit, "blocks": list(blocks), **more}


def text_input(block_id: str = "reason", **more: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "text", **more}
    label = {"type": "plain_text", "text": "Reason"}
    return {"type": "input", "block_id": block_id, "label": label, "element": element}


async def refused(client: AsyncWebClient, method: str, **arguments: Any) -> Any:
    """Call a method that must refuse, as the SDK calls it, and return the answer."""
    reads = method.startswith(("conversations.", "users.", "usergroups.", "bots."))
    how = {"params" if reads and method != "conversations.open" else "json": arguments}
    with pytest.raises(SlackApiError) as refusal:
        await client.api_call(method, **how)
    return refusal.value.response
