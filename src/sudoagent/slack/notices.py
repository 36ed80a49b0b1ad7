"""Messages that concern no single request.

Pure: no clock, no network.
"""

from __future__ import annotations

import hashlib

from . import notice_texts
from .blocks import code, one_line, rich_text, sentence
from .messages import Message

__all__ = ["held_back_marker", "held_back_notice"]

_NAME_LIMIT = 80


def held_back_marker(asker: str, since: int) -> str:
    """Return what occurs in the block ids of one asker's notice of one hour, and of no other.

    ``since`` is when the hour began, in milliseconds since the epoch.
    """
    return f"held_back:{hashlib.sha256(asker.encode('utf-8', 'replace')).hexdigest()[:16]}:{since}:"


def held_back_notice(asker: str, count: int, since: int) -> Message:
    """Return the message that says how many requests of one asker a cap refused.

    ``asker`` is a Slack user id or what an agent calls itself; it is shown, not mentioned: the
    message is repainted with each further request, and nobody is pinged for one.
    """
    template = notice_texts.HELD_BACK_ONE if count == 1 else notice_texts.HELD_BACK
    name = one_line(asker, _NAME_LIMIT)
    shown = code(name) if name else notice_texts.SOME_ASKER
    elements = [sentence(template, count=count, asker=shown)]
    text = notice_texts.HELD_BACK_FALLBACK.format(count=count)
    return Message(text, (rich_text(f"{held_back_marker(asker, since)}{count}", elements),))
