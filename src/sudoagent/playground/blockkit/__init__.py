"""Block Kit, judged as strictly as Slack does. Pure.

Only the dependable blocks are known: actions, context, divider, header, image, input, rich_text,
section. Every other block, element and field is refused.
"""

from __future__ import annotations

from ._surfaces import TooLongError, check_message, check_view, with_ids

__all__ = ["TooLongError", "check_message", "check_view", "with_ids"]
