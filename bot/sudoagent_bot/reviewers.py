"""Who may vote on this request: asks Slack, remembers the answer for a minute, applies `rules`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sudoagent.review.request import Request

from .rules import entitled_person, listed

__all__ = ["Directory", "NotTold", "Reviewers"]

logger = logging.getLogger(__name__)

REMEMBERED = (
    60.0  # seconds; somebody who was removed from Slack or a group can vote this much longer
)
_MOST_REMEMBERED = 10_000

T = TypeVar("T")


class NotTold(Exception):
    """Slack could not be asked, or did not say."""


class Directory(Protocol):
    """Slack, as far as people are concerned."""

    async def person(self, user_id: str) -> Mapping[str, Any]:
        """Return the user as ``users.info`` describes them. Raises `NotTold`."""
        ...

    async def members(self, group_id: str) -> frozenset[str]:
        """Return the ids of a user group's members. Raises `NotTold`."""
        ...


class Reviewers:
    """Decides whether a person may vote on a request, asking Slack at most once a minute each.

    When Slack cannot be asked, the answer is no. ``clock`` counts seconds.
    """

    def __init__(
        self, directory: Directory, workspace: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._workspace = workspace
        self._people = _Remembered(directory.person, clock)
        self._groups = _Remembered(directory.members, clock)

    async def check(self, request: Request, user_id: str) -> None:
        """Raise ``Refused`` unless this person may decide about this request.

        Slack is asked about listed people only, so that nobody else can use up its rate limit.
        """
        groups, unasked = await self._groups_of(request, user_id)
        listed(request, user_id, groups, unasked)
        await self.check_member(user_id)

    async def check_member(self, user_id: str) -> None:
        """Raise ``Refused`` unless this is an active full member of the workspace, and a person."""
        try:
            person = await self._people.get(user_id)
        except NotTold as error:
            logger.warning("Slack does not say who a clicker is: %s", error)
            person = None
        entitled_person(person, user_id=user_id, workspace=self._workspace)

    async def name_of(self, user_id: str) -> str | None:
        """Return how Slack calls a person; ``None`` when it does not say."""
        try:
            person = await self._people.get(user_id)
        except NotTold:
            return None
        profile = person.get("profile")
        told = profile if isinstance(profile, Mapping) else {}
        names = (told.get("display_name"), told.get("real_name"), person.get("name"))
        return next((name for name in names if isinstance(name, str) and name.strip()), None)

    async def members_of(self, group_id: str) -> frozenset[str] | None:
        """Return the ids of a user group's members; ``None`` when Slack does not say."""
        try:
            return await self._groups.get(group_id)
        except NotTold:
            return None

    async def _groups_of(
        self, request: Request, user_id: str
    ) -> tuple[dict[str, frozenset[str]], frozenset[str]]:
        groups: dict[str, frozenset[str]] = {}
        unasked: set[str] = set()
        if user_id in request.reviewers:
            return groups, frozenset()
        for group_id in (name for name in request.reviewers if name.startswith("S")):
            try:
                groups[group_id] = await self._groups.get(group_id)
            except NotTold as error:
                logger.warning("Slack does not say who is in a group of reviewers: %s", error)
                unasked.add(group_id)
        return groups, frozenset(unasked)


@dataclass(frozen=True, slots=True)
class _Answer(Generic[T]):
    until: float
    task: asyncio.Task[T]


class _Remembered(Generic[T]):
    """Answers of one lookup. Questions about the same thing at the same time are asked once."""

    def __init__(self, ask: Callable[[str], Awaitable[T]], clock: Callable[[], float]) -> None:
        self._ask = ask
        self._clock = clock
        self._answers: dict[str, _Answer[T]] = {}

    async def get(self, key: str) -> T:
        answer = self._answers.get(key)
        if answer is None or answer.until <= self._clock():
            answer = self._start(key)
        # Shielded: whoever asked first may be cancelled, the others still wait for the answer.
        try:
            return await asyncio.shield(answer.task)
        except Exception:  # told to everybody who waited for it, and asked again by the next
            if self._answers.get(key) is answer:
                del self._answers[key]
            raise

    def _start(self, key: str) -> _Answer[T]:
        self._forget()
        task = asyncio.ensure_future(self._ask_once(key))
        # Whoever asked may be gone by then, and an unread failure is a complaint in the log.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        answer = _Answer(self._clock() + REMEMBERED, task)
        self._answers[key] = answer
        return answer

    async def _ask_once(self, key: str) -> T:
        return await self._ask(key)

    def _forget(self) -> None:
        now = self._clock()
        if len(self._answers) >= _MOST_REMEMBERED:
            self._answers = {key: kept for key, kept in self._answers.items() if kept.until > now}
        if len(self._answers) >= _MOST_REMEMBERED:
            self._answers.clear()
