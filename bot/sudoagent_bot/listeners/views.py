"""Dialogs that were submitted."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from sudoagent.slack.modals import (
    ARGUMENTS_CALLBACK,
    DENY_CALLBACK,
    EDIT_CALLBACK,
    GRANT_CALLBACK,
    NUMBER_CALLBACK,
)

from ..clicks import delivered, read_submission
from ..desk import Desk
from ..dialogs import Dialog
from ..intake import Intake

__all__ = ["register"]

Submitted = Callable[..., Coroutine[Any, Any, None]]


def register(app: AsyncApp, intake: Intake, desk: Desk) -> None:
    """Register a listener for each dialog, and one for dialogs of former versions."""
    handlers: dict[str | re.Pattern[str], tuple[str, Submitted]] = {
        DENY_CALLBACK: ("reason", desk.submit_denial),
        ARGUMENTS_CALLBACK: ("comment", desk.submit_approval),
        NUMBER_CALLBACK: ("comment", desk.submit_approval),
        EDIT_CALLBACK: ("comment", desk.submit_approval),
        GRANT_CALLBACK: ("comment", desk.submit_approval),
        re.compile(".*", re.DOTALL): ("", desk.refuse_unknown),
    }
    for callback_id, (field, handle) in handlers.items():
        app.view(callback_id)(_listener(field, handle, intake))


def _listener(field: str, handle: Submitted, intake: Intake) -> Callable[..., Awaitable[None]]:
    async def on_submission(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        dialog = Dialog()
        click = delivered(read_submission(body, field), context)
        intake.take(click, partial(handle, dialog=dialog), dialog.close)
        complaints = await dialog.answer()
        if complaints:
            await ack(response_action="errors", errors=dict(complaints))
        else:
            await ack()

    return on_submission
