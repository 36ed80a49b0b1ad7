"""Posting a message once, also when Slack's answer is lost."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from .client import SlackClient
from .failures import AnswerLost, SlackFailure, SlackUnreachable
from .messages import Message

__all__ = ["Posted", "post"]

_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{2,}")
# A message may show up in the history a moment after the answer was lost.
_LOOKS = (0.3, 1.0, 2.0)
_MOST_TRIES = 2
_CLOCK_SLACK = 120

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message is: channel id, timestamp, and the workspace if Slack said so."""

    channel: str
    ts: str
    team_id: str | None = None


async def post(
    client: SlackClient,
    channel: str,
    message: Message,
    *,
    marker: str,
    thread_ts: str | None = None,
    patience: float = 30.0,
    wanted: Callable[[], bool] = lambda: True,
) -> Posted:
    """Post a message exactly once, or raise ``SlackFailure``.

    ``marker`` is a text that occurs in the block ids of this message and no other. When the answer
    is lost, the message is looked for in the channel's history by it. Found: that is the answer.
    Certainly not there: it is posted again, while it is still ``wanted``. Not permitted to look:
    ``AnswerLost``, because a second card would be worse than none.
    """
    since = time.time() - _CLOCK_SLACK
    for _ in range(_MOST_TRIES):
        try:
            return await _post(client, channel, message, thread_ts, patience)
        except AnswerLost as lost:
            logger.warning("Slack: %s; looking for the message", lost.reason)
            found = await _find(client, channel, marker, since, lost)
        if found is not None:
            return found
        if not wanted():
            break
    raise SlackUnreachable("chat.postMessage", "Slack took the message, but it never appeared")


async def _post(
    client: SlackClient, channel: str, message: Message, thread_ts: str | None, patience: float
) -> Posted:
    answer = await client.call(
        "chat.postMessage",
        patience=patience,
        channel=channel,
        text=message.text,
        blocks=list(message.blocks),
        thread_ts=thread_ts,
        unfurl_links=False,
        unfurl_media=False,
    )
    place, ts = answer.get("channel"), answer.get("ts")
    if not isinstance(place, str) or not isinstance(ts, str):
        raise AnswerLost("chat.postMessage", "Slack's answer does not say where the message is")
    sent = answer.get("message")
    team = sent.get("team") if isinstance(sent, dict) else None
    return Posted(place, ts, team if isinstance(team, str) else None)


async def _find(
    client: SlackClient, channel: str, marker: str, since: float, lost: AnswerLost
) -> Posted | None:
    """Return the message, or ``None`` when it is certainly not there, or raise ``lost``."""
    try:
        channel_id = await _channel_id(client, channel)
        for pause in _LOOKS:
            await asyncio.sleep(pause)
            found = await _look(client, channel_id, marker, since)
            if found is not None:
                return found
    except SlackFailure as failure:
        reason = (
            f"{lost.reason}. Whether the message is there could not be found out: {failure.reason}"
        )
        raise AnswerLost(lost.method, reason, code=lost.code) from failure
    return None


async def _look(client: SlackClient, channel_id: str, marker: str, since: float) -> Posted | None:
    history = await client.call(
        "conversations.history", channel=channel_id, oldest=f"{since:.6f}", limit=200, patience=10.0
    )
    for message in history.get("messages", []):
        blocks = message.get("blocks") or []
        if any(marker in str(block.get("block_id", "")) for block in blocks):
            return Posted(channel_id, str(message["ts"]), message.get("team"))
    return None


async def _channel_id(client: SlackClient, channel: str) -> str:
    if _CHANNEL_ID.fullmatch(channel):
        return channel
    cursor: str | None = None
    while True:
        page = await client.call(
            "conversations.list",
            types="public_channel,private_channel",
            exclude_archived="true",
            limit=1000,
            cursor=cursor,
            patience=10.0,
        )
        for found in page.get("channels", []):
            if found.get("name") == channel.lstrip("#"):
                return str(found["id"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
        if cursor is None:
            raise AnswerLost("conversations.list", f"no channel is called {channel}")
