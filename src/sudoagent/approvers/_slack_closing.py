"""Closing a card that no bot was told of."""

from __future__ import annotations

import logging
import time

from sudoagent.review.request import Request
from sudoagent.slack.client import SlackClient
from sudoagent.slack.failures import SlackFailure
from sudoagent.slack.messages import card
from sudoagent.slack.posting import Posted

__all__ = ["close_card"]

logger = logging.getLogger(__name__)

_PATIENCE_SECONDS = 5.0


async def close_card(client: SlackClient, request: Request, posted: Posted) -> None:
    """Repaint the card as withdrawn, if Slack can be reached soon.

    For a card whose place could not be stored: nobody else would ever take its buttons away.
    """
    now = int(time.time() * 1000)
    closed = card(request, state="cancelled", cause="stopped", decided_at=now)
    try:
        await client.call(
            "chat.update",
            patience=_PATIENCE_SECONDS,
            channel=posted.channel,
            ts=posted.ts,
            text=closed.text,
            blocks=list(closed.blocks),
        )
    except SlackFailure as failure:
        logger.warning("the card of request %s stays as it is: %s", request.id, failure.reason)
