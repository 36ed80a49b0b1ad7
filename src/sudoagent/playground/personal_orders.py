"""Orders that one person gives: using, submitting, typing, looking. Mirrors ``gestures``."""

from __future__ import annotations

import asyncio
from typing import Any

from .answers import Interaction, Message, View
from .cast import BOT_USER, CHANNEL, Channel, User
from .finding import RefusedOrderError, find_target, rooms_of
from .house import House
from .screen import screen_of
from .timeline import Post

__all__ = ["PERSONAL_ORDERS"]

Arguments = dict[str, Any]


async def click(house: House, told: Arguments, base_url: str) -> Interaction:
    """See ``gestures.click``."""
    user = _user(house, told)
    target = find_target(
        house.workspace,
        user,
        told["action_id"],
        ts=told.get("ts"),
        view_id=told.get("view_id"),
        blindly=(told.get("value") or "") if told.get("blindly") else None,
    )
    return await house.interactions.click(
        user,
        target,
        base_url=base_url,
        choose=told.get("choose"),
        confirm=told.get("confirm", True),
        values=told.get("values") or {},
    )


async def view(house: House, told: Arguments, _: str) -> View | None:
    """See ``gestures.view``."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + float(told["timeout"])
    user, wanted = _user(house, told), told.get("callback_id")
    while True:
        for sheet in house.workspace.surfaces.stack(user.id)[-1:]:
            if wanted in (None, sheet.definition.get("callback_id")):
                return sheet.as_person_sees()
        if loop.time() >= deadline:
            return None
        await house.feed.changed(house.workspace.version, deadline - loop.time())


async def views(house: House, told: Arguments, _: str) -> list[View]:
    """See ``gestures.views``."""
    stack = house.workspace.surfaces.stack(_user(house, told).id)
    return [sheet.as_person_sees() for sheet in stack]


async def submit(house: House, told: Arguments, _: str) -> Interaction:
    """See ``gestures.submit``."""
    values = told.get("values") or {}
    return await house.modals.submit(_user(house, told), values, view_id=told.get("view_id"))


async def close(house: House, told: Arguments, _: str) -> Interaction:
    """See ``gestures.close``."""
    which = {"everything": told.get("everything", False), "view_id": told.get("view_id")}
    return await house.modals.close(_user(house, told), **which)


async def slash(house: House, told: Arguments, base_url: str) -> Interaction:
    """See ``gestures.slash``."""
    user, channel = _user(house, told), _room(house, told)
    command = told["command"]
    if not command.startswith("/") or " " in command:
        raise RefusedOrderError(f"{command!r} is not a slash command")
    return await house.interactions.slash(user, channel, command, told.get("text", ""), base_url)


async def open_home(house: House, told: Arguments, _: str) -> Interaction:
    """See ``gestures.open_home``."""
    return await house.interactions.open_home(_user(house, told))


async def home(house: House, told: Arguments, _: str) -> View | None:
    """See ``gestures.home``."""
    sheet = house.workspace.surfaces.home(_user(house, told).id)
    return None if sheet is None else sheet.as_person_sees()


async def say(house: House, told: Arguments, _: str) -> Message:
    """See ``gestures.say``."""
    user, channel = _user(house, told), _room(house, told)
    if channel.is_archived:
        raise RefusedOrderError(f"#{channel.name} is archived")
    workspace = house.workspace
    post = Post(channel.id, workspace.timeline.next_ts(), user.id, str(told["text"]))
    post.thread_ts = told.get("thread_ts")
    return workspace.timeline.as_person_sees(workspace.post(post))


async def ephemerals(house: House, told: Arguments, _: str) -> list[Message]:
    """See ``gestures.ephemerals``."""
    user, timeline = _user(house, told), house.workspace.timeline
    return [timeline.as_person_sees(post) for post in timeline if post.visible_to == user.id]


async def direct_messages(house: House, told: Arguments, _: str) -> list[Message]:
    """See ``gestures.direct_messages``."""
    channel = house.workspace.direct_channel(_user(house, told).id)
    timeline = house.workspace.timeline
    return [timeline.as_person_sees(post) for post in timeline.top_level(channel.id)]


async def screen(house: House, told: Arguments, _: str) -> dict[str, Any]:
    """Everything that the page draws for this person."""
    user = _user(house, told)
    shown = screen_of(house.workspace, user, told.get("channel") or CHANNEL, told.get("thread_ts"))
    return shown | {"connections": house.sockets.count}


PERSONAL_ORDERS = (
    screen,
    click,
    view,
    views,
    submit,
    close,
    slash,
    open_home,
    home,
    say,
    ephemerals,
    direct_messages,
)


def _user(house: House, told: Arguments) -> User:
    user = house.workspace.users.get(told["person"])
    if user is None or user.id == BOT_USER:
        raise RefusedOrderError(f"nobody called {told['person']} lives here")
    return user


def _room(house: House, told: Arguments) -> Channel:
    user = _user(house, told)
    wanted = (told.get("channel") or CHANNEL).removeprefix("#")
    for channel in rooms_of(house.workspace, user):
        if wanted in (channel.id, channel.name):
            return channel
    raise RefusedOrderError(f"{user.name} is not in {wanted}")
