"""Everything that can be asked of a running playground, once, without I/O.

Each function is a generator: it yields an ``Order`` (a name and its arguments), is sent the decoded
JSON answer, and returns something typed. ``person.py`` drives the same generators blocking and
awaiting, so the two clients cannot drift apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec

from .answers import ApiCall, FaultKind, Interaction, Message

__all__ = ["NotSeenError", "Order", "Steps", "ask"]

T = TypeVar("T")


class NotSeenError(AssertionError):
    """What was waited for did not appear in time; the message tells what was there instead."""


class Order(NamedTuple):
    """One question to the control API: ``POST /_playground/<name>`` with these arguments."""

    name: str
    arguments: dict[str, Any]


Steps = Generator[Order, Any, T]


def ask(order: str, answer: type[T], /, **arguments: Any) -> Steps[T]:
    """Yield one order and return its answer as this type."""
    return msgspec.convert((yield Order(order, arguments)), answer)


# The workspace as it stands


def messages(channel: str | None = None) -> Steps[list[Message]]:
    """Top-level messages that everybody sees, oldest first; those of all channels by default."""
    return (yield from ask("messages", list[Message], channel=channel))


def replies(ts: str) -> Steps[list[Message]]:
    """The thread below a message, oldest first, without the message itself."""
    return (yield from ask("replies", list[Message], ts=ts))


def calls(method: str | None = None) -> Steps[list[ApiCall]]:
    """The Web API calls that arrived since the last reset, oldest first."""
    return (yield from ask("calls", list[ApiCall], method=method))


def missed() -> Steps[list[Interaction]]:
    """The interactions that no app acknowledged within three seconds."""
    return (yield from ask("missed", list[Interaction]))


def connections() -> Steps[int]:
    """How many Socket Mode connections have said hello and are still open."""
    return (yield from ask("connections", int))


# Waiting


def wait_until(look: Callable[[list[Message]], T | None], *, timeout: float = 10.0) -> Steps[T]:
    """Return the first answer of ``look(messages)`` that is neither None nor False.

    ``look`` is called with every message, replies and ephemerals included, now and after each
    change. Raises ``NotSeenError`` after ``timeout`` seconds.
    """
    deadline = time.monotonic() + timeout
    seen: dict[str, Message] = {}
    version = -1
    while True:
        left = max(0.0, deadline - time.monotonic())
        answer = yield Order("changes", {"after": version, "timeout": min(left, 5.0)})
        version = answer["version"]
        for message in msgspec.convert(answer["messages"], list[Message]):
            seen[message.ts] = message
        for ts in answer["removed"]:
            seen.pop(ts, None)
        found = look(sorted(seen.values(), key=lambda message: message.ts))
        if found is not None and found is not False:
            return found
        if left == 0.0:
            there = [message.words for message in seen.values()]
            raise NotSeenError(f"not seen in {timeout} s; there is: {there}")


def wait_for_message(
    containing: str = "",
    *,
    channel: str | None = None,
    thread_ts: str | None = None,
    timeout: float = 10.0,
) -> Steps[Message]:
    """Return the newest message whose words contain this text. ``channel`` is an id."""

    def look(seen: list[Message]) -> Message | None:
        fitting = (
            message
            for message in reversed(seen)
            if message.visible_to is None
            and message.thread_ts == thread_ts
            and channel in (None, message.channel)
            and containing in message.words
        )
        return next(fitting, None)

    return (yield from wait_until(look, timeout=timeout))


def wait_for_revision(
    ts: str, containing: str = "", *, without_buttons: bool = False, timeout: float = 10.0
) -> Steps[Message]:
    """Return the message once it was updated to contain this text (and to have no buttons)."""

    def look(seen: list[Message]) -> Message | None:
        for message in seen:
            fits = message.ts == ts and message.revision > 1 and containing in message.words
            if fits and not (without_buttons and message.action_ids):
                return message
        return None

    return (yield from wait_until(look, timeout=timeout))


def wait_for_connections(count: int = 1, *, timeout: float = 10.0) -> Steps[int]:
    """Wait until at least this many Socket Mode connections are open. Raises ``NotSeenError``."""
    open_now: int = yield Order("wait_for_connections", {"count": count, "timeout": timeout})
    if open_now < count:
        raise NotSeenError(f"{open_now} of {count} connections were open after {timeout} s")
    return open_now


# Slack's weather


def reset() -> Steps[None]:
    """Forget everything that happened and close all sockets: a new workspace with the same ids."""
    return (yield from ask("reset", type(None)))


def fail(
    method: str,
    kind: FaultKind,
    *,
    times: int = 1,
    retry_after: int = 1,
    error: str = "internal_error",
    seconds: float = 60.0,
) -> Steps[None]:
    """Let the next calls of a Web API method (``*``: of any) fail.

    ``rate_limited``: 429 with ``retry_after``. ``server_error``: 500. ``timeout``: not executed and
    not answered, connection held for ``seconds``. ``lost_request``: not executed, connection cut.
    ``lost_response``: executed, connection cut. ``error``: ``{"ok": false}`` with this code.
    Faults of one method are used up in the order in which they were asked for.
    """
    fault = {"kind": kind, "times": times, "retry_after": retry_after}
    return (
        yield from ask("fail", type(None), method=method, error=error, seconds=seconds, **fault)
    )


def slow_down(method: str, seconds: float) -> Steps[None]:
    """Answer this method (``*``: every one) late by so many seconds, until the next reset."""
    return (yield from ask("slow_down", type(None), method=method, seconds=seconds))


def rate_limits(on: bool = True, **per_minute: float) -> Steps[None]:
    """Switch Slack's rate limits on or off, or set one: ``rate_limits(True, chat_update=10)``."""
    limits = {method.replace("_", ".", 1): limit for method, limit in per_minute.items()}
    return (yield from ask("rate_limits", type(None), on=on, per_minute=limits))


