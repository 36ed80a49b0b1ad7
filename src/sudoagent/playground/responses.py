"""What an app may send to a ``response_url``, or with the acknowledgement of a slash command. Pure.

docs.slack.dev, "Handling user interaction": five messages within thirty minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .cast import BOT_USER
from .methods import Call
from .methods.chat import content
from .refusal import SlackError
from .timeline import Post
from .workspace import ResponseTarget, Workspace

__all__ = ["respond"]


def respond(workspace: Workspace, target: ResponseTarget, body: Mapping[str, Any]) -> None:
    """Post, replace or delete. Raises ``SlackError``."""
    call = Call(workspace, body)
    original = workspace.timeline.find(target.channel, target.ts) if target.ts else None
    if call.flag("delete_original"):
        if original is not None:
            workspace.remove(original)
        return
    text, blocks = content(call)
    if not text and not blocks:
        raise SlackError("no_text")
    if call.flag("replace_original") and original is not None:
        original.text, original.blocks = text, blocks or []
        original.revision += 1
        workspace.tell_post(original)
        return
    in_channel = call.string("response_type", "ephemeral") == "in_channel"
    post = Post(
        channel=target.channel,
        ts=workspace.timeline.next_ts(),
        user=BOT_USER,
        text=text,
        blocks=blocks or [],
        thread_ts=call.string("thread_ts") or (original.thread_ts if original else None),
        visible_to=None if in_channel else target.user,
    )
    workspace.post(post)
