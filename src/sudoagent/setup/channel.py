"""Whether the channel is there, and the app in it."""

from __future__ import annotations

import difflib
import re
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ..slack.client import SlackClient
from ..slack.failures import SlackFailure
from .result import Check, failed, good, of_failure, skipped, warning

__all__ = ["Place", "check_channel"]

_ID = re.compile(r"[CG][A-Z0-9_-]+")
_PERSON = re.compile(r"[UWD][A-Z0-9_-]+")
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Place:
    """The channel as Slack knows it. ``members``: who is in it, ``None`` when that is not known."""

    id: str
    name: str
    members: frozenset[str] | None


async def check_channel(
    client: SlackClient, named: str, granted: Collection[str], bot: str
) -> tuple[tuple[Check, ...], Place | None]:
    """Look at the channel. ``granted`` are the token's scopes, ``bot`` the app's name in Slack."""
    if _PERSON.fullmatch(named):
        return (skipped("channel", f"{named} is a direct message: `--post` tries it"),), None
    try:
        found, names = await _find(client, named)
    except SlackFailure as failure:
        return (_unseen(failure),), None
    if found is None:
        return (_unknown(named, names, bot),), None
    checks = _judge(found, granted, bot)
    members = await _members(client, str(found["id"]))
    return checks, Place(str(found["id"]), _name(found), members)


async def _find(
    client: SlackClient, named: str
) -> tuple[Mapping[str, Any] | None, tuple[str, ...]]:
    """Return the channel, or else the names of all that the app can see."""
    if _ID.fullmatch(named):
        answer = await client.call("conversations.info", patience=_PATIENCE, channel=named)
        return answer.get("channel"), ()
    names: list[str] = []
    types = "public_channel,private_channel"
    async for page in _pages(client, "conversations.list", types=types, limit=1000):
        for channel in page.get("channels", ()):
            names.append(str(channel.get("name", "")))
            if names[-1] == named.removeprefix("#"):
                return channel, ()
    return None, tuple(names)


def _unseen(failure: SlackFailure) -> Check:
    if failure.code == "missing_scope":
        told = "the app may not look at channels (channels:read, groups:read)"
        return warning(
            "channel",
            told,
            "add both scopes (`sudoagent slack manifest` has them), reinstall the app; or let "
            "`sudoagent doctor --post` find out",
        )
    return of_failure("channel", "Slack shows the app no such channel", failure)


def _unknown(named: str, names: tuple[str, ...], bot: str) -> Check:
    near = difflib.get_close_matches(named.removeprefix("#"), names, n=1)
    hint = f"did you mean #{near[0]}? Otherwise: " if near else ""
    return failed(
        "channel",
        f"there is no channel {named} that the app can see",
        f"{hint}set SUDOAGENT_CHANNEL to the id at the bottom of the channel's details (C…); in a "
        f"private channel, type /invite @{bot} first",
    )


def _judge(found: Mapping[str, Any], granted: Collection[str], bot: str) -> tuple[Check, ...]:
    name, told = "channel", _name(found)
    if found.get("is_archived"):
        cure = "unarchive it, or name another in SUDOAGENT_CHANNEL"
        return (failed(name, f"{told} is archived", cure),)
    if found.get("is_read_only"):
        return (failed(name, f"{told} is read-only", "allow the app to post there"),)
    member = bool(found.get("is_member"))
    may_join = "chat:write.public" in granted and not found.get("is_private")
    if not member and not may_join:
        return (failed(name, f"the app is not in {told}", f"type /invite @{bot} there"),)
    how = "the app is in it" if member else "the app may post without being in it"
    checks = [good(name, f"{told} ({found['id']}): {how}")]
    if found.get("is_ext_shared"):
        sentence = f"{told} is shared with another organisation, whose people read every request"
        checks.append(warning(name, sentence, "use a channel of your own workspace alone"))
    return tuple(checks)


async def _members(client: SlackClient, channel: str) -> frozenset[str] | None:
    members: set[str] = set()
    try:
        async for page in _pages(client, "conversations.members", channel=channel, limit=1000):
            members.update(map(str, page.get("members", ())))
    except SlackFailure:
        return None
    return frozenset(members)


async def _pages(
    client: SlackClient, method: str, **arguments: Any
) -> AsyncIterator[Mapping[str, Any]]:
    cursor: str | None = None
    while True:
        page = await client.call(method, patience=_PATIENCE, cursor=cursor, **arguments)
        yield page
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
        if cursor is None:
            return


def _name(found: Mapping[str, Any]) -> str:
    return f"#{found.get('name', found.get('id'))}"
