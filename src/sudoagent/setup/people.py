"""Whether the reviewers are people who may decide, and see the channel; and the requester."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from ..slack.client import SlackClient
from ..slack.failures import SlackFailure
from .channel import Place
from .result import Check, failed, good, of_failure, skipped, warning

__all__ = ["check_requester", "check_reviewers"]

_PATIENCE = 5.0
_AT_ONCE = 8
_REMOVE = "take the id out of SUDOAGENT_REVIEWERS"
_LOOK_UP = "profile → ⋮ → Copy member ID"


async def check_reviewers(
    client: SlackClient, reviewers: Sequence[str], team_id: str, place: Place | None
) -> tuple[Check, ...]:
    """Ask Slack about each reviewer: a person of this workspace, or a group with people in it."""
    few = asyncio.Semaphore(_AT_ONCE)

    async def one(reviewer: str) -> Check:
        async with few:
            if reviewer.startswith("S"):
                return await _check_group(client, reviewer, place)
            return await _check_person(client, reviewer, team_id, place)

    return tuple(await asyncio.gather(*map(one, reviewers)))


async def check_requester(
    client: SlackClient, requester: str | None, reviewers: Sequence[str]
) -> Check:
    """Ask Slack about the requester, and see that somebody else may decide."""
    if requester is None:
        return skipped("requester", "none is named, so that any reviewer may decide")
    if set(reviewers) == {requester}:
        told = f"{requester} is the only reviewer, and may not decide about requests made for them"
        return failed("requester", told, "add a reviewer, or unset SUDOAGENT_REQUESTER")
    try:
        person = await _person(client, requester)
    except SlackFailure as failure:
        cure = f"set SUDOAGENT_REQUESTER to a user id of this workspace ({_LOOK_UP})"
        return of_failure("requester", f"{requester} is nobody that Slack knows", failure, cure)
    return good(
        "requester", f"{_name(person)} ({requester}) may not decide about requests made for them"
    )


async def _check_person(
    client: SlackClient, user_id: str, team_id: str, place: Place | None
) -> Check:
    try:
        person = await _person(client, user_id)
    except SlackFailure as failure:
        return _unknown(user_id, failure, f"give a user id of this workspace ({_LOOK_UP})")
    told = f"{_name(person)} ({user_id})"
    bar = _bar(person, team_id)
    if bar is not None:
        return failed("reviewer", f"{told} {bar}: no click of theirs counts", _REMOVE)
    if place is not None and place.members is not None and user_id not in place.members:
        return warning(
            "reviewer",
            f"{told} is not in {place.name}, and sees no requests",
            f"invite them to {place.name}",
        )
    return good("reviewer", told)


async def _check_group(client: SlackClient, group_id: str, place: Place | None) -> Check:
    try:
        answer = await client.call("usergroups.users.list", patience=_PATIENCE, usergroup=group_id)
    except SlackFailure as failure:
        return _unknown(group_id, failure, "give the id of a user group of this workspace (S…)")
    users = frozenset(map(str, answer.get("users") or ()))
    told = f"the group {group_id}"
    if not users:
        return failed("reviewer", f"{told} has no members", "add people to it, or name another")
    count = f"{len(users)} member{'' if len(users) == 1 else 's'}"
    outside = users - place.members if place is not None and place.members is not None else None
    if outside and place is not None:
        sentence = f"{told} has {count}, of which {len(outside)} are not in {place.name}"
        return warning("reviewer", sentence, f"invite them to {place.name}: they see no requests")
    return good("reviewer", f"{told} has {count}")


def _unknown(reviewer: str, failure: SlackFailure, cure: str) -> Check:
    if failure.code == "missing_scope" or failure.retry_after is not None:
        return of_failure("reviewer", f"{reviewer} cannot be looked up", failure)
    return of_failure("reviewer", f"{reviewer} is nobody that Slack knows", failure, cure)


def _bar(person: Mapping[str, Any], team_id: str) -> str | None:
    """Return why this person may not decide, as the bot will judge."""
    if person.get("team_id", team_id) != team_id or person.get("is_stranger"):
        return "belongs to another workspace"
    if person.get("deleted"):
        return "is deactivated"
    if person.get("is_bot") or person.get("is_workflow_bot") or person.get("id") == "USLACKBOT":
        return "is a bot"
    if person.get("is_restricted") or person.get("is_ultra_restricted"):
        return "is a guest"
    return None


async def _person(client: SlackClient, user_id: str) -> Mapping[str, Any]:
    answer = await client.call("users.info", patience=_PATIENCE, user=user_id)
    person = answer.get("user")
    return person if isinstance(person, Mapping) else {}


def _name(person: Mapping[str, Any]) -> str:
    return str(person.get("real_name") or person.get("name") or "somebody without a name")
