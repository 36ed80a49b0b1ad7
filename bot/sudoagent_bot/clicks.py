"""What Slack delivered → a frozen `Click`. Pure: reads, judges nothing, trusts nothing.

Fields that only help to answer may be missing, as some stand-ins for Slack leave them out. A
field that identifies anything is a string or absent, and absence is for `rules` to refuse.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sudoagent.editable import LONGEST_TEXT
from sudoagent.slack.fields import EDIT_BLOCK, NUMBER_BLOCK
from sudoagent.slack.modals import Origin, origin

__all__ = [
    "DELIVERY",
    "Click",
    "Delivery",
    "Visit",
    "delivered",
    "read_click",
    "read_command",
    "read_submission",
    "read_visit",
]

DELIVERY = "sudoagent_delivery"

# Longer than anything Slack sends in these fields; a cap keeps what is logged or looked up small.
_LONGEST_ID = 256
_LONGEST_URL = 2048
_LONGEST_COMMENT = 3000
_MOST_BLOCKS = 100
_LONGEST_METADATA = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What tells one delivery over HTTP from another: what its signature covers.

    ``is_retry``: Slack says that it delivers the same once more.
    """

    body: bytes
    stamp: str
    is_retry: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody opened the app's Home tab."""

    user_id: str
    team_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """One press of a button, or one modal sent, by whom and about which message.

    ``team_id`` is the workspace of the person, ``place_team_id`` that of the channel. ``view_id``
    and ``page`` are those of the modal it happened in. ``comment`` is what the person wrote,
    ``number`` the number that was stated, ``edits`` what stands in the fields of arguments.
    ``home`` is what the Home tab says of itself, for a click there, which is on no message.
    """

    action: str
    request_id: str | None
    team_id: str | None
    place_team_id: str | None
    user_id: str | None
    channel: str | None
    message_ts: str | None
    response_url: str | None = None
    trigger_id: str | None = None
    view_id: str | None = None
    page: int = 1
    comment: str | None = None
    number: str | None = field(default=None, repr=False)
    edits: Mapping[str, str] = field(default_factory=dict, repr=False)
    home: str | None = None
    delivery: Delivery | None = None


def read_click(body: Mapping[str, Any]) -> Click:
    """Read the payload of ``block_actions``. Never raises for an odd payload."""
    action = _mapping(_first(body.get("actions")))
    container, message = _mapping(body.get("container")), _mapping(body.get("message"))
    view = _mapping(body.get("view"))
    if view.get("type") == "home":
        return _on_home(body, action, view)
    place = _origin(view)
    return Click(
        action=_identifier(action.get("action_id")) or "",
        request_id=_identifier(action.get("value")),
        channel=place.ch
        if place
        else _identifier(_mapping(body.get("channel")).get("id") or container.get("channel_id")),
        message_ts=place.ts
        if place
        else _identifier(message.get("ts") or container.get("message_ts")),
        response_url=_text(body.get("response_url"), _LONGEST_URL),
        trigger_id=_identifier(body.get("trigger_id")),
        view_id=_identifier(view.get("id")),
        page=place.page if place else 1,
        **_person(body),
    )


def read_submission(body: Mapping[str, Any], block: str) -> Click:
    """Read the payload of ``view_submission``; the comment is what was written in one block.

    Never raises for an odd payload.
    """
    view = _mapping(body.get("view"))
    place = _origin(view)
    return Click(
        action=_identifier(view.get("callback_id")) or "",
        request_id=place.id if place else None,
        channel=place.ch if place else None,
        message_ts=place.ts if place else None,
        view_id=_identifier(view.get("id")),
        comment=_written(view, block),
        number=_written(view, NUMBER_BLOCK),
        edits=_edits(view),
        **_person(body),
    )


