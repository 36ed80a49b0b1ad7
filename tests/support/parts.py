"""Policies, approvers, loggers and ways of calling, for tests of the engine."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import Any

import pytest

from sudoagent import AuditEntry, Context, Decision, PolicyResult, SudoEngine, Verdict

__all__ = ["WAYS", "Answers", "Asks", "Log", "Says", "Till", "Way", "asking", "engine", "raising"]

ALLOW = PolicyResult(decision=Decision.ALLOW, reason="small enough")
DENY = PolicyResult(decision=Decision.DENY, reason="never at night")
ASK = PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="over the limit")


class Says:
    """A policy that answers with a value, or with what a function makes of the context.

    An exception is raised. ``seen`` are the contexts.
    """

    def __init__(self, answer: object = ALLOW) -> None:
        self.answer = answer
        self.seen: list[Context] = []

    def evaluate(self, ctx: Context) -> PolicyResult:
        self.seen.append(ctx)
        return _given(self.answer, ctx)


class Asks(Says):
    """A policy that asks about everything."""

    def __init__(self, **rules: Any) -> None:
        super().__init__(
            PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="over the limit", **rules)
        )


class Answers:
    """An approver that answers with a value, or with what a function makes of the context."""

    def __init__(self, answer: object = True, **attributes: object) -> None:
        self.answer = answer
        self.asked: list[str] = []
        vars(self).update(attributes)

    def approve(self, ctx: Context, result: PolicyResult, request_id: str) -> bool | Verdict:
        self.asked.append(request_id)
        return _given(self.answer, ctx)


class Log:
    """A logger in memory. ``fails`` maps the number of an entry (from 1) to what it raises.

    What fails is not kept.
    """

    def __init__(self, fails: dict[int, BaseException] | None = None) -> None:
        self.entries: list[AuditEntry] = []
        self.fails = fails or {}
        self.attempts = 0

    def log(self, entry: AuditEntry) -> None:
        self.attempts += 1
        if self.attempts in self.fails:
            raise self.fails[self.attempts]
        self.entries.append(entry)

    @property
    def story(self) -> list[tuple[str, str]]:
        """What happened, shortly: ``[("decision", "allow"), ("outcome", "success")]``."""
        return [
            (e.event, e.decision if e.event == "decision" else str(e.outcome)) for e in self.entries
        ]


def _given(answer: Any, ctx: Context) -> Any:
    if isinstance(answer, BaseException):
        raise answer
    return answer(ctx) if callable(answer) and not isinstance(answer, type) else answer


def engine(
    policy: object = None, approver: object = None, logger: object = None, **parts: Any
) -> SudoEngine:
    """An engine of parts from this module; by default it allows, and keeps the log in memory."""
    return SudoEngine(
        policy=policy or Says(),  # type: ignore[arg-type]
        approver=approver or Answers(),  # type: ignore[arg-type]
        logger=logger or Log(),  # type: ignore[arg-type]
        **parts,
    )


def asking(answer: object = True, log: Log | None = None) -> SudoEngine:
    """An engine whose policy asks about everything and whose approver answers like this."""
    return engine(Asks(), Answers(answer), log)


class Way:
    """A way of making a guarded call: blocking, awaiting, or awaiting a blocking function."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name

    def call(self, sudo: SudoEngine, func: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Guard the function, call it, and return its result."""
        if self.name == "blocking":
            return sudo.guard()(func)(*args, **kwargs)
        if self.name == "awaiting":
            return asyncio.run(sudo.guard()(awaited(func))(*args, **kwargs))
        return asyncio.run(_awaits(sudo.guard(as_async=True)(func), args, kwargs))


async def _awaits(func: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    return await func(*args, **kwargs)


def awaited(func: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, written with ``async def``."""

    @functools.wraps(func)
    async def asynchronous(*args: Any, **kwargs: Any) -> Any:
        await asyncio.sleep(0)
        return func(*args, **kwargs)

    return asynchronous


WAYS = [Way("blocking"), Way("awaiting"), Way("threaded")]


@pytest.fixture(params=WAYS, ids=repr)
def way(request: pytest.FixtureRequest) -> Way:
    """Each way of making a guarded call: what is promised holds in all of them."""
    chosen: Way = request.param
    return chosen


class Till:
    """What a guarded function does in the world, so that tests see whether it ran."""

    def __init__(self) -> None:
        self.paid: list[tuple[str, float]] = []

    def pay(self, to: str, amount: float = 10.0) -> str:
        self.paid.append((to, amount))
        return f"paid {amount}"


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
def log() -> Log:
    return Log()


def raising(error: BaseException) -> Any:
    def fails() -> None:
        raise error

    return fails
