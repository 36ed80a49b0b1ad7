"""Whose click counts, as two numbered straight lines. Pure: no network, no clock.

Between the two the bot asks Slack who the person is; an outsider never makes it ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sudoagent.review.recount import opened_request
from sudoagent.review.request import Request, is_request_id
from sudoagent.review.seal import BadSeal, Keyring
from sudoagent.review.store.replies import StoredReview
from sudoagent.review.widening import as_of
from sudoagent.slack.buttons import ALLOW_FOR, EDIT
from sudoagent.slack.modals import (
    ARGUMENTS_CALLBACK,
    DENY_CALLBACK,
    EDIT_CALLBACK,
    GRANT_CALLBACK,
    NEXT_PAGE,
    NUMBER_CALLBACK,
    PREVIOUS_PAGE,
)

from .clicks import Click
from .home_pass import opened_pass

__all__ = ["KNOWN_ACTIONS", "Refusal", "Refused", "entitled_person", "listed", "opened"]

KNOWN_ACTIONS = frozenset(
    {
        "approve",
        "deny",
        "details",
        ALLOW_FOR,
        ARGUMENTS_CALLBACK,
        DENY_CALLBACK,
        EDIT,
        EDIT_CALLBACK,
        GRANT_CALLBACK,
        NEXT_PAGE,
        NUMBER_CALLBACK,
        PREVIOUS_PAGE,
    }
)

# The keys of `sudoagent.slack.texts.REFUSAL`, the closed set of what a clicker may be told.
Refusal = Literal[
    "already_voted",
    "approved",
    "bot",
    "cancelled",
    "cannot_check",
    "deactivated",
    "denied",
    "expired",
    "frozen",
    "grant_over",
    "guest",
    "not_a_reviewer",
    "not_editable",
    "not_an_admin",
    "not_offered",
    "number_exhausted",
    "old_button",
    "other_message",
    "other_workspace",
    "own_request",
    "storage",
    "tampered",
    "unknown",
    "wrong_number",
]


class Refused(Exception):
    """This click does not count, and why. ``detail`` is for the log, never for Slack."""

    def __init__(self, refusal: Refusal, detail: str) -> None:
        super().__init__(detail)
        self.refusal: Refusal = refusal
        self.detail = detail


def opened(
    click: Click, stored: StoredReview | None, *, keyring: Keyring, namespace: str, workspace: str
) -> Request:
    """Return the request that was clicked, exactly as the library asked it. Raises ``Refused``."""
    # 1. A button of ours.
    if click.action not in KNOWN_ACTIONS:
        raise Refused("old_button", "the action is none of this bot's")
    # 2. Somebody: a payload without a person or a workspace is nobody's click.
    if not click.user_id or not click.team_id:
        raise Refused("cannot_check", "the payload does not say who clicked, or of which workspace")
    # 3. This workspace, both the person and the place: channels can be shared with others.
    if click.team_id != workspace or click.place_team_id not in (workspace, None):
        raise Refused("other_workspace", "the click comes from another workspace")
    # 4. A request that exists, under an id that the library could have made.
    if not is_request_id(click.request_id) or stored is None:
        raise Refused("unknown", "no such request is stored")
    # 5. Asked by the library: only it can seal, and this seal is for this id and this namespace.
    #    More people may decide once the time has come that is sealed with it.
    request = as_of(_request(stored, keyring, namespace), stored.now)
    # 6. On a message that carries the request, not on a forgery of one; or on the
    #    person's own Home tab, as this bot published it, with this very request on it.
    if click.home is not None:
        on_own_home(click, request, keyring)
    else:
        on_message(click, stored)
    if stored.team_id not in (workspace, None):
        raise Refused("other_message", "the request's message is in another workspace")
    return request


def on_message(click: Click, stored: StoredReview) -> None:
    """Raise ``Refused`` unless the click is on a message that carries the request."""
    if not click.channel or not click.message_ts:
        raise Refused("other_message", "the payload does not say which message was clicked")
    if (click.channel, click.message_ts) not in stored.messages:
        raise Refused("other_message", "the click is not on a message that carries the request")


def on_own_home(click: Click, request: Request, keyring: Keyring) -> None:
    """Raise ``Refused`` unless the click is on one's own Home tab, with the request on it."""
    try:
        home = opened_pass(click.home or "", keyring)
    except BadSeal as error:
        raise Refused("other_message", str(error)) from error
    if (home.team, home.user) != (click.team_id, click.user_id):
        raise Refused("other_message", "the Home tab was made for somebody else")
    if home.namespace != request.namespace or not home.shows(request):
        raise Refused("other_message", "the request is not on the Home tab")


def listed(
    request: Request, user_id: str, groups: Mapping[str, frozenset[str]], unasked: frozenset[str]
) -> None:
    """Raise ``Refused`` unless this person may decide: on the list, and not the requester.

    ``groups`` are the members of the user groups on the list; ``unasked`` are the groups that
    Slack would not tell about.
    """
    # 7. Not in one's own cause.
    if user_id == request.requester and not request.allow_requester:
        raise Refused("own_request", "the requester may not decide")
    # 8. On the list, by id or as a member of a listed group.
    if user_id in request.reviewers:
        return
    if any(user_id in groups.get(name, ()) for name in request.reviewers):
        return
    if unasked.intersection(request.reviewers):
        raise Refused("cannot_check", "Slack could not be asked who is in a group of reviewers")
    raise Refused("not_a_reviewer", "the person is not on the list of reviewers")


def entitled_person(person: Mapping[str, Any] | None, *, user_id: str, workspace: str) -> None:
    """Raise ``Refused`` unless Slack vouches for a full member. ``person`` is ``users.info``'s."""
    # 9. Slack answered, and about this person.
    if person is None or person.get("id") != user_id:
        raise Refused("cannot_check", "Slack could not be asked about the person")
    # 10. A member of this workspace; members of others see a shared channel, too.
    if person.get("team_id", workspace) != workspace or _says(person, "is_stranger"):
        raise Refused("other_workspace", "the person belongs to another workspace")
    # 11. Still here.
    if _says(person, "deleted"):
        raise Refused("deactivated", "the person is deactivated")
    # 12. A person. Slackbot says that it is not a bot.
    if user_id == "USLACKBOT" or _says(person, "is_bot") or _says(person, "is_workflow_bot"):
        raise Refused("bot", "bots may not decide")
    # 13. Not a guest, of either kind.
    if _says(person, "is_restricted") or _says(person, "is_ultra_restricted"):
        raise Refused("guest", "guests may not decide")


def _request(stored: StoredReview, keyring: Keyring, namespace: str) -> Request:
    try:
        return opened_request(stored, keyring, namespace)
    except BadSeal as error:
        raise Refused("tampered", str(error)) from error


def _says(person: Mapping[str, Any], flag: str) -> bool:
    # Slack leaves flags out that do not apply; anything but absent or false is a yes.
    return person.get(flag, False) is not False
