"""A Web API client without retries, and a scripted app that is connected."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sudoagent.playground import AsyncPlayground
from sudoagent.playground.cast import BOT_TOKEN
from support.slack_pieces import ScriptedApp


@pytest.fixture
def api_url(aslack: AsyncPlayground) -> str:
    return aslack.environment["SLACK_API_URL"]


@pytest.fixture
def client(api_url: str) -> AsyncWebClient:
    return AsyncWebClient(BOT_TOKEN, base_url=api_url, retry_handlers=[])


@pytest.fixture
async def scripted(aslack: AsyncPlayground, api_url: str) -> AsyncIterator[ScriptedApp]:
    app = ScriptedApp(api_url)
    task = asyncio.create_task(app.run())
    await aslack.wait_for_connections(1)
    yield app
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
