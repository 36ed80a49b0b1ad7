"""What a person does in front of Slack, as steps without I/O; the first argument is who does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from .answers import Interaction, Message, View
from .steps import NotSeenError, Order, Steps, ask, wait_until


def click(
    person: str,
    action_id: str,
    *,
    ts: str | None = None,
    view_id: str | None = None,
    value: str | None = None,
    choose: str | list[str] | None = None,
    confirm: bool = True,
    blindly: bool = False,
) -> Steps[Interaction]:
    """Use a button, menu or box, and wait until the app acknowledged or three seconds went by.

    Without ``ts`` or ``view_id``: in the person's open modal, else in the newest message that shows
    such an element. ``choose`` picks option values. ``confirm=False`` cancels the element's confirm
    dialog. ``blindly`` sends a click with ``value`` even where that element is gone, as from a
    page that has not caught up.
    """
    where = {"ts": ts, "view_id": view_id, "value": value}
    how = {"choose": choose, "confirm": confirm, "blindly": blindly}
    return (
        yield from ask("click", Interaction, person=person, action_id=action_id, **where, **how)
    )


def view(person: str, *, timeout: float = 3.0, callback_id: str | None = None) -> Steps[View]:
    """Return the person's topmost modal, waiting for it. Raises ``NotSeenError``."""
    asked = {"person": person, "timeout": timeout, "callback_id": callback_id}
    found = yield Order("view", asked)
    if found is None:
        raise NotSeenError(f"no modal {callback_id or ''} was open for {person} after {timeout} s")
    return msgspec.convert(found, View)


def views(person: str) -> Steps[list[View]]:
    """The person's stack of modals, the topmost last."""
    return (yield from ask("views", list[View], person=person))


def submit(person: str, values: Mapping[str, Any] | None = None) -> Steps[Interaction]:
    """Fill in the topmost modal, by action_id (option values for choices), and submit it.

    What Slack checks before sending (required, length, number range) comes back in ``errors``.
    """
    return (yield from ask("submit", Interaction, person=person, values=dict(values or {})))


def close(person: str, *, everything: bool = False) -> Steps[Interaction]:
    """Close the topmost modal (or the whole stack); ``notify_on_close`` tells the app."""
    return (yield from ask("close", Interaction, person=person, everything=everything))


def slash(
    person: str, command: str, text: str = "", *, channel: str | None = None
) -> Steps[Interaction]:
    """Type a slash command; a text that the app acknowledged with becomes an ephemeral message."""
    typed = {"command": command, "text": text, "channel": channel}
    return (yield from ask("slash", Interaction, person=person, **typed))


def open_home(person: str) -> Steps[Interaction]:
    """Open the app's Home tab."""
    return (yield from ask("open_home", Interaction, person=person))


def home(person: str) -> Steps[View | None]:
    """The Home tab that the app last published for this person."""
    found = yield Order("home", {"person": person})
    return None if found is None else msgspec.convert(found, View)


def say(
    person: str, text: str, *, channel: str | None = None, thread_ts: str | None = None
) -> Steps[Message]:
    """Write a message in a channel, as people do."""
    where = {"channel": channel, "thread_ts": thread_ts}
    return (yield from ask("say", Message, person=person, text=text, **where))


def ephemerals(person: str) -> Steps[list[Message]]:
    """The "Only visible to you" messages of this person, oldest first."""
    return (yield from ask("ephemerals", list[Message], person=person))


def direct_messages(person: str) -> Steps[list[Message]]:
    """What app and person said to each other, oldest first."""
    return (yield from ask("direct_messages", list[Message], person=person))


def wait_for_ephemeral(
    person: str, containing: str = "", *, timeout: float = 10.0
) -> Steps[Message]:
    """Return the newest ephemeral message to this person that contains the text."""

    def look(seen: list[Message]) -> Message | None:
        mine = (m for m in reversed(seen) if m.visible_to == person and containing in m.words)
        return next(mine, None)

    return (yield from wait_until(look, timeout=timeout))
