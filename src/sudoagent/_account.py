"""What is known about one guarded call so far, and the audit entries that follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from ._asynchrony import is_cancellation
from ._editing import Edited
from ._testimony import changed, told_by
from .audit import AuditEntry, RedactedEntry
from .context import Context
from .errors import ApprovalDenied, SudoAgentError
from .policies import PolicyResult
from .redaction import Presentation, Redactor, present
from .verdict import Verdict

__all__ = ["Account"]

E = TypeVar("E", bound=SudoAgentError)


class Account:
    """One call's story: gathers facts as the flow learns them, and writes them down as entries.

    ``wall`` and ``elapsed`` are clocks: the time of day (aware, UTC) and ``time.monotonic``.
    ``began`` is when the function was called, by the latter.
    """

    __slots__ = (
        "_approved",
        "_approved_digest",
        "_approver",
        "_asked_at",
        "_digest",
        "_elapsed",
        "_end",
        "_paused",
        "_policy",
        "_presentation",
        "_redactor",
        "_result",
        "_runs_elsewhere",
        "_seconds",
        "_suspending",
        "_until",
        "_verdict",
        "_wall",
        "began",
        "ctx",
        "request_id",
    )

    def __init__(
        self,
        *,
        ctx: Context,
        request_id: str,
        digest: str,
        wall: Callable[[], datetime],
        elapsed: Callable[[], float],
        redactor: Redactor,
        policy: Mapping[str, str],
        approver: str,
        suspends: tuple[type[BaseException], ...] = (),
    ) -> None:
        self.ctx = ctx
        self.request_id = request_id
        self._digest = digest
        self._wall = wall
        self._elapsed = elapsed
        self._redactor = redactor
        self._policy = policy
        self._approver = approver
        self._suspending = suspends
        self._result: PolicyResult | None = None
        self._verdict: Verdict | None = None
        self._presentation: Presentation | None = None
        self._approved: Presentation | None = None
        self._approved_digest = digest
        self._paused = False
        self._asked_at: datetime | None = None
        self._until: float | None = None
        self._runs_elsewhere = False
        self.began: float | None = None
        self._end = "the call ended"
        self._seconds: float | None = None

    @property
    def reason(self) -> str:
        """Why the call may run: the approver's word, or the policy's."""
        assert self._result is not None
        return self._result.reason if self._verdict is None else self._verdict.reason

    @property
    def comment(self) -> str | None:
        """What the deciding reviewer wrote."""
        return self._verdict.comment if self._verdict is not None else None

    @property
    def policy_decision(self) -> str:
        """What the policy said, or ``""`` before it has."""
        return self._result.decision.value if self._result else ""

    def policy_said(self, result: PolicyResult) -> None:
        """Take note of the policy's answer."""
        self._result = result

    def answered(self, verdict: Verdict) -> None:
        """Take note of the approver's answer, and of the id under which it was asked."""
        self._verdict = verdict
        if verdict.request_id is not None:
            self.request_id = verdict.request_id

    def asks(self) -> None:
        """Take note that somebody is asked now, and until when the policy lets them think."""
        self._asked_at = self._wall()
        timeout = self._result.timeout if self._result is not None else None
        self._until = None if timeout is None else self._elapsed() + timeout

    def is_for_elsewhere(self) -> None:
        """Take note that only the decision is wanted: no outcome will follow."""
        self._runs_elsewhere = True

    def edited(self, edited: Edited) -> None:
        """Take note that the call is another one from now on, as the reviewer edited it."""
        self._approved = self._shown
        self.ctx, self._digest = edited.ctx, edited.digest
        self._presentation = None

    def is_late(self) -> bool:
        """Whether the approval has run out, or came after the policy's or the caller's deadline."""
        if self._verdict is None:
            return False
        ends = self._verdict.valid_until
        limits = (self._until if ends is None else ends, self.ctx.deadline)
        return any(until is not None and self._elapsed() > until for until in limits)

    def suspends(self, error: BaseException) -> bool:
        """Whether this exception means "paused, not refused"."""
        return isinstance(error, self._suspending)

    def suspended(self, error: BaseException) -> None:
        """Take note that the approver paused the call."""
        self._paused = True

    def begins(self) -> None:
        """Take note that the function starts now."""
        self.began = self._elapsed()

    def goes_on(self) -> None:
        """Take note that the function runs on although nobody waits for it any more."""
        self._end = "nobody waits for the call any more; it goes on"

    def ends(self) -> None:
        """Take note that the function has ended now."""
        assert self.began is not None
        self._seconds = self._elapsed() - self.began

    @property
    def approval(self) -> Verdict | None:
        """The approver's yes, if there is one."""
        return self._verdict if self._verdict is not None and self._verdict.approved else None

    @property
    def seconds(self) -> float | None:
        """How long the function ran; ``None`` when it was not begun."""
        return self._seconds

    def named(self, kind: type[E], reason: str, cause: BaseException | None = None) -> E:
        """Return an error that belongs to this call."""
        error = kind(self._text(reason), request_id=self.request_id, action=self.ctx.action)
        error.__cause__ = cause
        return error

    def adopt(self, error: SudoAgentError) -> SudoAgentError:
        """Return the approver's own error, with the ids of this call where it has none."""
        error.reason = self._text(error.reason).strip() or "the approver gave no reason"
        error.args = (error.reason,)
        error.request_id = error.request_id or self.request_id
        error.action = error.action or self.ctx.action
        return error

    def decider(self) -> str | None:
        """Return the user id of the reviewer whose vote decided."""
        votes = self._verdict.votes if self._verdict is not None else ()
        return votes[-1].user_id if votes else None

    def allowed(self) -> AuditEntry:
        """Return the entry for a call that may run."""
        return self._decision("allow", self.reason)

    def refused(self, refusal: BaseException) -> AuditEntry:
        """Return the entry for a call that may not run."""
        if self._paused:
            return self._decision("deny", f"paused by the approver: {type(refusal).__name__}")
        if isinstance(refusal, SudoAgentError):
            return self._decision("deny", refusal.reason, refusal)
        return self._decision("deny", f"interrupted: {type(refusal).__name__}", refusal)

    def outcome(self, error: BaseException | None, *, ran: bool = True) -> AuditEntry:
        """Return the entry for how the call ended. ``ran`` is false when it was not begun."""
        took = self._seconds
        metadata = {} if took is None else {"duration_ms": round(took * 1000, 3)}
        return RedactedEntry(
            timestamp=self._wall(),
            event="outcome",
            request_id=self.request_id,
            action=self.ctx.action,
            decision="allow",
            reason=self._end if ran else "the call was not begun",
            outcome=self.ended(error, ran=ran),
            error_type=type(error).__name__ if error is not None else None,
            error=self._told(error),
            metadata=metadata,
        )

    def ended(self, error: BaseException | None, *, ran: bool = True) -> str:
        """Return how the call ended: ``success``, ``error`` or ``cancelled``."""
        if ran and error is None:
            return "success"
        interrupted = isinstance(error, KeyboardInterrupt | GeneratorExit) or is_cancellation(error)
        return "cancelled" if interrupted or not ran else "error"

    def explained(self, error: BaseException | None, *, ran: bool = True) -> str | None:
        """Return what went wrong, without secrets; ``None`` for a success and for an interrupt."""
        if not ran and isinstance(error, SudoAgentError):
            return self._text(error.reason)
        return self._told(error) if self.ended(error, ran=ran) == "error" else None

    def _decision(
        self, decision: str, reason: str, refusal: BaseException | None = None
    ) -> AuditEntry:
        return RedactedEntry(
            timestamp=self._wall(),
            event="decision",
            request_id=self.request_id,
            action=self.ctx.action,
            decision=decision,
            reason=self._text(reason),
            error_type=type(refusal).__name__ if refusal is not None else None,
            error=self._told(refusal.__cause__) if refusal is not None else None,
            metadata=self._metadata(decision, refusal),
        )

    def _text(self, text: str) -> str:
        return self._redactor.text(text, self._shown.secrets)  # it may quote an argument

    def _told(self, error: BaseException | None) -> str | None:
        # It may quote the arguments, too.
        return self._redactor.exception(error, self._shown.secrets) if error is not None else None

    @property
    def _shown(self) -> Presentation:
        if self._presentation is None:
            self._presentation = present(self.ctx)
        return self._presentation

    def _metadata(self, decision: str, refusal: BaseException | None) -> dict[str, Any]:
        shown = self._shown
        metadata: dict[str, Any] = {
            "args": shown.args,
            "kwargs": shown.kwargs,
            "call_digest": self._digest,
            "policy": dict(self._policy),
        }
        if shown.uninspectable:
            metadata["uninspectable"] = list(shown.uninspectable)
        if self.ctx.metadata:
            said = dict(self.ctx.metadata)
            metadata["context"] = self._redactor.value(said, known=shown.secrets)
        if self.ctx.idempotency_key is not None:
            metadata["idempotency_key"] = self._text(self.ctx.idempotency_key)
        if self._result is not None:
            metadata["policy_decision"] = self._result.decision.value
            metadata["policy_reason"] = self._text(self._result.reason)
        if self.policy_decision == "require_approval":
            metadata["approved"] = decision == "allow"
        if self._verdict is not None:
            # The approver's facts come with names of its own: none may replace one of these.
            metadata = {**told_by(self._verdict, self._approver, self._text), **metadata}
        elif isinstance(refusal, ApprovalDenied) and refusal.reviewer:
            metadata["reviewer"] = refusal.reviewer
        if self._approved is not None:
            names = self._verdict.edits if self._verdict is not None else ()
            metadata["edited"] = changed(names, self._approved, self._shown)
            metadata["approved_call_digest"] = self._approved_digest
        if self._asked_at is not None:
            metadata["asked_at"] = self._asked_at.isoformat()
        if self._runs_elsewhere:
            metadata["runs"] = "elsewhere"
        if self._paused:
            metadata["suspended"] = True
        return metadata
