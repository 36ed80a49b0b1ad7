"""What a check found. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..display import cut, visible
from ..slack.failures import SlackFailure

__all__ = ["Check", "Section", "Status", "failed", "good", "of_failure", "skipped", "warning"]

Status = Literal["ok", "warning", "failed", "skipped"]

_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: its name, how it is, a sentence, and what to do about it.

    What others chose (names in Slack, texts in Redis) stands in it without anything that a terminal
    would act on.
    """

    name: str
    status: Status
    sentence: str
    cure: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Checks that belong together."""

    title: str
    checks: tuple[Check, ...]


def good(name: str, sentence: str) -> Check:
    """Return a check that found everything in order."""
    return Check(name, "ok", _shown(sentence))


def warning(name: str, sentence: str, cure: str | None = None) -> Check:
    """Return a check that found something to know about; nothing fails for it."""
    return Check(name, "warning", _shown(sentence), cure and _shown(cure))


def failed(name: str, sentence: str, cure: str) -> Check:
    """Return a check that found what must be changed."""
    return Check(name, "failed", _shown(sentence), _shown(cure))


def skipped(name: str, sentence: str, cure: str | None = None) -> Check:
    """Return a check that was not made, or does not apply, and why."""
    return Check(name, "skipped", _shown(sentence), cure and _shown(cure))


def of_failure(name: str, sentence: str, failure: SlackFailure, cure: str | None = None) -> Check:
    """Return a failed check for what Slack answered; its advice is the cure unless given."""
    head = f"Slack refused {failure.method}: {failure.code}"
    if not failure.code or not failure.reason.startswith(head):
        return failed(name, f"{sentence}: {failure.reason}", cure or _AGAIN)
    needed, _, advice = failure.reason.removeprefix(head).partition(": ")
    return failed(name, f"{sentence}: {failure.code}{needed}", cure or advice)


_AGAIN = "run `sudoagent doctor` again when that works"


def any_failed(checks: Iterable[Check]) -> bool:
    """Whether something must be changed."""
    return any(check.status == "failed" for check in checks)


def _shown(text: str) -> str:
    return cut(visible(text), _LONGEST)
