"""Posting, updating and deleting messages."""

from __future__ import annotations

from typing import Any

from sudoagent.playground.blockkit import TooLongError, check_message, with_ids
from sudoagent.playground.cast import BOT_USER, Channel
from sudoagent.playground.refusal import SlackError
from sudoagent.playground.timeline import Post

from ._call import Call

__all__ = ["Content", "content", "delete", "post_ephemeral", "post_message", "update"]

# docs.slack.dev, chat.postMessage: longer texts are truncated; refusing shows the mistake.
LONGEST_TEXT = 40_000

Content = tuple[str, list[dict[str, Any]] | None]


def post_message(call: Call) -> dict[str, Any]:
    """``chat.postMessage``."""
    channel = _writable(call.workspace.channel_called(call.required("channel")))
    text, blocks = content(call)
    if not text and not blocks:
        raise SlackError("no_text")
    post = Post(
        channel=channel.id,
        ts=call.workspace.timeline.next_ts(),
        user=BOT_USER,
        text=text,
        blocks=blocks or [],
        thread_ts=_thread(call, channel),
        metadata=_metadata(call),
    )
    call.workspace.post(post)
    return _told(call, post)


def post_ephemeral(call: Call) -> dict[str, Any]:
    """``chat.postEphemeral``: a message that one member of the channel sees."""
    channel = _writable(call.workspace.channel_called(call.required("channel")))
    reader = call.workspace.user(call.required("user"))
    if reader.id not in channel.members:
        raise SlackError("user_not_in_channel")
    text, blocks = content(call)
    if not text and not blocks:
        raise SlackError("no_text")
    post = Post(
        channel=channel.id,
        ts=call.workspace.timeline.next_ts(),
        user=BOT_USER,
        text=text,
        blocks=blocks or [],
        thread_ts=call.string("thread_ts") or None,
        visible_to=reader.id,
    )
    call.workspace.post(post)
    return {"message_ts": post.ts}


def update(call: Call) -> dict[str, Any]:
    """``chat.update``: by channel id, and only what the app wrote itself."""
    post = _own_post(call, "cant_update_message")
    if call.workspace.channel(post.channel).is_archived:
        raise SlackError("is_inactive")
    text, blocks = content(call)
    if not text and blocks is None:
        raise SlackError("no_text")
    if blocks is not None and _loses_rich_text(post.blocks, blocks):
        raise SlackError("block_mismatch")
    post.text = text
    post.blocks = blocks or []
    post.edited = post.edited or blocks is None
    post.revision += 1
    post.metadata = _metadata(call) or post.metadata
    call.workspace.tell_post(post)
    return _told(call, post)


def delete(call: Call) -> dict[str, Any]:
    """``chat.delete``: only what the app wrote itself."""
    post = _own_post(call, "cant_delete_message")
    call.workspace.remove(post)
    return {"channel": post.channel, "ts": post.ts}


def content(call: Call) -> Content:
    """Return text and checked blocks (``None``: not given). Raises ``SlackError``."""
    text = call.string("text")
    if len(text) > LONGEST_TEXT:
        raise SlackError("msg_too_long")
    blocks = call.structure("blocks", "invalid_blocks_format")
    if blocks is None:
        return text, None
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    try:
        findings = check_message(blocks)
    except TooLongError:
        raise SlackError("msg_blocks_too_long") from None
    if findings:
        raise SlackError(
            "invalid_blocks", errors=findings, response_metadata={"messages": findings}
        )
    return text, with_ids(blocks)


def _writable(channel: Channel) -> Channel:
    if channel.is_archived:
        raise SlackError("is_archived")
    if BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _own_post(call: Call, refusal: str) -> Post:
    channel = call.workspace.channel(call.required("channel"))
    post = call.workspace.timeline.find(channel.id, call.required("ts"))
    if post is None or post.visible_to is not None:
        raise SlackError("message_not_found")
    if not post.by_app:
        raise SlackError(refusal)
    return post


def _thread(call: Call, channel: Channel) -> str | None:
    ts = call.string("thread_ts")
    if not ts:
        return None
    timeline = call.workspace.timeline
    parent = timeline.find(channel.id, ts)
    # The thread of a deleted message stays open once it has replies.
    if parent is None and not timeline.thread(channel.id, ts):
        raise SlackError("thread_not_found")
    return ts if parent is None else parent.thread_ts or ts


def _metadata(call: Call) -> dict[str, Any] | None:
    metadata = call.structure("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata["event_payload"], dict):
        raise SlackError("invalid_metadata_schema")
    return metadata


def _loses_rich_text(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> bool:
    return _has_rich_text(before) and not _has_rich_text(after)


def _has_rich_text(blocks: list[dict[str, Any]]) -> bool:
    return any(block["type"] == "rich_text" for block in blocks)


def _told(call: Call, post: Post) -> dict[str, Any]:
    message = call.workspace.timeline.as_app_sees(post)
    return {"channel": post.channel, "ts": post.ts, "text": post.text, "message": message}
