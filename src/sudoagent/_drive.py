"""Takes the steps of a flow, blocking or awaiting."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol, cast

from ._asynchrony import cancellations, is_future
from ._flow import Flow
from ._steps import Answer, Ask, Done, Ending, Evaluate, Failed, Gate, Record, Report, Run, Step
from ._threads import in_thread
from .approvers import Approver
from .audit import AuditLogger
from .gate import Gate as GateProtocol
from .policies import Policy

__all__ = ["Parts", "adrive", "drive"]

logger = logging.getLogger(__name__)


class Parts(Protocol):
    """What the steps are taken with."""

    @property
    def policy(self) -> Policy: ...
    @property
    def approver(self) -> Approver: ...
    @property
    def logger(self) -> AuditLogger: ...
    @property
    def gate(self) -> GateProtocol | None: ...


def drive(flow: Flow, parts: Parts, run: Callable[[], Any]) -> Any:
    """Take every step of the flow on this thread, and return or raise how it ends."""
    return _finish(flow, None, parts, run)


async def adrive(flow: Flow, parts: Parts, run: Callable[[], Awaitable[Any]]) -> Any:
    """Take every step of the flow, awaiting, and return or raise how it ends."""
    answer: Answer | None = None
    step: Step | None = None
    ending: Ending | None = None
    try:
        while True:
            try:
                step = flow.send(answer)  # type: ignore[arg-type]  # None begins
            except StopIteration as stop:
                ending = stop.value
                break
            try:
                answer = Done(await _atake(step, parts, run))
            except GeneratorExit as error:
                # Nobody will resume this coroutine: what is left to record is recorded blocking.
                return _finish(flow, Failed(error), parts, _abandoned)
            except BaseException as error:  # cancellation too: the flow records it, hands it back
                answer = Failed(error)
        return _end(ending)
    finally:
        # An exception that holds the frame that holds the exception would be a leak.
        answer = step = ending = None


def _finish(flow: Flow, answer: Answer | None, parts: Parts, run: Callable[[], Any]) -> Any:
    step: Step | None = None
    ending: Ending | None = None
    try:
        while True:
            try:
                step = flow.send(answer)  # type: ignore[arg-type]  # None begins
            except StopIteration as stop:
                ending = stop.value
                break
            try:
                answer = Done(_take(step, parts, run))
            except BaseException as error:  # Ctrl-C too: the flow records it and hands it back
                answer = Failed(error)
        return _end(ending)
    finally:
        answer = step = ending = None


def _abandoned() -> None:
    raise AssertionError("an abandoned call does not run")


def _end(ending: Ending | None) -> Any:
    if isinstance(ending, Failed):
        try:
            raise ending.error
        finally:
            del ending
    assert ending is not None
    return ending.value


def _take(step: Step, parts: Parts, run: Callable[[], Any]) -> Any:
    if isinstance(step, Record):
        return _recorded(cast("Any", parts.logger).log(step.entry))
    if isinstance(step, Evaluate):
        return parts.policy.evaluate(step.ctx)
    if isinstance(step, Gate):
        return parts.gate.closed(step.decision) if parts.gate is not None else None
    if isinstance(step, Run):
        return _finished(run())
    if isinstance(step, Ask):
        return parts.approver.approve(step.ctx, step.result, step.request_id)
    assert isinstance(step, Report)
    return _report(step, parts.approver)


async def _atake(step: Step, parts: Parts, run: Callable[[], Awaitable[Any]]) -> Any:
    if isinstance(step, Evaluate):
        return parts.policy.evaluate(step.ctx)
    if isinstance(step, Ask):
        asking = (step.ctx, step.result, step.request_id)
        return await _heeding(_either(parts.approver, "aapprove", "approve", *asking))
    if isinstance(step, Record):
        return _recorded(await _to_its_end(_either(parts.logger, "alog", "log", step.entry)))
    if isinstance(step, Gate):
        if parts.gate is None:
            return None
        return await _heeding(_either(parts.gate, "aclosed", "closed", step.decision))
    if isinstance(step, Report):
        return _report(step, parts.approver)
    assert isinstance(step, Run)
    return await run()


async def _either(part: object, awaited: str, blocking: str, *args: Any) -> Any:
    native = getattr(part, awaited, None)
    if native is not None:
        return await native(*args)
    return await in_thread(getattr(part, blocking), *args)


async def _heeding(asking: Awaitable[Any]) -> Any:
    # Whoever is asked may catch the cancellation and answer: nobody waits for that answer any more.
    before = cancellations()
    answer = await asking
    if cancellations() > before:
        import asyncio

        raise asyncio.CancelledError
    return answer


async def _to_its_end(writing: Coroutine[Any, Any, Any]) -> Any:
    # A write that was begun ends before the next one begins, even when the caller is cancelled
    # meanwhile: else the log could tell the story in the wrong order.
    import asyncio

    task = asyncio.ensure_future(writing)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = cancelled or error
        except GeneratorExit:
            writing.close()  # its task will not be resumed either
            raise
    if cancelled is not None:
        task.cancelled() or task.exception()  # seen: it is not reported as forgotten
        raise cancelled
    return task.result()


def _report(step: Report, approver: Approver) -> None:
    completed = getattr(approver, "completed", None)
    if completed is None:
        return
    try:
        completed(step.verdict, step.request_id, step.outcome, step.seconds, step.error)
    except Exception as error:
        # The type only: what a foreign exception says may contain argument values.
        logger.warning("an approver could not be told of an outcome: %s", type(error).__name__)


def _recorded(answer: object) -> None:
    # An async log() that nobody awaits has recorded nothing.
    if answer is not None and inspect.isawaitable(answer):
        raise _unawaited(answer, "the logger's log() is async: call it alog()")


def _finished(result: Any) -> Any:
    # What is awaitable has not run to its end: calling that a success, and handing it to somebody
    # who may await it later or never, would make the log untrue.
    if result is not None and (isinstance(result, Coroutine) or is_future(result)):
        raise _unawaited(
            result,
            "the guarded function returned a coroutine, which has not run to its end: "
            "guard the async function itself, or use `await sudo.aexecute(...)`",
        )
    return result


def _unawaited(awaitable: Any, sentence: str) -> TypeError:
    if isinstance(awaitable, Coroutine):
        awaitable.close()
    elif is_future(awaitable):
        awaitable.cancel()
    return TypeError(sentence)
