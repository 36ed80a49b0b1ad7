"""Posting a message once, also when Slack's answer is lost."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .client import SlackClient
from .failures import AnswerLost, SlackFailure, SlackUnreachable
from .messages import Message

__all__ = ["Posted", "find", "post"]

_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9_-]+")
_USER_ID = re.compile(r"[UW][A-Z0-9_-]+")
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
    since: float | None = None,
) -> Posted:
    """Post a message exactly once, or raise ``SlackFailure``.

    ``marker`` is a text that occurs in the block ids of this message and no other. When the answer
    is lost, the message is looked for by it in the channel's history, or in the thread. Found: that
    is the answer. Certainly not there: it is posted again, while it is still ``wanted``. Not
    permitted to look: ``AnswerLost``, because a second card would be worse than none.

    ``since``: somebody who was about to post it at that time (seconds since the epoch) or later may
    have done so, and it is looked for first.
    """
    place = _Place(channel, thread_ts, marker)
    if since is not None:
        earlier = AnswerLost("chat.postMessage", "the message may have been posted before")
        found = await _find(client, place, since, earlier, looks=(0.0,))
        if found is not None:
            return found
    since = time.time() - _CLOCK_SLACK
    for _ in range(_MOST_TRIES):
        try:
            return await _post(client, channel, message, thread_ts, patience)
        except AnswerLost as lost:
            logger.warning("Slack: %s; looking for the message", lost.reason)
            found = await _find(client, place, since, lost, looks=_LOOKS)
        if found is not None:
            return found
        if not wanted():
            break
    raise SlackUnreachable("chat.postMessage", "Slack took the message, but it never appeared")


async def find(client: SlackClient, channel: str, *, marker: str, since: float) -> Posted | None:
    """Return the message with this marker that was posted since then, seconds since the epoch.

    ``None``: it is certainly not there. Raises ``SlackFailure``, as `post` does.
    """
    lost = AnswerLost("chat.postMessage", "the message may have been posted before")
    return await _find(client, _Place(channel, None, marker), since, lost, looks=(0.0,))


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


@dataclass(frozen=True, slots=True)
class _Place:
    """Where to look for a message, and what to know it by."""

    channel: str
    thread_ts: str | None
    marker: str


async def _find(
    client: SlackClient, place: _Place, since: float, lost: AnswerLost, looks: Iterable[float]
) -> Posted | None:
    """Return the message, or ``None`` when it is certainly not there, or raise ``lost``."""
    try:
        channel_id = await _channel_id(client, place.channel)
        for pause in looks:
            await asyncio.sleep(pause)
            found = await _look(client, channel_id, place, since)
            if found is not None:
                return found
    except SlackFailure as failure:
        reason = (
            f"{lost.reason}. Whether the message is there could not be found out: {failure.reason}"
        )
        raise AnswerLost(lost.method, reason, code=lost.code) from failure
    return None


async def _look(client: SlackClient, channel_id: str, place: _Place, since: float) -> Posted | None:
    method = "conversations.history" if place.thread_ts is None else "conversations.replies"
    cursor: str | None = None
    while True:
        page = await client.call(
            method,
            channel=channel_id,
            ts=place.thread_ts,
            oldest=f"{since:.6f}",
            limit=200,
            cursor=cursor,
            patience=10.0,
        )
        for message in page.get("messages", []):
            blocks = message.get("blocks") or []
            if any(place.marker in str(block.get("block_id", "")) for block in blocks):
                return Posted(channel_id, str(message["ts"]), message.get("team"))
        cursor = _next_page(page)
        if cursor is None:
            return None


async def _channel_id(client: SlackClient, channel: str) -> str:
    if _CHANNEL_ID.fullmatch(channel):
        return channel
    if _USER_ID.fullmatch(channel):
        return await _direct_channel(client, channel)
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
        cursor = _next_page(page)
        if cursor is None:
            raise AnswerLost("conversations.list", f"no channel is called {channel}")


async def _direct_channel(client: SlackClient, user_id: str) -> str:
    answer = await client.call("conversations.open", users=user_id, patience=10.0)
    opened = answer.get("channel")
    if not isinstance(opened, dict) or not isinstance(opened.get("id"), str):
        raise AnswerLost("conversations.open", "Slack did not say which conversation that is")
    return str(opened["id"])


def _next_page(page: Mapping[str, Any]) -> str | None:
    return (page.get("response_metadata") or {}).get("next_cursor") or None
