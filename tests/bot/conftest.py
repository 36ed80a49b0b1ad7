"""Fixtures of the bot's tests that need no bot process."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from support.odd_slack import OddSlack, odd_slack


@pytest.fixture
async def strange() -> AsyncIterator[OddSlack]:
    """A server that answers as Slack should not."""
    async with odd_slack() as server:
        yield server
