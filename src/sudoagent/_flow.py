"""The order of events of one guarded call. Pure: every effect is a step taken by a driver.

    policy → (approver → unchanged? (→ edited → policy)) → gate → decision recorded
           → function runs → outcome recorded → (approver is told)

Whatever fails before the decision is recorded ends in a recorded refusal, and nothing runs. An
approver that approved is told how the call ended, also when it was not begun.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from ._account import Account
from ._editing import Edit, not_covered
from ._steps import Answer, Ask, Done, Ending, Evaluate, Failed, Gate, Record, Report, Run, Step
from .audit import AuditEntry
from .errors import (
    ApprovalCancelled,
    ApprovalDenied,
    ApprovalError,
    ApprovalExpired,
    ArgumentsChanged,
    AuditLogError,
    PolicyError,
    SudoAgentError,
)
from .policies import Decision, PolicyResult
from .verdict import Verdict

__all__ = ["authorization", "guarded_call"]

Flow = Generator[Step, Answer, Ending]

_REFUSALS: dict[str, type[ApprovalDenied]] = {
    "denied": ApprovalDenied,
    "expired": ApprovalExpired,
    "cancelled": ApprovalCancelled,
}


def guarded_call(account: Account, unchanged: Callable[[], bool], edit: Edit | None = None) -> Flow:
    """Decide, record, run, record. Ends with the function's own result or exception.

    ``unchanged`` says whether what would run is what was judged; ``edit`` changes both.
    """
    refusal = yield from authorization(account, unchanged, edit)
    if isinstance(refusal, Failed):
        return refusal
    ran = yield from _whatever_happens(_run(account, unchanged))
    error, begun = (ran.error if isinstance(ran, Failed) else None), account.began is not None
    recorded = yield from _record(lambda: account.outcome(error, ran=begun))
    reported = yield from _report(account, error, ran=begun)
    return next(filter(_interrupted, (recorded, reported)), ran)


def _run(account: Account, unchanged: Callable[[], bool]) -> Flow:
    if not unchanged():  # writing the decision takes time, too
        return Failed(_changed(account))
    account.begins()
    ran = yield Run()
    account.ends()
    return ran


def authorization(
    account: Account, unchanged: Callable[[], bool], edit: Edit | None = None
) -> Flow:
    """Decide and record. Ends ``Done`` when the call may run, else with the refusal to raise."""
    decided = yield from _whatever_happens(_decide(account, unchanged, edit))
    if isinstance(decided, Failed):
        refusal = decided.error
        recorded = yield from _record(lambda: account.refused(refusal))
        return (yield from _unrun(account, _unrecorded(account, recorded, refusal)))
    recorded = yield from _record(account.allowed)
    if isinstance(recorded, Done):
        return Done(account)
    error = _unrecorded(account, recorded, None)
    # The entry may have reached the log although writing it failed: say that nothing ran.
    yield from _record(lambda: account.outcome(error.error, ran=False))
    return (yield from _unrun(account, error))


def _decide(account: Account, unchanged: Callable[[], bool], edit: Edit | None) -> Flow:
    refusal = yield from _judge(account, unchanged, edit)
    if refusal is None:
        refusal = yield from _pass_gate(account)
    if refusal is None and account.is_late():
        refusal = account.named(ApprovalExpired, "the approval ran out before it could be used")
    return Done() if refusal is None else Failed(refusal)


def _whatever_happens(flow: Flow) -> Flow:
    """Take the steps of a part; Ctrl-C between two of them is how it ends, too, and is recorded."""
    try:
        return (yield from flow)
    except GeneratorExit:
        raise
    except BaseException as error:
        return Failed(error)


def _record(entry: Callable[[], AuditEntry]) -> Generator[Step, Answer, Answer]:
    try:
        written = entry()
    except Exception as error:  # what cannot be put into words is not recorded
        return Failed(error)
    except BaseException as interrupt:  # Ctrl-C while it is put into words: it is recorded first
        yield from _record(entry)
        return Failed(interrupt)
    return (yield Record(written))


def _report(
    account: Account, error: BaseException | None, *, ran: bool = True
) -> Generator[Step, Answer, Answer]:
    if account.approval is None:
        return Done()  # nobody is waiting to hear
    try:
        ended, explained = account.ended(error, ran=ran), account.explained(error, ran=ran)
    except Exception as failure:  # what cannot be put into words is not told
        return Failed(failure)
    return (yield Report(account.approval, account.request_id, ended, account.seconds, explained))


def _unrun(account: Account, ending: Failed) -> Generator[Step, Answer, Failed]:
    """End a call that was not begun; whoever approved it hears of it."""
    reported = yield from _report(account, ending.error, ran=False)
    return reported if isinstance(reported, Failed) and _interrupted(reported) else ending


def _interrupted(answer: Answer) -> bool:
    return isinstance(answer, Failed) and not isinstance(answer.error, Exception)


def _judge(
    account: Account, unchanged: Callable[[], bool], edit: Edit | None
) -> Generator[Step, Answer, Any]:
    result = yield from _evaluate(account)
    if not isinstance(result, PolicyResult):
        return result
    account.policy_said(result)
    if result.decision is Decision.ALLOW:
        # Judging takes time too: what the policy saw is what runs.
        return None if unchanged() else _changed(account)
    if result.decision is Decision.DENY:
        return account.named(ApprovalDenied, result.reason)
    unreadable = _unreadable(account, result)
    if unreadable is not None:
        return unreadable
    verdict = yield from _ask(account, result)
    if not isinstance(verdict, Verdict):
        return verdict
    if not unchanged():
        return _changed(account)
    return (yield from _apply(account, result, verdict, edit)) if verdict.edits else None


def _evaluate(account: Account) -> Generator[Step, Answer, Any]:
    """Return the policy's answer, or the refusal that follows from its having none."""
    answer = yield Evaluate(account.ctx)
    if isinstance(answer, Failed):
        return _failed(account, PolicyError, "the policy failed", answer.error)
    if type(answer.value) is not PolicyResult:
        kind = _kind(answer.value)
        return account.named(PolicyError, f"the policy returned {kind}, not a PolicyResult")
    return answer.value


