"""Buttons: on cards, and on the pages of a dialog."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from sudoagent.slack.modals import NEXT_PAGE, PREVIOUS_PAGE

from ..clicks import Click, read_click
from ..desk import Desk
from ..in_flight import InFlight

__all__ = ["register"]

Handler = Callable[[Click], Coroutine[Any, Any, None]]


def register(app: AsyncApp, desk: Desk, in_flight: InFlight) -> None:
    """Register a listener for each button, and one for buttons of former versions."""
    handlers: dict[str | re.Pattern[str], Handler] = {
        "approve": desk.approve,
        "deny": desk.deny,
        "details": desk.show_arguments,
        NEXT_PAGE: desk.show_arguments,
        PREVIOUS_PAGE: desk.show_arguments,
        re.compile(".*", re.DOTALL): desk.refuse_unknown,
    }
    for action_id, handle in handlers.items():
        app.action(action_id)(_listener(handle, in_flight))


def _listener(handle: Handler, in_flight: InFlight) -> Callable[..., Awaitable[None]]:
    async def on_click(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        in_flight.start(handle(read_click(body)))

    return on_click