def drop_sockets() -> Steps[int]:
    """Cut every Socket Mode connection without a word; returns how many there were."""
    return (yield from ask("drop_sockets", int))


def refresh_sockets(reason: str = "refresh_requested") -> Steps[int]:
    """Tell every connection to reconnect (``warning``: announce only, keep it open)."""
    return (yield from ask("refresh_sockets", int, reason=reason))


def use_http(url: str | None) -> Steps[None]:
    """Post to the app's own address, signed with ``cast.SIGNING_SECRET``; None: Socket Mode."""
    return (yield from ask("use_http", type(None), url=url))


def archive(channel: str) -> Steps[None]:
    """Archive a channel (id or name)."""
    return (yield from ask("archive", type(None), channel=channel))


def rename(channel: str, name: str) -> Steps[None]:
    """Give a channel another name."""
    return (yield from ask("rename", type(None), channel=channel, name=name))


def remove_bot(channel: str) -> Steps[None]:
    """Remove the app from a channel."""
    return (yield from ask("remove_bot", type(None), channel=channel))


def delete_message(ts: str) -> Steps[None]:
    """Delete a message, as an administrator can."""
    return (yield from ask("delete_message", type(None), ts=ts))


def revoke_token(token: str | None = None) -> Steps[None]:
    """Revoke the bot's token (or the given one)."""
    return (yield from ask("revoke_token", type(None), token=token))


def remove_scope(scope: str) -> Steps[None]:
    """Take a scope from the app: methods that need it answer ``missing_scope``."""
    return (yield from ask("remove_scope", type(None), scope=scope))


def hurry(*, acknowledge: float | None = None, trigger: float | None = None) -> Steps[None]:
    """Give acknowledgements and trigger ids another life than Slack's three seconds.

    Less of it makes tests quick; more of it makes them pass on a machine that is busy.
    """
    return (yield from ask("hurry", type(None), acknowledge=acknowledge, trigger=trigger))


def deliver(kind: str, payload: Mapping[str, Any]) -> Steps[Interaction]:
    """Send an ``interactive``, ``slash_commands`` or ``events_api`` envelope with any payload."""
    return (yield from ask("deliver", Interaction, kind=kind, payload=dict(payload)))
