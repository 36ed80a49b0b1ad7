"""A Slack deployment for this room's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sudoagent.playground import Playground
from sudoagent.review.store import ReviewStore
from support.valkey import Server

from .slack_deployment import Deployment


@pytest.fixture
async def botless(
    slack: Playground, valkey_server: Server, namespace: str
) -> AsyncIterator[Deployment]:
    """A deployment in which no bot is listening."""
    async with await ReviewStore.open(valkey_server.url, namespace, patience=30.0) as store:
        yield Deployment(slack, valkey_server.url, store)


@pytest.fixture
async def deployment(botless: Deployment) -> Deployment:
    """A deployment in which a bot is listening."""
    await botless.bot_arrives()
    return botless
