"""FallbackApprover: the first approver that can be reached."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .._threads import in_thread
from ..errors import ApproverUnavailable, ConfigurationError
from ..verdict import Verdict
from ._protocol import pauses_of
from ._tty import controlling_terminal

if TYPE_CHECKING:
    from ..context import Context
    from ..gate import Gate
    from ..policies import PolicyResult
    from ._protocol import Approver

__all__ = ["FallbackApprover"]

logger = logging.getLogger(__name__)


class FallbackApprover:
    """Asks the first approver; when nobody can be asked there, the next one.

    Only ``ApproverUnavailable`` leads on, and it means that nothing was sent to anybody: a request
    that somebody has seen is never asked twice. It says on the terminal that and why it fell back,
    and the verdict's ``approver`` and ``note`` say so in the log. Raises ``ApproverUnavailable``,
    a denial, when no approver can be reached.
    """

    def __init__(self, *approvers: Approver) -> None:
        if len(approvers) < 2:
            raise ConfigurationError("FallbackApprover needs two approvers or more to choose from")
        for approver in approvers:
            if isinstance(approver, type) or not callable(getattr(approver, "approve", None)):
                kind = approver if isinstance(approver, type) else type(approver)
                raise ConfigurationError(f"{kind.__name__} is no approver: pass an instance of one")
        self._approvers = approvers

    @property
    def digest_key(self) -> bytes | None:
        """The first key that one of the approvers has."""
        return next(filter(None, (getattr(a, "digest_key", None) for a in self._approvers)), None)

    @property
    def gate(self) -> Gate | None:
        """The first freeze switch that one of the approvers has."""
        return next(filter(None, (getattr(a, "gate", None) for a in self._approvers)), None)

    @property
    def suspends(self) -> tuple[type[BaseException], ...]:
        """All that any of the approvers pauses with."""
        return tuple(kind for a in self._approvers for kind in pauses_of(a))

    def approve(self, ctx: Context, result: PolicyResult, request_id: str) -> bool | Verdict:
        """Ask the first that can be reached, and wait."""
        reasons: list[str] = []
        for approver in self._approvers:
            if reasons:
                _say(reasons[-1])
            try:
                return _noted(approver.approve(ctx, result, request_id), approver, reasons)
            except ApproverUnavailable as error:
                reasons.append(error.reason)
        raise _nobody(reasons)

    async def aapprove(self, ctx: Context, result: PolicyResult, request_id: str) -> bool | Verdict:
        """Ask the first that can be reached, awaiting."""
        reasons: list[str] = []
        for approver in self._approvers:
            if reasons:
                _say(reasons[-1])
            try:
                answer = await _awaiting(approver)(ctx, result, request_id)
            except ApproverUnavailable as error:
                reasons.append(error.reason)
            else:
                return _noted(answer, approver, reasons)
        raise _nobody(reasons)

    def completed(
        self,
        verdict: Verdict,
        request_id: str,
        outcome: str,
        seconds: float | None,
        error: str | None,
    ) -> None:
        """Tell the approver that answered what became of the call, if it wants to know."""
        answered = verdict.receipt
        if type(answered) is _Answered:
            told = getattr(answered.approver, "completed", None)
            if told is not None:
                own = replace(verdict, receipt=answered.receipt)
                told(own, request_id, outcome, seconds, error)


@dataclass(frozen=True, slots=True)
class _Answered:
    """Which approver answered, and its own receipt."""

    approver: Approver
    receipt: object


def _awaiting(approver: Approver) -> Callable[..., Awaitable[Any]]:
    native = getattr(approver, "aapprove", None)
    if native is not None:
        return native  # type: ignore[no-any-return]
    return lambda *args: in_thread(approver.approve, *args)


def _noted(answer: bool | Verdict, approver: Approver, reasons: list[str]) -> bool | Verdict:
    if type(answer) is bool:
        reason = "approved" if answer else "denied by the approver"
        answer = Verdict(outcome="approved" if answer else "denied", reason=reason)
    if type(answer) is not Verdict:
        return answer  # the engine refuses it
    name = answer.approver or type(approver).__name__
    note = "; ".join(f"fell back because {reason}" for reason in reasons)
    receipt = _Answered(approver, answer.receipt)
    return replace(answer, approver=name, note=note or answer.note, receipt=receipt)


def _nobody(reasons: list[str]) -> ApproverUnavailable:
    return ApproverUnavailable("nobody could be asked: " + "; then ".join(reasons))


def _say(reason: str) -> None:
    from ._question import say_fallback

    try:
        with controlling_terminal() as terminal:
            say_fallback(terminal.stream, f"falls back: {reason}")
    except ApproverUnavailable:
        logger.warning("falling back: %s", reason)
    else:
        # Without a configuration of logging, a warning would stand on the same screen once more.
        logger.info("falling back: %s", reason)
