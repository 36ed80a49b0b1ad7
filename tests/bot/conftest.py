"""Fixtures of the bot's tests that need no bot process."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sudoagent.playground import AsyncPlayground
from sudoagent.playground.cast import BOT_TOKEN
from sudoagent.slack import posting
from sudoagent.slack.client import SlackClient
from sudoagent_bot import follower
from sudoagent_bot.web import Web
from support.odd_slack import OddSlack, odd_slack


@pytest.fixture
async def strange() -> AsyncIterator[OddSlack]:
    """A server that answers as Slack should not."""
    async with odd_slack() as server:
        yield server


@pytest.fixture
async def web(aslack: AsyncPlayground) -> AsyncIterator[Web]:
    """The playground's Web API, as a bot uses it."""
    url = aslack.environment["SLACK_API_URL"]
    async with aiohttp.ClientSession() as session:
        yield Web(SlackClient(BOT_TOKEN, url, timeout=20.0), url, session, lambda _: None)


@pytest.fixture
def impatient_follower(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delays that a person would wait for are short."""
    for name in ("_DELAY_MS", "_FROZEN_MS", "_UNTOLD_MS", "_MOMENT_MS"):
        monkeypatch.setattr(follower, name, 50)
    monkeypatch.setattr(follower, "_TICK", 0.05)
    monkeypatch.setattr(posting, "_LOOKS", (0.0, 0.05))
