"""The playground's server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Server:
    """A running playground."""

    url: str


@asynccontextmanager
async def running(*, port: int = 0) -> AsyncIterator[Server]:
    """Run a playground."""
    yield Server()
