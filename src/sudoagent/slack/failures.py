"""What can go wrong when Slack is asked for something, and what to do about it.

    SlackFailure
    ├── SlackRefused      Slack answered no; asking again would get the same answer
    ├── SlackBusy         Slack wants us to wait longer than there is time
    ├── SlackUnreachable  Slack was not asked: no connection, or it turned the request away unread
    └── AnswerLost        Slack was asked, and whether it did it is not known

Foreign exceptions become one of these in `client` and nowhere else. None of them holds the token
or anything that was sent.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "AnswerLost",
    "SlackBusy",
    "SlackFailure",
    "SlackRefused",
    "SlackUnreachable",
    "advice",
]

_TOKEN = "set SLACK_BOT_TOKEN to the app's Bot User OAuth Token (xoxb-…), from OAuth & Permissions"  # noqa: S105
_REINSTALL = "then install the app to the workspace again"

_ADVICE: Final = {
    "invalid_auth": f"the token is not one that Slack knows: {_TOKEN}",
    "not_authed": f"no token was sent: {_TOKEN}",
    "token_revoked": f"the token was revoked: install the app again and {_TOKEN}",
    "token_expired": f"the token has expired: {_TOKEN}",
    "account_inactive": f"the app was removed from the workspace: install it again and {_TOKEN}",
    "not_allowed_token_type": f"this kind of token cannot do that: {_TOKEN}",
    "no_permission": "the app may not do that: ask a workspace admin to allow it",
    "missing_scope": f"the app lacks a scope: add it under OAuth & Permissions, {_REINSTALL}",
    "not_in_channel": "the app is not in the channel: type /invite @ and the app's name there",
    "channel_not_found": (
        "there is no such channel that the app can see: check SUDOAGENT_CHANNEL, use the channel's "
        "id (C…, in the channel's details), and invite the app if the channel is private"
    ),
    "is_archived": "the channel is archived: unarchive it, or name another in SUDOAGENT_CHANNEL",
    "restricted_action": "posting in the channel is limited to some people: allow the app to post",
    "restricted_action_read_only_channel": "the channel is read-only: allow the app to post",
    "team_access_not_granted": "the app is not installed in the channel's workspace: install it",
    "msg_too_long": "the message is too long for Slack",
    "msg_blocks_too_long": "the message is too long for Slack",
    "invalid_blocks": "Slack does not accept the form of the message",
    "message_limit_exceeded": "the workspace has reached its plan's limit of messages",
    "message_not_found": "the message is gone: somebody deleted it",
    "cant_update_message": "the message was posted by another app, so this one cannot change it",
    "expired_trigger_id": "the dialog was opened too late: click again",
    "exchanged_trigger_id": "the dialog was opened already",
    "ratelimited": "Slack asks to be asked less often: wait, or use another channel",
    "unknown_method": "this server does not know the method: check SLACK_API_URL",
}


class SlackFailure(Exception):
    """Something was asked of Slack and did not work. ``reason`` says what to do.

    ``method`` is the Web API method, ``code`` Slack's own word for the failure, if it gave one.
    ``retry_after`` is after how many seconds asking again may work; ``None`` when it will not.
    """

    def __init__(
        self, method: str, reason: str, *, code: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(reason)
        self.method = method
        self.reason = reason
        self.code = code
        self.retry_after = retry_after


class SlackRefused(SlackFailure):
    """Slack answered no."""


class SlackBusy(SlackFailure):
    """Slack limits the rate; nothing was done."""


class SlackUnreachable(SlackFailure):
    """Slack was not asked, or turned the request away unread; nothing was done."""


class AnswerLost(SlackFailure):
    """Slack was asked, but no answer came. It may have been done."""


def advice(method: str, code: str, needed: str = "") -> str:
    """Return a sentence for one of Slack's error codes, with what to do where that is known."""
    known = _ADVICE.get(code, "see Slack's documentation of this error")
    scope = f" ({needed})" if needed else ""
    return f"Slack refused {method}: {code}{scope}: {known}"
