"""Where Slack delivers: a seam with two sides, Socket Mode and HTTP mode."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Reception"]


class Reception(Protocol):
    """Takes what Slack delivers to the Bolt app, and acknowledges it."""

    async def connect(self) -> None:
        """Begin to receive. Returns once deliveries can come."""
        ...

    async def is_connected(self) -> bool:
        """Whether deliveries can come now."""
        ...

    async def drain(self) -> None:
        """Return when all that came so far has been acknowledged."""
        ...

    async def close(self) -> None:
        """Receive no more."""
        ...
