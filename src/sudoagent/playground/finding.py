"""Where a person finds something to use: which element, in which message or view. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .answers import interactive
from .cast import Channel, User
from .surfaces import Sheet
from .timeline import Post
from .workspace import Workspace

__all__ = ["RefusedOrderError", "Target", "find_target", "may_read", "rooms_of"]


class RefusedOrderError(ValueError):
    """Somebody asked for something that cannot be done; the message says why in a sentence."""


@dataclass(frozen=True)
class Target:
    """An element, and the message or view that it stands in."""

    place: Post | Sheet
    element: dict[str, Any]

    @property
    def block_id(self) -> str:
        """The block of the element."""
        return str(self.element["block_id"])


def rooms_of(workspace: Workspace, user: User) -> list[Channel]:
    """The channels in a person's sidebar; who left sees the shared one, to try what happens."""
    return [
        channel
        for channel in workspace.channels.values()
        if user.id in channel.members or (user.is_deleted and channel.is_ext_shared)
    ]


def may_read(workspace: Workspace, user: User, post: Post) -> bool:
    """Whether a person sees this post."""
    if post.visible_to is not None:
        return post.visible_to == user.id
    return any(channel.id == post.channel for channel in rooms_of(workspace, user))


def find_target(
    workspace: Workspace,
    user: User,
    action_id: str,
    *,
    ts: str | None,
    view_id: str | None,
    blindly: str | None,
) -> Target:
    """Return what the person would use. ``blindly``: a button's value, sent if it is gone.

    Raises ``RefusedOrderError``.
    """
    places = list(_places(workspace, user, ts, view_id))
    for place in places:
        for element in interactive(_blocks(place)):
            if element["action_id"] == action_id and _shown_to(user, element):
                return Target(place, element)
    if blindly is None or not places:
        raise RefusedOrderError(f"{user.name} sees no {action_id!r} there; {_offered(places)}")
    return Target(places[0], _gone(action_id, blindly))


def _places(
    workspace: Workspace, user: User, ts: str | None, view_id: str | None
) -> Iterator[Post | Sheet]:
    if ts is None:
        stack = workspace.surfaces.stack(user.id)[-1:]
        home = workspace.surfaces.home(user.id)
        for sheet in [*stack, *([home] if home else [])]:
            if view_id in (None, sheet.id):
                yield sheet
    if view_id is None:
        for post in reversed(list(workspace.timeline)):
            if ts in (None, post.ts) and may_read(workspace, user, post):
                yield post


def _blocks(place: Post | Sheet) -> list[dict[str, Any]]:
    return place.blocks if isinstance(place, Post) else place.definition["blocks"]


def _shown_to(user: User, element: dict[str, Any]) -> bool:
    return user.id in element.get("visible_to_user_ids", [user.id])


def _gone(action_id: str, value: str) -> dict[str, Any]:
    label = {"type": "plain_text", "text": action_id, "emoji": True}
    element = {"type": "button", "action_id": action_id, "value": value, "text": label}
    return element | {"block_id": "gone"}


def _offered(places: list[Post | Sheet]) -> str:
    offered = [element["action_id"] for place in places for element in interactive(_blocks(place))]
    return f"what can be used: {sorted(set(offered))}"
