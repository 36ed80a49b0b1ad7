"""Takes the steps of a flow, blocking or awaiting."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, cast

from ._flow import Flow
from ._steps import Answer, Ask, Done, Evaluate, Failed, Gate, Record, Run, Step
from ._threads import in_thread
from .approvers import Approver
from .audit import AuditLogger
from .gate import Gate as GateProtocol
from .policies import Policy

__all__ = ["Parts", "adrive", "drive"]


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
    return _finish(flow, lambda step: _take(step, parts, run))


async def adrive(flow: Flow, parts: Parts, run: Callable[[], Awaitable[Any]]) -> Any:
    """Take every step of the flow, awaiting, and return or raise how it ends."""
    answer: Answer | None = None
    while True:
        step = _advance(flow, answer)
        if isinstance(step, Done | Failed):
            return _end(step)
        try:
            answer = Done(await _atake(step, parts, run))
        except BaseException as error:  # cancellation too: the flow records it and hands it back
            answer = Failed(error)


def _finish(flow: Flow, take: Callable[[Step], Any]) -> Any:
    answer: Answer | None = None
    while True:
        step = _advance(flow, answer)
        if isinstance(step, Done | Failed):
            return _end(step)
        try:
            answer = Done(take(step))
        except BaseException as error:  # Ctrl-C too: the flow records it and hands it back
            answer = Failed(error)


def _advance(flow: Flow, answer: Answer | None) -> Step | Done | Failed:
    try:
        return next(flow) if answer is None else flow.send(answer)
    except StopIteration as stop:
        return cast("Done | Failed", stop.value)


def _end(ending: Done | Failed) -> Any:
    if isinstance(ending, Done):
        return ending.value
    try:
        raise ending.error
    finally:
        del ending  # an exception that holds the frame that holds the exception is a leak


def _take(step: Step, parts: Parts, run: Callable[[], Any]) -> Any:
    if isinstance(step, Evaluate):
        return parts.policy.evaluate(step.ctx)
    if isinstance(step, Ask):
        return parts.approver.approve(step.ctx, step.result, step.request_id)
    if isinstance(step, Record):
        return parts.logger.log(step.entry)
    if isinstance(step, Gate):
        return parts.gate.closed(step.decision) if parts.gate is not None else None
    assert isinstance(step, Run)
    return _finished(run())


async def _atake(step: Step, parts: Parts, run: Callable[[], Awaitable[Any]]) -> Any:
    if isinstance(step, Evaluate):
        return parts.policy.evaluate(step.ctx)
    if isinstance(step, Ask):
        asking = (step.ctx, step.result, step.request_id)
        return await _either(parts.approver, "aapprove", "approve", *asking)
    if isinstance(step, Record):
        return await _either(parts.logger, "alog", "log", step.entry)
    if isinstance(step, Gate):
        if parts.gate is None:
            return None
        return await _either(parts.gate, "aclosed", "closed", step.decision)
    assert isinstance(step, Run)
    return await run()


async def _either(part: object, awaited: str, blocking: str, *args: Any) -> Any:
    native = getattr(part, awaited, None)
    if native is not None:
        return await native(*args)
    return await in_thread(getattr(part, blocking), *args)


def _finished(result: Any) -> Any:
    # A coroutine has not run yet: calling that a success, and handing it to somebody who may never
    # await it or await it later, would make the log untrue.
    if inspect.iscoroutine(result):
        result.close()
        raise TypeError(
            "the guarded function returned a coroutine, which has not run: "
            "guard the async function itself, or use `await sudo.aexecute(...)`"
        )
    return result
