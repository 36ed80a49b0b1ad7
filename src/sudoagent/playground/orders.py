"""Orders about the workspace as a whole: looking, waiting, and bad weather. Mirrors ``steps``."""

from __future__ import annotations

import asyncio
from typing import Any

from .answers import ApiCall, Interaction, Message
from .cast import BOT_TOKEN, BOT_USER, Channel
from .finding import RefusedOrderError
from .house import House
from .timeline import Post
from .weather import Fault
from .workspace import Event

__all__ = ["WORKSPACE_ORDERS"]

Arguments = dict[str, Any]


async def messages(house: House, told: Arguments, _: str) -> list[Message]:
    """See ``steps.messages``."""
    workspace = house.workspace
    wanted = told.get("channel")
    channels = [_channel(house, wanted).id] if wanted else list(workspace.channels)
    posts = [post for channel in channels for post in workspace.timeline.top_level(channel)]
    posts.sort(key=lambda post: post.ts)
    return [workspace.timeline.as_person_sees(post) for post in posts]


async def replies(house: House, told: Arguments, _: str) -> list[Message]:
    """See ``steps.replies``."""
    timeline = house.workspace.timeline
    thread = [post for post in timeline if post.thread_ts == told["ts"] and not post.visible_to]
    return [timeline.as_person_sees(post) for post in thread]


async def changes(house: House, told: Arguments, _: str) -> dict[str, Any]:
    """See ``steps.wait_until``."""
    await house.feed.changed(told["after"], told["timeout"])
    timeline, after = house.workspace.timeline, told["after"]
    seen = [timeline.as_person_sees(post) for post in timeline if post.changed_at > after]
    removed = [ts for ts, at in timeline.removed.items() if at > after]
    return {"version": house.workspace.version, "messages": seen, "removed": removed}


async def calls(house: House, told: Arguments, _: str) -> list[ApiCall]:
    """See ``steps.calls``."""
    method = told.get("method")
    return [call for call in house.workspace.calls if method in (None, call.method)]


async def missed(house: House, _told: Arguments, _: str) -> list[Interaction]:
    """See ``steps.missed``."""
    return house.workspace.missed


async def connections(house: House, _told: Arguments, _: str) -> int:
    """See ``steps.connections``."""
    return house.sockets.count


async def wait_for_connections(house: House, told: Arguments, _: str) -> int:
    """See ``steps.wait_for_connections``."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + float(told["timeout"])
    while house.sockets.count < told["count"] and loop.time() < deadline:
        await house.feed.changed(house.workspace.version, deadline - loop.time())
    return house.sockets.count


async def reset(house: House, _told: Arguments, _: str) -> None:
    """See ``steps.reset``."""
    house.reset()


async def fail(house: House, told: Arguments, _: str) -> None:
    """See ``steps.fail``."""
    fault = Fault(told["kind"], told["retry_after"], told["error"], told["seconds"])
    house.web_api.weather.forecast(told["method"], fault, told["times"])


async def slow_down(house: House, told: Arguments, _: str) -> None:
    """See ``steps.slow_down``."""
    house.web_api.weather.slow_down(told["method"], told["seconds"])


async def rate_limits(house: House, told: Arguments, _: str) -> None:
    """See ``steps.rate_limits``."""
    house.web_api.limits.on = told["on"]
    for method, per_minute in told["per_minute"].items():
        house.web_api.limits.tighten(method, per_minute)


async def drop_sockets(house: House, _told: Arguments, _: str) -> int:
    """See ``steps.drop_sockets``."""
    return house.sockets.drop()


async def refresh_sockets(house: House, told: Arguments, _: str) -> int:
    """See ``steps.refresh_sockets``."""
    return await house.sockets.refresh(told["reason"])


async def use_http(house: House, told: Arguments, _: str) -> None:
    """See ``steps.use_http``."""
    house.http.use(told.get("url"))


async def archive(house: House, told: Arguments, _: str) -> None:
    """See ``steps.archive``."""
    channel = _channel(house, told["channel"])
    channel.is_archived = True
    _changed(house, channel)


async def rename(house: House, told: Arguments, _: str) -> None:
    """See ``steps.rename``."""
    channel = _channel(house, told["channel"])
    channel.name = told["name"]
    _changed(house, channel)


async def remove_bot(house: House, told: Arguments, _: str) -> None:
    """See ``steps.remove_bot``."""
    channel = _channel(house, told["channel"])
    channel.members.discard(BOT_USER)
    _changed(house, channel)


async def delete_message(house: House, told: Arguments, _: str) -> None:
    """See ``steps.delete_message``."""
    house.workspace.remove(_post(house, told["ts"]))


async def revoke_token(house: House, told: Arguments, _: str) -> None:
    """See ``steps.revoke_token``."""
    house.workspace.revoked.add(told.get("token") or BOT_TOKEN)


async def remove_scope(house: House, told: Arguments, _: str) -> None:
    """See ``steps.remove_scope``."""
    house.workspace.scopes.discard(told["scope"])


async def hurry(house: House, told: Arguments, _: str) -> None:
    """See ``steps.hurry``."""
    if told.get("acknowledge") is not None:
        house.workspace.acknowledge_within = float(told["acknowledge"])
    if told.get("trigger") is not None:
        house.workspace.triggers.life = float(told["trigger"])


async def deliver(house: House, told: Arguments, _: str) -> Interaction:
    """See ``steps.deliver``."""
    return await house.interactions.deliver(told["kind"], told["payload"])


WORKSPACE_ORDERS = (
    messages,
    replies,
    changes,
    calls,
    missed,
    connections,
    wait_for_connections,
    reset,
    fail,
    slow_down,
    rate_limits,
    drop_sockets,
    refresh_sockets,
    use_http,
    archive,
    rename,
    remove_bot,
    delete_message,
    revoke_token,
    remove_scope,
    hurry,
    deliver,
)


def _channel(house: House, name: str) -> Channel:
    bare = name.removeprefix("#")
    for channel in house.workspace.channels.values():
        if bare in (channel.id, channel.name):
            return channel
    raise RefusedOrderError(f"there is no channel {name}")


def _post(house: House, ts: str) -> Post:
    post = house.workspace.timeline.find_anywhere(ts)
    if post is None:
        raise RefusedOrderError(f"there is no message {ts}")
    return post


def _changed(house: House, channel: Channel) -> None:
    house.workspace.tell(Event("channel", {"id": channel.id}))
