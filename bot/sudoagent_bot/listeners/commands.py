"""The slash command."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from ..clicks import delivered, read_command
from ..command import SudoCommand
from ..intake import Intake

__all__ = ["register"]


def register(app: AsyncApp, intake: Intake, command: SudoCommand) -> None:
    """Register a listener for ``/sudo``."""

    async def on_command(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        intake.take(delivered(read_command(body), context), command.obey)

    app.command("/sudo")(on_command)