def read_command(body: Mapping[str, Any]) -> Click:
    """Read the form of a slash command: the first word is the action, the rest the comment.

    Never raises for an odd payload.
    """
    word, _, rest = (_text(body.get("text"), _LONGEST_COMMENT) or "").strip().partition(" ")
    team = _identifier(body.get("team_id"))
    return Click(
        action=word.lower(),
        request_id=None,
        team_id=team,
        place_team_id=team,
        user_id=_identifier(body.get("user_id")),
        channel=_identifier(body.get("channel_id")),
        message_ts=None,
        response_url=_text(body.get("response_url"), _LONGEST_URL),
        comment=rest.strip() or None,
    )


def read_visit(body: Mapping[str, Any]) -> Visit | None:
    """Read the event ``app_home_opened``; ``None`` unless it says who opened the Home tab, where.

    Never raises for an odd payload.
    """
    event = _mapping(body.get("event"))
    user_id, team_id = _identifier(event.get("user")), _identifier(body.get("team_id"))
    if user_id is None or team_id is None or event.get("tab", "home") != "home":
        return None
    return Visit(user_id=user_id, team_id=team_id)


def delivered(click: Click, context: Mapping[str, Any]) -> Click:
    """Return the click with the delivery that brought it, where the context knows of one."""
    found = context.get(DELIVERY)
    return replace(click, delivery=found) if isinstance(found, Delivery) else click


def _on_home(body: Mapping[str, Any], action: Mapping[str, Any], view: Mapping[str, Any]) -> Click:
    # Whatever the payload says of channels and messages besides, it is not about them.
    return Click(
        action=_identifier(action.get("action_id")) or "",
        request_id=_identifier(action.get("value")),
        channel=None,
        message_ts=None,
        trigger_id=_identifier(body.get("trigger_id")),
        home=_text(view.get("private_metadata"), _LONGEST_METADATA) or "",
        **_person(body),
    )


def _origin(view: Mapping[str, Any]) -> Origin | None:
    metadata = view.get("private_metadata")
    if not isinstance(metadata, str):
        return None
    try:
        return origin(metadata)
    except ValueError:
        return None


def _person(body: Mapping[str, Any]) -> dict[str, Any]:
    user, team = _mapping(body.get("user")), _mapping(body.get("team"))
    place = _identifier(team.get("id"))
    return {
        "user_id": _identifier(user.get("id")),
        "team_id": _identifier(user.get("team_id")) if "team_id" in user else place,
        "place_team_id": place,
    }


def _written(view: Mapping[str, Any], block: str) -> str | None:
    text = _element(_values(view).get(block)).get("value")
    return text.strip()[:_LONGEST_COMMENT] or None if isinstance(text, str) else None


def _edits(view: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for block, elements in list(_values(view).items())[:_MOST_BLOCKS]:
        if isinstance(block, str) and block.startswith(EDIT_BLOCK):
            chosen = _chosen(_element(elements))
            if chosen is not None and len(chosen) <= LONGEST_TEXT:
                found[block.removeprefix(EDIT_BLOCK)] = chosen
    return found


def _chosen(element: Mapping[str, Any]) -> str | None:
    """Return what an element of any type holds, as text; ``None`` when it is none of ours."""
    kind = element.get("type")
    if kind == "checkboxes":
        ticked = _mapping(_first(element.get("selected_options"))).get("value")
        return "true" if ticked == "true" else "false"
    if kind == "static_select":
        chosen = _mapping(element.get("selected_option")).get("value")
        return chosen if isinstance(chosen, str) else None
    typed = element.get("value")
    if kind in ("plain_text_input", "number_input") and (typed is None or isinstance(typed, str)):
        return typed or ""
    return None


def _element(block: object) -> Mapping[str, Any]:
    return _mapping(_mapping(block).get("text"))


def _values(view: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(_mapping(view.get("state")).get("values"))


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _identifier(value: object) -> str | None:
    return _text(value, _LONGEST_ID)


def _text(value: object, longest: int) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= longest else None
