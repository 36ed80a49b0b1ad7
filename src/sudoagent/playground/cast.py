"""Who lives in the playground's workspace: people, channels, groups and tokens. Pure data.

The ids are short words, so that a test or a log line reads like a story.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = [
    "APPROVERS",
    "APP_ID",
    "APP_TOKEN",
    "BOT_ID",
    "BOT_TOKEN",
    "BOT_USER",
    "CHANNEL",
    "FOREIGN_TEAM",
    "GROUPS",
    "PEOPLE",
    "REQUESTER",
    "REVIEWERS",
    "SCOPES",
    "SIGNING_SECRET",
    "TEAM",
    "TEAM_NAME",
    "Channel",
    "Group",
    "User",
    "channels",
    "environment",
]

TEAM = "T0PLAYGROUND"
TEAM_NAME = "Playground"
FOREIGN_TEAM = "T0ELSEWHERE"
APP_ID = "A0SUDOAGENT"
BOT_ID = "B0SUDOAGENT"
BOT_USER = "U0SUDOAGENT"
BOT_TOKEN = "xoxb-playground"  # noqa: S105 - opens nothing but the playground
APP_TOKEN = "xapp-playground"  # noqa: S105
SIGNING_SECRET = "playground"  # noqa: S105
CHANNEL = "C0APPROVALS"
APPROVERS = "S0APPROVERS"
REVIEWERS = ("U0ALICE", "U0BOB", "U0CAROL")
REQUESTER = "U0RAVI"
SCOPES = frozenset(
    {
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "groups:history",
        "groups:read",
        "im:history",
        "im:write",
        "usergroups:read",
        "users:read",
    }
)


@dataclass(frozen=True)
class User:
    """A person or a bot, with the facts that ``users.info`` tells about them."""

    id: str
    handle: str
    name: str
    title: str
    team: str = TEAM
    tz: str = "Europe/Lisbon"
    tz_offset: int = 0
    is_bot: bool = False
    is_guest: bool = False
    is_stranger: bool = False
    is_deleted: bool = False
    is_admin: bool = False


@dataclass
class Channel:
    """A channel; ``members`` are user ids, the app among them where it was invited."""

    id: str
    name: str
    topic: str = ""
    is_private: bool = False
    is_archived: bool = False
    is_im: bool = False
    is_ext_shared: bool = False
    members: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Group:
    """A user group (``S…``)."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...]


PEOPLE: tuple[User, ...] = (
    User("U0ALICE", "alice", "Alice Moreau", "Reviewer", is_admin=True),
    User("U0BOB", "bob", "Bob Okafor", "Reviewer", tz="America/New_York", tz_offset=-18000),
    User("U0CAROL", "carol", "Carol Lindqvist", "Reviewer", tz="Europe/Stockholm", tz_offset=3600),
    User("U0RAVI", "ravi", "Ravi Shankar", "Requester", tz="Asia/Kolkata", tz_offset=19800),
    User("U0GUS", "gus", "Gus Guest", "Guest", is_guest=True),
    User("U0SAM", "sam", "Sam Stranger", "Another workspace", FOREIGN_TEAM, is_stranger=True),
    User("U0DANA", "dana", "Dana Departed", "Deactivated", is_deleted=True),
    User("U0ROBO", "robo", "Deploy Robot", "Another bot", is_bot=True),
    User(BOT_USER, "approvals", "Approvals", "The app", is_bot=True),
)

_EVERYONE = {user.id for user in PEOPLE if not user.is_deleted}
_STAFF = _EVERYONE - {"U0GUS", "U0SAM"}


def channels() -> dict[str, Channel]:
    """Return fresh channels by id: one shared, one private, one archived, one without the app."""
    made = (
        Channel(
            CHANNEL,
            "approvals",
            "Agents ask here. Read before you press.",
            is_ext_shared=True,
            members=set(_EVERYONE),
        ),
        Channel("C0FINANCE", "finance-approvals", "", is_private=True, members=set(_STAFF)),
        Channel("C0GENERAL", "general", "Company-wide announcements", members=set(_STAFF)),
        Channel("C0OLD", "old-approvals", is_archived=True, members=set(_STAFF)),
        Channel("C0BOARD", "board", "The app was never invited", members=_STAFF - {BOT_USER}),
    )
    return {channel.id: channel for channel in made}


GROUPS: tuple[Group, ...] = (
    Group(APPROVERS, "approvers", "Approvers", REVIEWERS),
    Group("S0ONCALL", "oncall", "On call", ("U0CAROL",)),
)


def environment(url: str) -> dict[str, str]:
    """Return the variables that point library and bot at the playground under this address."""
    return {
        "SLACK_API_URL": f"{url.rstrip('/')}/api/",
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SUDOAGENT_CHANNEL": "#approvals",
        "SUDOAGENT_REVIEWERS": ",".join(REVIEWERS),
        "SUDOAGENT_REQUESTER": REQUESTER,
    }
