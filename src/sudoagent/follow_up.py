"""What happens while nobody answers: a reminder, more people to ask, and hours of quiet. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

__all__ = ["FollowUp", "QuietHours", "is_channel"]

MOST_ESCALATED: Final = 50
MOST_CHANNELS: Final = 3

_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_PERSON_OR_GROUP = re.compile(r"[UWS][A-Z0-9_-]+")
_CHANNEL = re.compile(r"[CG][A-Z0-9_-]+|#[^\s,<>&#@]{1,80}")

Risk = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Hours in which nobody is reminded: from ``start`` to ``end``, as ``"22:00"``, in ``zone``.

    ``end`` may be on the next day. ``zone`` is an IANA name, such as ``"Europe/Berlin"``. Raises
    ``ValueError``.
    """

    start: str
    end: str
    zone: str

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            value = getattr(self, name)
            if not isinstance(value, str) or _TIME.fullmatch(value) is None:
                raise ValueError(f"quiet hours: {name} is {value!r}: write it like '22:00'")
        if self.start == self.end:
            raise ValueError("quiet hours that begin when they end would be all day or none of it")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
            raise ValueError(
                f"quiet hours: {self.zone!r} is no time zone on this machine: use an IANA name "
                "like 'Europe/Berlin' (where there are none at all, install the package tzdata)"
            ) from None

    def passed(self, moment: int) -> int:
        """Return the moment, or the end of the quiet hours that it is in (milliseconds, UTC)."""
        local = datetime.fromtimestamp(moment / 1000, UTC).astimezone(ZoneInfo(self.zone))
        start, end, now = time.fromisoformat(self.start), time.fromisoformat(self.end), local.time()
        over_midnight = start > end
        quiet = now >= start or now < end if over_midnight else start <= now < end
        if not quiet:
            return moment
        day = local.date() + timedelta(days=1 if over_midnight and now >= start else 0)
        awake = datetime.combine(day, end, ZoneInfo(self.zone))
        # Where the clock is turned back, an hour happens twice.
        return max(moment, int(awake.timestamp() * 1000))


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """When to remind, when to ask more people, and whom.

    ``remind_after``: seconds after the question until those who have not voted are reminded, once,
    in the card's thread. ``escalate_after``: seconds until ``escalate_to`` are asked, too: users
    (``U…``) and groups (``S…``) may decide from then on, in channels (``#name``, ``C…``) another
    card is posted. ``quiet``: hours in which neither happens; it is put off to their end, or
    does not happen when the request expires before. Not for calls of high risk, and the request
    expires when it does.

    Raises ``ValueError``: for times that are none, that come in the wrong order, or without whom.
    """

    remind_after: float | None = None
    escalate_after: float | None = None
    escalate_to: Sequence[str] = ()
    quiet: QuietHours | None = None

    def __post_init__(self) -> None:
        for name in ("remind_after", "escalate_after"):
            _check_seconds(name, getattr(self, name))
        object.__setattr__(self, "escalate_to", _places(self.escalate_to))
        if self.remind_after is None and self.escalate_after is None:
            raise ValueError("a follow-up needs remind_after, escalate_after or both")
        if bool(self.escalate_to) != (self.escalate_after is not None):
            raise ValueError("escalate_after says when, escalate_to says to whom: give both")
        if None not in (self.remind_after, self.escalate_after) and not (
            (self.remind_after or 0) < (self.escalate_after or 0)
        ):
            raise ValueError("remind_after is not before escalate_after")
        if self.quiet is not None and not isinstance(self.quiet, QuietHours):
            raise ValueError("quiet is neither None nor QuietHours")

    @property
    def people(self) -> tuple[str, ...]:
        """Users and groups that are asked, too."""
        return tuple(one for one in self.escalate_to if not is_channel(one))

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels that get a card, too."""
        return tuple(one for one in self.escalate_to if is_channel(one))

    def check_before(self, seconds: float) -> None:
        """Raise ``ValueError`` when some of it comes after the request has expired."""
        for name in ("remind_after", "escalate_after"):
            value = getattr(self, name)
            if value is not None and value >= seconds:
                raise ValueError(
                    f"{name} is {value:g}, but the request expires after {seconds:g} seconds"
                )

    def moments(self, asked: int, expires: int, risk: Risk) -> tuple[int | None, int | None]:
        """Return when to remind and when to escalate, ``None``: not before it expires.

        All in milliseconds since the epoch.
        """
        return (
            self._moment(self.remind_after, asked, expires, risk),
            self._moment(self.escalate_after, asked, expires, risk),
        )

    def _moment(self, after: float | None, asked: int, expires: int, risk: Risk) -> int | None:
        if after is None:
            return None
        moment = asked + int(after * 1000)
        if self.quiet is not None and risk != "high":
            moment = self.quiet.passed(moment)
        return moment if moment < expires else None


def is_channel(place: str) -> bool:
    """Whether this names a channel, and no person or group."""
    return _CHANNEL.fullmatch(place) is not None


def _check_seconds(name: str, value: object) -> None:
    if value is None:
        return
    real = isinstance(value, int | float) and not isinstance(value, bool)
    if not real or not 0 < float(value) < 10**9:  # type: ignore[arg-type]  # a number, just checked
        raise ValueError(f"{name} is {value!r}: give a positive number of seconds")


def _places(given: Sequence[str]) -> tuple[str, ...]:
    if isinstance(given, str):
        raise ValueError("escalate_to is one string: give a list of ids and channels")
    places = tuple(dict.fromkeys(given))
    for place in places:
        known = isinstance(place, str) and (is_channel(place) or _PERSON_OR_GROUP.fullmatch(place))
        if not known:
            raise ValueError(
                f"escalate_to holds {place!r}: give user ids (U…), group ids (S…) and channels "
                "(#name or C…)"
            )
    if len(places) > MOST_ESCALATED or sum(map(is_channel, places)) > MOST_CHANNELS:
        raise ValueError(
            f"escalate_to names too many: up to {MOST_ESCALATED}, of them {MOST_CHANNELS} channels"
        )
    return places
