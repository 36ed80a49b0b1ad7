"""The slash command."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from ..brake import Brake
from ..clicks import read_command
from ..in_flight import InFlight

__all__ = ["register"]


def register(app: AsyncApp, brake: Brake, in_flight: InFlight) -> None:
    """Register a listener for ``/sudo``."""

    async def on_command(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        in_flight.start(brake.obey(read_command(body)))

    app.command("/sudo")(on_command)
