"""What is due about a request that nobody has decided: copies of its card, reminders, more people.

Pure: a table of what there is to do, from the request and what is stored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sudoagent.review.request import Escalation, Request
from sudoagent.review.store.replies import MOST_COPIES, StoredReview
from sudoagent.review.widening import widened

from .opening import Opened

__all__ = ["Errand", "errands", "groups_to_ask", "unsettled_copies"]

Groups = dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One message to post.

    ``copy``: a card, to the place ``name``. ``remind`` and ``widen``: a reply called ``name`` in
    the thread of the message ``thread`` in ``channel``, which mentions ``people``.
    """

    kind: Literal["copy", "remind", "widen"]
    name: str
    channel: str
    thread: str | None = None
    people: tuple[str, ...] = ()


def errands(opened: Opened, stored: StoredReview, groups: Groups) -> Iterator[Errand]:
    """Yield what is due and not known to be done, in the order in which it is to be done.

    ``groups`` are the members of those groups that `groups_to_ask` names, as far as Slack said.
    """
    for errand in _due(opened, stored, groups):
        told = stored.copies if errand.kind == "copy" else stored.replies
        is_new = errand.name not in told
        if is_new and errand.kind == "copy" and len(stored.copies) >= MOST_COPIES:
            continue
        if is_new or told[errand.name].startswith("?"):
            yield errand


def groups_to_ask(opened: Opened, stored: StoredReview) -> tuple[str, ...]:
    """Return the groups whose members have to be known to say what is due."""
    request = opened.request
    needed: tuple[str, ...] = ()
    if request.remind_at is not None and stored.now >= request.remind_at and opened.votes:
        needed = request.reviewers
    elif request.direct and widened(request, stored.now):
        needed = request.escalation.reviewers if request.escalation else ()
    return tuple(name for name in needed if name.startswith("S"))


def unsettled_copies(stored: StoredReview) -> tuple[str, ...]:
    """Return the places of copies that were begun, and may be there or not."""
    return tuple(name for name, place in stored.copies.items() if place.startswith("?"))


def _due(opened: Opened, stored: StoredReview, groups: Groups) -> Iterator[Errand]:
    request = opened.request
    for user in request.direct:
        yield from _copy(request, user)
    if request.remind_at is not None and stored.now >= request.remind_at:
        yield from _reminders(opened, stored, groups)
    if request.escalation is not None and widened(request, stored.now):
        yield from _widening(request, request.escalation, stored, groups)


def _copy(request: Request, place: str) -> Iterator[Errand]:
    # The first card is at the request's own place.
    if place != request.channel:
        yield Errand(kind="copy", name=place, channel=place)


def _reminders(opened: Opened, stored: StoredReview, groups: Groups) -> Iterator[Errand]:
    request = opened.request
    missing = _not_voted(opened, groups)
    if not request.direct:
        assert stored.channel is not None
        thread = request.thread or stored.message_ts
        yield Errand(
            kind="remind", name="remind", channel=stored.channel, thread=thread, people=missing
        )
        return
    for user in request.direct:
        place = _place_of(user, request, stored)
        if place is not None and user in missing:
            channel, ts = place
            name = f"remind:{user}"
            yield Errand(kind="remind", name=name, channel=channel, thread=ts, people=(user,))


def _widening(
    request: Request, escalation: Escalation, stored: StoredReview, groups: Groups
) -> Iterator[Errand]:
    for channel in escalation.channels:
        yield from _copy(request, channel)
    new = [name for name in escalation.reviewers if name != request.requester]
    if request.direct:
        for user in _members(new, groups):
            if user not in request.direct and user != request.requester:
                yield from _copy(request, user)
    elif new and all(stored.copies.get(channel) == "-" for channel in escalation.channels):
        # In another channel, the card itself calls them; twice would be once too often.
        assert stored.channel is not None
        thread = request.thread or stored.message_ts
        yield Errand(
            kind="widen", name="widen", channel=stored.channel, thread=thread, people=tuple(new)
        )


def _not_voted(opened: Opened, groups: Groups) -> tuple[str, ...]:
    """Return those who may vote and have not: a group while none of it has, else its members."""
    request = opened.request
    voted = {vote.user_id for vote in opened.votes}
    if not request.allow_requester and request.requester is not None:
        voted.add(request.requester)
    if request.direct:
        return tuple(user for user in request.direct if user not in voted)
    missing: dict[str, None] = {}
    for name in request.reviewers:
        if not name.startswith("S"):
            missing.update(dict.fromkeys({name} - voted))
        elif not opened.votes:
            missing[name] = None
        elif name in groups:
            # Somebody who has voted shall not be pinged by way of the group.
            members = groups[name]
            unpinged = not members & voted
            missing.update(dict.fromkeys([name] if unpinged else sorted(members - voted)))
    return tuple(missing)


def _place_of(user: str, request: Request, stored: StoredReview) -> tuple[str, str] | None:
    if user == request.channel:
        return stored.messages[0] if stored.messages else None
    channel, separator, ts = stored.copies.get(user, "").partition("/")
    return (channel, ts) if separator else None


def _members(names: Sequence[str], groups: Groups) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in names:
        members: Collection[str] = groups.get(name, ()) if name.startswith("S") else (name,)
        found.update(dict.fromkeys(sorted(members)))
    return tuple(found)
