"""Where a request goes besides a channel, and when it is followed up: part of what is sealed."""

from __future__ import annotations

import logging
from typing import Final

import msgspec

from sudoagent.errors import ApprovalError, ApproverUnavailable
from sudoagent.follow_up import FollowUp
from sudoagent.review.request import Escalation, Request
from sudoagent.slack.client import SlackClient
from sudoagent.slack.failures import SlackFailure

__all__ = ["MOST_DIRECT", "addressed_to", "followed_up"]

logger = logging.getLogger(__name__)

# Every one of these cards is posted and repainted by itself.
MOST_DIRECT: Final = 20
_PATIENCE = 10.0


async def addressed_to(request: Request, client: SlackClient) -> Request:
    """Return the request with the people who get it as a direct message; the first is its place
    when there is no channel.

    Groups are their members at this moment. Raises ``ApproverUnavailable`` when Slack does not say
    who they are, and ``ApprovalError`` when nobody is left to send it to.
    """
    people: dict[str, None] = {}
    for name in request.reviewers:
        members = await _members(client, name) if name.startswith("S") else (name,)
        people.update(dict.fromkeys(members))
    if request.requester is not None and not request.allow_requester:
        people.pop(request.requester, None)
    if not people:
        raise ApprovalError("nobody among the reviewers can be sent a direct message and decide")
    if len(people) > MOST_DIRECT:
        logger.warning(
            "request %s: the first %d of %d reviewers get a direct message; the others find it in "
            "the app's Home tab",
            *(request.id, MOST_DIRECT, len(people)),
        )
    direct = tuple(people)[:MOST_DIRECT]
    return msgspec.structs.replace(request, direct=direct, channel=request.channel or direct[0])


def followed_up(request: Request, follow_up: FollowUp | None) -> Request:
    """Return the request with the moments of its follow-up, counted from when it was asked."""
    if follow_up is None:
        return request
    times = (request.created_at, request.expires_at)
    remind_at, escalate_at = follow_up.moments(*times, request.risk)
    escalation = None
    if escalate_at is not None:
        escalation = Escalation(
            at=escalate_at, reviewers=follow_up.people, channels=follow_up.channels
        )
    return msgspec.structs.replace(request, remind_at=remind_at, escalation=escalation)


async def _members(client: SlackClient, group: str) -> tuple[str, ...]:
    try:
        answer = await client.call("usergroups.users.list", usergroup=group, patience=_PATIENCE)
    except SlackFailure as failure:
        raise ApproverUnavailable(
            f"Slack does not say who is in the group {group}, so nobody in it can be sent a direct "
            f"message: {failure.reason}"
        ) from failure
    users = answer.get("users")
    known = isinstance(users, list) and all(isinstance(user, str) for user in users)
    return tuple(users) if known and users is not None else ()
