"""Whether Slack accepts the two tokens."""

from __future__ import annotations

from dataclasses import dataclass

from ..slack.client import SlackClient
from ..slack.failures import SlackBusy, SlackFailure, SlackRefused
from .result import Check, failed, good, of_failure, skipped, warning
from .scopes import APP_SCOPE

__all__ = ["Identity", "check_app_token", "check_bot_token"]

_PATIENCE = 3.0  # seconds for which a call is repeated while Slack is away
_NEW_APP_TOKEN = (
    "on your Slack app's page, Basic Information → App-Level Tokens, generate one with the scope "
    f"{APP_SCOPE} and set SLACK_APP_TOKEN to it"
)
_NETWORK = "see whether this machine reaches slack.com (a proxy: HTTPS_PROXY)"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot token is, and in which workspace."""

    user: str
    user_id: str
    team: str
    team_id: str


async def check_bot_token(client: SlackClient) -> tuple[Check, Identity | None]:
    """Ask Slack who the token is."""
    try:
        answer = await client.call("auth.test", patience=_PATIENCE)
    except SlackRefused as refused:
        return of_failure("bot token", "Slack does not accept it", refused), None
    except SlackFailure as failure:
        return failed("bot token", f"Slack cannot be asked: {failure.reason}", _NETWORK), None
    names = ("user", "user_id", "team", "team_id")
    identity = Identity(*(str(answer.get(name, "")) for name in names))
    if not answer.get("bot_id"):
        cure = "set SLACK_BOT_TOKEN to the Bot User OAuth Token (xoxb-…), from OAuth & Permissions"
        return failed("bot token", f"it is a person's token, {identity.user}'s", cure), None
    told = f"works: @{identity.user} in the workspace {identity.team} ({identity.team_id})"
    return good("bot token", told), identity


async def check_app_token(client: SlackClient | None) -> Check:
    """Ask Slack for an address to connect to, which is not used."""
    if client is None:
        return skipped("app token", "there is none to try")
    try:
        await client.call("apps.connections.open", patience=_PATIENCE)
    except SlackRefused as refused:
        said = "Slack opens no connection for it"
        return of_failure("app token", said, refused, _NEW_APP_TOKEN)
    except SlackBusy:
        return warning("app token", "Slack wants to be asked less often", "try again in a minute")
    except SlackFailure as failure:
        return failed("app token", f"Slack cannot be asked: {failure.reason}", _NETWORK)
    return good("app token", "works: Slack opens connections for it")
