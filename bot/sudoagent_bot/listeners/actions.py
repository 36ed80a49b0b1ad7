"""Buttons: on cards, and on the pages of a dialog."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from sudoagent.slack.buttons import ALLOW_FOR, EDIT
from sudoagent.slack.grants import REVOKE
from sudoagent.slack.modals import NEXT_PAGE, PREVIOUS_PAGE

from ..clicks import delivered, read_click
from ..desk import Desk
from ..grants import GrantDesk
from ..intake import Handler, Intake

__all__ = ["register"]


def register(app: AsyncApp, intake: Intake, desk: Desk, grants: GrantDesk) -> None:
    """Register a listener for each button, and one for buttons of former versions."""
    handlers: dict[str | re.Pattern[str], Handler] = {
        "approve": desk.approve,
        "deny": desk.deny,
        "details": desk.show_arguments,
        EDIT: desk.edit,
        ALLOW_FOR: desk.allow_for,
        REVOKE: grants.revoke,
        NEXT_PAGE: desk.show_arguments,
        PREVIOUS_PAGE: desk.show_arguments,
        re.compile(".*", re.DOTALL): desk.refuse_unknown,
    }
    for action_id, handle in handlers.items():
        app.action(action_id)(_listener(handle, intake))


def _listener(handle: Handler, intake: Intake) -> Callable[..., Awaitable[None]]:
    async def on_click(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await ack()
        intake.take(delivered(read_click(body), context), handle)

    return on_click