def _unreadable(account: Account, result: PolicyResult) -> SudoAgentError | None:
    unread = account.ctx.fingerprint.uninspectable
    if not unread or result.allow_uninspectable:
        return None
    # Nobody can judge what cannot be shown, nor would a change in it be noticed.
    names = ", ".join(unread)
    return account.named(ApprovalDenied, f"arguments that cannot be inspected: {names}")


def _ask(account: Account, result: PolicyResult) -> Generator[Step, Answer, Any]:
    """Return the approver's yes, or the refusal."""
    account.asks()
    answer = yield Ask(account.ctx, result, account.request_id)
    if isinstance(answer, Failed):
        return _asking_failed(account, answer.error)
    verdict = answer.value
    if verdict is True:
        verdict = Verdict(outcome="approved", reason="approved")
    elif verdict is False:
        verdict = Verdict(outcome="denied", reason="denied by the approver")
    elif type(verdict) is not Verdict:
        return account.named(
            ApprovalError, f"the approver answered with {_kind(verdict)}: only True approves"
        )
    account.answered(verdict)
    if not verdict.approved:
        refusal = account.named(_REFUSALS[verdict.outcome], verdict.reason)
        refusal.comment, refusal.reviewer = verdict.comment, account.decider()
        return refusal
    return verdict


def _apply(
    account: Account, asked: PolicyResult, verdict: Verdict, edit: Edit | None
) -> Generator[Step, Answer, Any]:
    """Edit the call as the reviewer did; it must pass the policy again, with no stricter answer."""
    if edit is None:
        return account.named(ApprovalDenied, "this call cannot be edited")
    try:
        account.edited(edit(verdict.edits))
    except ValueError as error:
        return account.named(ApprovalDenied, f"the reviewer's edit is refused: {error}")
    except Exception as error:
        return _failed(account, ApprovalError, "the reviewer's edit cannot be applied", error)
    result = yield from _evaluate(account)
    if not isinstance(result, PolicyResult):
        return result
    if result.decision is Decision.DENY:
        reason = f"the policy denies the call as the reviewer edited it: {result.reason}"
        return account.named(ApprovalDenied, reason)
    if result.decision is Decision.REQUIRE_APPROVAL:
        stricter = not_covered(asked, result, verdict)
        if stricter is not None:
            reason = f"the approval does not cover the call as the reviewer edited it: {stricter}"
            return account.named(ApprovalDenied, reason)
        return _unreadable(account, result)
    return None


def _asking_failed(account: Account, error: BaseException) -> BaseException:
    if account.suspends(error):
        account.suspended(error)
        return error
    if isinstance(error, ApprovalDenied | ApprovalError):
        return account.adopt(error)
    return _failed(account, ApprovalError, "the approver failed", error)


def _pass_gate(account: Account) -> Generator[Step, Answer, Any]:
    answer = yield Gate(account.policy_decision)
    if isinstance(answer, Failed):
        return _failed(account, ApprovalDenied, "the freeze switch failed", answer.error)
    if answer.value is None:
        return None
    reason = answer.value if isinstance(answer.value, str) else ""
    return account.named(ApprovalDenied, reason.strip() or "the freeze switch is on")


def _failed(
    account: Account, kind: type[SudoAgentError], what: str, error: BaseException
) -> BaseException:
    if not isinstance(error, Exception):
        return error  # an interrupt or a cancellation stays what it is
    return account.named(kind, f"{what}: {_kind(error)}", error)


def _unrecorded(account: Account, recorded: Answer, refusal: BaseException | None) -> Failed:
    if isinstance(recorded, Done) and refusal is not None:
        return Failed(refusal)
    assert isinstance(recorded, Failed)
    if not isinstance(recorded.error, Exception):
        return recorded
    if refusal is not None and not isinstance(refusal, Exception):
        return Failed(refusal)  # Ctrl-C stays Ctrl-C, even when it could not be recorded
    reason = recorded.error.reason if isinstance(recorded.error, AuditLogError) else None
    sentence = reason or f"the decision could not be recorded: {_kind(recorded.error)}"
    return Failed(account.named(AuditLogError, sentence, recorded.error))


def _changed(account: Account) -> SudoAgentError:
    return account.named(
        ArgumentsChanged, "the arguments changed between the decision and the call"
    )


def _kind(value: object) -> str:
    # The type only: what a foreign exception says may contain argument values.
    return type(value).__name__
