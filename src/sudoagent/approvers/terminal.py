"""InteractiveApprover: asks the person at the terminal."""

from __future__ import annotations

import os
import pwd
import threading
import time
from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from .._threads import in_thread
from ..display import visible
from ..errors import ConfigurationError
from ..policies import check_timeout
from ..redaction import Presentation, present
from ..verdict import Choice, Verdict, Vote
from ._layout import TITLE, Layout, lay_out
from ._tty import Terminal, Withdrawal, controlling_terminal

if TYPE_CHECKING:
    from ..context import Context
    from ..policies import PolicyResult

__all__ = ["InteractiveApprover", "Question"]

# Seconds; the operating system cannot wait for much more.
_LONGEST = 365 * 24 * 3600.0

# One question at a time, however many threads ask: two on one screen cannot be told apart.
_screen = threading.Lock()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. ``deadline`` is in ``time.monotonic()`` seconds."""

    ctx: Context
    result: PolicyResult
    request_id: str
    shown: Presentation
    layout: Layout
    deadline: float

    @property
    def unreadable(self) -> tuple[str, ...]:
        """The arguments that cannot be shown; what a method's own object holds is no argument."""
        return tuple(n for n in self.shown.uninspectable if n != self.ctx._origin.receiver)

    @property
    def hides(self) -> bool:
        """Whether the person cannot see all of it."""
        partial = self.shown.cut or self.shown.obscured or not self.layout.complete
        return partial or bool(self.unreadable) or len(visible(self.ctx.action)) > TITLE


class InteractiveApprover:
    """Shows the call on the controlling terminal and waits for ``y`` or ``n``; no is the default.

    The answer is read from the terminal itself, never from what feeds standard input. ``timeout``
    in seconds, after which the answer is no; a policy's own timeout and the caller's deadline
    shorten it. Raises ``ApproverUnavailable`` (a denial) when there is no terminal.
    """

    def __init__(self, *, timeout: float = 600.0) -> None:
        try:
            self._timeout = check_timeout(timeout)
        except ValueError as error:
            raise ConfigurationError(str(error)) from None

    def approve(self, ctx: Context, result: PolicyResult, request_id: str) -> Verdict:
        """Ask and wait."""
        return self._ask(self._question(ctx, result, request_id))

    async def aapprove(self, ctx: Context, result: PolicyResult, request_id: str) -> Verdict:
        """Ask on a thread of its own; a cancelled task withdraws the question."""
        question, withdrawal = self._question(ctx, result, request_id), Withdrawal()

        def ask() -> Verdict:
            try:
                return self._ask(question, withdrawal)
            finally:
                withdrawal.close()

        try:
            return await in_thread(ask)
        except CancelledError:
            withdrawal.withdraw()
            raise

    def _question(self, ctx: Context, result: PolicyResult, request_id: str) -> Question:
        limits = (self._timeout, result.timeout, ctx.remaining(), _LONGEST)
        deadline = time.monotonic() + min(limit for limit in limits if limit is not None)
        shown = present(ctx)
        layout = lay_out(shown.arguments, result.highlight)
        return Question(ctx, result, request_id, shown, layout, deadline)

    def _ask(self, question: Question, withdrawal: Withdrawal | None = None) -> Verdict:
        if question.unreadable and not question.result.allow_uninspectable:
            names = ", ".join(question.unreadable)
            return _refused("denied", f"these arguments cannot be shown to a person: {names}")
        with _the_screen(question.deadline) as free:
            if not free:
                return _refused("expired", "another question held the terminal until the deadline")
            if withdrawal is not None and withdrawal.withdrawn:
                return _refused("cancelled", "the question was withdrawn")
            with controlling_terminal() as terminal:
                return _converse(terminal, question, withdrawal)


@contextmanager
def _the_screen(deadline: float) -> Iterator[bool]:
    free = _screen.acquire(timeout=max(0.0, deadline - time.monotonic()))
    try:
        yield free
    finally:
        if free:
            _screen.release()


def _converse(terminal: Terminal, question: Question, withdrawal: Withdrawal | None) -> Verdict:
    from ._question import ask, insist, show_question

    show_question(terminal.stream, question)
    terminal.forget_typed()
    ask(terminal.stream)
    while True:
        line = terminal.read_line(question.deadline, withdrawal)
        if line is None:
            terminal.stream.write("\n")
            return _refused("expired", "nobody answered in time")
        answer = line.strip()
        if answer.lower() == "y" and question.hides:
            insist(terminal.stream)
        elif answer.lower() in ("y", "yes"):
            return replace(_answered("approve", None), valid_until=question.deadline)
        else:
            return _answered("deny", _comment(answer))


def _comment(answer: str) -> str | None:
    # Whatever is not a plain yes is a no, and the words say why.
    word, _, rest = answer.partition(" ")
    return (rest.strip() if word.lower() in ("n", "no") else answer) or None


def _answered(choice: Choice, comment: str | None) -> Verdict:
    user, now = _user(), datetime.now(UTC)
    outcome: Literal["approved", "denied"] = "approved" if choice == "approve" else "denied"
    return Verdict(
        outcome=outcome,
        reason=f"{outcome} by {user} in the terminal",
        approver="terminal",
        votes=(Vote(choice=choice, user_id=user, at=now, comment=comment),),
        comment=comment,
        decided_at=now,
    )


def _refused(outcome: Literal["denied", "expired", "cancelled"], reason: str) -> Verdict:
    return Verdict(outcome=outcome, reason=reason, approver="terminal")


def _user() -> str:
    # By the process's user id: LOGNAME and USER say what whoever started it likes.
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under an id that has no name
        return f"user {os.getuid()}"
