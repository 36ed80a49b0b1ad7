"""Slack's Web API as far as the bot needs it. Every failure leaves as a `SlackFailure`."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp

from sudoagent.slack.client import SlackClient
from sudoagent.slack.failures import SlackFailure, SlackRefused
from sudoagent.slack.home import notice_modal
from sudoagent.slack.messages import Message
from sudoagent.slack.posting import Posted, find, post

from .clicks import Click
from .reviewers import NotTold

__all__ = ["COMES_BACK", "TOKEN_REFUSED", "Web", "Workspace"]

logger = logging.getLogger(__name__)

# https://docs.slack.dev/reference/methods/auth.test, "Errors": no waiting cures these.
TOKEN_REFUSED: Final = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "not_allowed_token_type",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)

# A channel that cannot be written to now may be again: it is unarchived, the app is invited again.
COMES_BACK: Final = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "is_inactive",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_locked",
    }
)

_RESPONSE_HOST = ("https", "hooks.slack.com", None)
# Seconds for which a call is repeated while Slack is away. A person waits for most of them.
_PATIENCE = 3.0
_RESPONSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Workspace:
    """Who the bot is, and where."""

    team_id: str
    team: str
    user_id: str | None


class Web:
    """The calls. ``on_refused`` is told why when Slack refuses the bot's token.

    ``session`` is used for response URLs only, and only for those of Slack or of the host of
    ``api_url``. Every method but `person` and `members` raises ``SlackFailure``.
    """

    def __init__(
        self,
        client: SlackClient,
        api_url: str,
        session: aiohttp.ClientSession,
        on_refused: Callable[[str], None],
    ) -> None:
        self._client = client
        self._session = session
        self._on_refused = on_refused
        self._trusted = (_RESPONSE_HOST, _origin(api_url))

    async def workspace(self) -> Workspace:
        """Return who the bot is."""
        answer = await self._call("auth.test")
        team_id, user_id = answer.get("team_id"), answer.get("user_id")
        if not isinstance(team_id, str):
            raise SlackFailure("auth.test", "Slack did not say which workspace the token is for")
        own_id = user_id if isinstance(user_id, str) else None
        return Workspace(team_id, str(answer.get("team") or team_id), own_id)

    async def person(self, user_id: str) -> Mapping[str, Any]:
        """Return the user as ``users.info`` describes them. Raises ``NotTold``."""
        person = await self._told("users.info", "user", user=user_id)
        if not isinstance(person, Mapping):
            raise NotTold("users.info described nobody")
        return person

    async def members(self, group_id: str) -> frozenset[str]:
        """Return the ids of a user group's members. Raises ``NotTold``."""
        users = await self._told("usergroups.users.list", "users", usergroup=group_id)
        if not isinstance(users, list) or not all(isinstance(user, str) for user in users):
            raise NotTold("usergroups.users.list listed nobody")
        return frozenset(users)

    async def post(
        self,
        channel: str,
        message: Message,
        marker: str,
        *,
        thread_ts: str | None = None,
        since: float | None = None,
    ) -> Posted:
        """Post a message exactly once, as `posting.post` does."""
        with self._watching():
            return await post(
                self._client,
                channel,
                message,
                marker=marker,
                thread_ts=thread_ts,
                patience=_PATIENCE,
                since=since,
            )

    async def find(self, channel: str, marker: str, *, since: float) -> Posted | None:
        """Return a message that was posted since then (seconds); ``None``: it is not there."""
        with self._watching():
            return await find(self._client, channel, marker=marker, since=since)

    async def repaint(self, channel: str, ts: str, message: Message) -> None:
        """Replace a message of the bot's."""
        await self._call(
            "chat.update", channel=channel, ts=ts, text=message.text, blocks=list(message.blocks)
        )

    async def whisper(self, click: Click, message: Message) -> None:
        """Tell the clicker something that nobody else sees."""
        if click.home is not None:
            # There is no channel to say it in: a dialog, for as long as the trigger lasts.
            return await self.open_modal(click.trigger_id or "", notice_modal(message.text))
        if click.response_url is not None and _origin(click.response_url) in self._trusted:
            try:
                return await self._respond(click.response_url, message)
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
                logger.info("a response_url did not work: %s", type(error).__name__)
        if click.channel is not None and click.user_id is not None:
            await self._call(
                "chat.postEphemeral",
                channel=click.channel,
                user=click.user_id,
                text=message.text,
                blocks=list(message.blocks) or None,
            )
        return None

    async def open_modal(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Open a modal for the person whose click brought the trigger, which is good for 3 s."""
        answer = await self._call("views.open", trigger_id=trigger_id, view=dict(view))
        if not isinstance(answer.get("view"), Mapping):
            # As of a stand-in that says yes to everything: nobody would be asked anything.
            raise SlackFailure("views.open", "Slack did not say that the dialog is open")

    async def publish_home(self, user_id: str, view: Mapping[str, Any]) -> None:
        """Replace what a person's Home tab shows."""
        await self._call("views.publish", user_id=user_id, view=dict(view))

    async def turn_page(self, view_id: str, view: Mapping[str, Any]) -> None:
        """Replace an open modal."""
        await self._call("views.update", view_id=view_id, view=dict(view))

    async def _told(self, method: str, field: str, **arguments: str) -> object:
        try:
            return (await self._call(method, **arguments)).get(field)
        except SlackFailure as failure:
            raise NotTold(failure.reason) from failure

    async def _call(self, method: str, **arguments: Any) -> dict[str, Any]:
        with self._watching():
            return await self._client.call(method, patience=_PATIENCE, **arguments)

    @contextlib.contextmanager
    def _watching(self) -> Iterator[None]:
        try:
            yield
        except SlackRefused as refused:
            if refused.code in TOKEN_REFUSED:
                self._on_refused(refused.reason)
            raise

    async def _respond(self, url: str, message: Message) -> None:
        body = {
            "text": message.text,
            "blocks": list(message.blocks),
            "response_type": "ephemeral",
            "replace_original": False,
        }
        limit = aiohttp.ClientTimeout(total=_RESPONSE_SECONDS)
        # Not followed anywhere else: the address came with the click.
        async with self._session.post(
            url, json=body, timeout=limit, allow_redirects=False
        ) as answer:
            if answer.status != 200:
                raise ValueError("the response_url was not taken")


def _origin(url: str) -> tuple[str, str | None, int | None] | None:
    try:
        parts = urlsplit(url)
        return (parts.scheme, parts.hostname, parts.port)
    except ValueError:
        return None
