"""Dialogs that were submitted."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from sudoagent.slack.modals import ARGUMENTS_CALLBACK, DENY_CALLBACK

from ..clicks import Click, read_submission
from ..desk import Desk
from ..in_flight import InFlight

__all__ = ["register"]

Handler = Callable[[Click], Coroutine[Any, Any, None]]


def register(app: AsyncApp, desk: Desk, in_flight: InFlight) -> None:
    """Register a listener for each dialog, and one for dialogs of former versions."""
    handlers: dict[str | re.Pattern[str], tuple[str, Handler]] = {
        DENY_CALLBACK: ("reason", desk.submit_denial),
        ARGUMENTS_CALLBACK: ("comment", desk.submit_approval),
        re.compile(".*", re.DOTALL): ("", desk.refuse_unknown),
    }
    for callback_id, (field, handle) in handlers.items():
        app.view(callback_id)(_listener(field, handle, in_flight))


def _listener(field: str, handle: Handler, in_flight: InFlight) -> Callable[..., Awaitable[None]]:
    async def on_submission(ack: AsyncAck, body: dict[str, Any]) -> None:
        # An empty acknowledgement closes the dialog.
        await ack()
        in_flight.start(handle(read_submission(body, field)))

    return on_submission
