"""SudoEngine: guards functions, and decides about calls that somebody else makes."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any, ParamSpec, TypeVar, cast, overload

from ._calls import Call, Options, Parts, Subject
from ._drive import adrive, drive
from ._flow import authorization, guarded_call
from ._wrapping import dressed_as, undress
from .approvers import Approver
from .audit import AuditLogger
from .binding import Bound, Target, action_of
from .editable import Editable, marked
from .errors import ConfigurationError
from .frozen import freeze
from .gate import Gate
from .policies import Policy, check_timeout
from .redaction import Redactor

__all__ = ["Authorization", "SudoEngine"]

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """A recorded "yes" to a call that the caller makes himself.

    ``arguments`` is the read-only snapshot that was judged, with what a reviewer has edited: run
    with these, not with the mutable originals. ``comment`` is what the reviewer wrote.
    """

    request_id: str
    action: str
    reason: str
    arguments: Mapping[str, Any]
    comment: str | None = None


class SudoEngine:
    """Guards function calls: policy, approval, audit log, then the function, in that order.

    ``approver`` defaults to a question in the terminal, ``logger`` to ``sudo_audit.jsonl`` in the
    working directory. ``gate`` is a switch above the policy; by default the approver's own.
    ``redactor`` decides what may be shown and stored.

    Every method that decides may be relied on for this: the decision is recorded before the
    function runs, and when anything fails before that, the function does not run. Raises
    ``ConfigurationError`` for parts that cannot work.
    """

    def __init__(
        self,
        *,
        policy: Policy,
        approver: Approver | None = None,
        logger: AuditLogger | None = None,
        gate: Gate | None = None,
        redactor: Redactor | None = None,
    ) -> None:
        if approver is None:
            from .approvers.terminal import InteractiveApprover

            approver = InteractiveApprover()
        if logger is None:
            from .audit.jsonl import JsonlAuditLogger

            logger = JsonlAuditLogger("sudo_audit.jsonl")
        self._parts = Parts.checked(policy, approver, logger, gate, redactor or Redactor())
        self._options = Options()

    def using(
        self,
        *,
        metadata: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
        deadline: float | None = None,
    ) -> SudoEngine:
        """Return the same engine with options for the calls made through it.

        ``metadata`` describes the caller (``agent``, ``justification``, ``environment`` are shown
        to reviewers) and is added to what this engine has. ``idempotency_key`` names one intended
        effect across restarts: a call with the same key takes up the request that an earlier
        process left, and an approval that was used is not used again. ``deadline``: seconds from
        now after which nobody is waited for. Raises ``ConfigurationError``.
        """
        if idempotency_key is not None and not _is_text(idempotency_key):
            raise ConfigurationError("idempotency_key is empty: name the intended effect")
        try:
            until = None if deadline is None else time.monotonic() + check_timeout(deadline)
        except ValueError as error:
            raise ConfigurationError(str(error).replace("timeout", "deadline", 1)) from None
        engine = object.__new__(type(self))
        engine.__dict__.update(self.__dict__)
        engine._options = replace(
            self._options,
            metadata=freeze({**self._options.metadata, **(metadata or {})}),
            idempotency_key=idempotency_key or self._options.idempotency_key,
            deadline=until or self._options.deadline,
        )
        return engine

    @overload
    def guard(self, func: Callable[P, R], /) -> Callable[P, R]: ...
    @overload
    def guard(
        self, *, policy: Policy | None = None, action: str | None = None
    ) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
    @overload
    def guard(
        self, *, policy: Policy | None = None, action: str | None = None, as_async: bool
    ) -> Callable[[Callable[P, R]], Callable[P, Coroutine[Any, Any, R]]]: ...
    def guard(
        self,
        func: Callable[..., Any] | None = None,
        *,
        policy: Policy | None = None,
        action: str | None = None,
        as_async: bool = False,
    ) -> Any:
        """Return a decorator that guards a function, synchronous or asynchronous.

        ``policy`` overrides the engine's. ``action`` names the call; by default the function's
        qualified name. ``as_async`` gives a synchronous function an asynchronous guard: it runs on
        a thread of its own, and a caller who stops waiting withdraws the question.

        The wrapper keeps name, docstring, module, signature and annotations. Raises
        ``ConfigurationError`` for generator functions and for what is not a function.
        """
        if func is not None:
            return self._guarded(func, policy, action, as_async)
        return lambda function: self._guarded(function, policy, action, as_async)

    def execute(self, func: Callable[..., R], /, *args: Any, **kwargs: Any) -> R:
        """Run a function under guard and return its result.

        All keyword arguments are the function's. Raises ``ApprovalDenied``, ``ApprovalError``,
        ``PolicyError`` or ``AuditLogError`` when it did not run, else whatever it raises.
        """
        call = self._call(func, args, kwargs)
        if call.target.is_async:
            raise ConfigurationError(f"{call.ctx.action} is async: use `await sudo.aexecute(...)`")
        return cast("R", self._run(call))

    @overload
    async def aexecute(
        self, func: Callable[..., Coroutine[Any, Any, R]], /, *args: Any, **kwargs: Any
    ) -> R: ...
    @overload
    async def aexecute(self, func: Callable[..., R], /, *args: Any, **kwargs: Any) -> R: ...
    async def aexecute(self, func: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Run a function under guard, awaiting. A synchronous one runs on a thread of its own."""
        return await self._arun(self._call(func, args, kwargs))

    def authorize(
        self,
        action: str,
        arguments: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        *,
        editable: Mapping[str, Editable] | None = None,
    ) -> Authorization:
        """Decide and record, run nothing. Raises like ``execute`` when the answer is no.

        ``editable``: the arguments that a reviewer may change; they come back as he left them.
        """
        call = self._question(action, arguments, metadata, editable)
        drive(authorization(call.account, call.unchanged, call.edit), call.parts, _nothing)
        return _authorized(call)

    async def aauthorize(
        self,
        action: str,
        arguments: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        *,
        editable: Mapping[str, Editable] | None = None,
    ) -> Authorization:
        """Decide and record, run nothing, awaiting."""
        call = self._question(action, arguments, metadata, editable)
        await adrive(
            authorization(call.account, call.unchanged, call.edit), call.parts, _nothing_awaited
        )
        return _authorized(call)

    def _guarded(self, func: Any, policy: Policy | None, action: str | None, as_async: bool) -> Any:
        if isinstance(func, staticmethod | classmethod):
            return type(func)(self._guarded(func.__func__, policy, action, as_async))
        if isinstance(func, type):
            raise ConfigurationError(f"{func.__name__} is a class: guard its methods instead")
        target = Target(func)
        parts = self._parts if policy is None else self._parts.with_policy(policy)
        name = action_of(func) if action is None else action
        if not _is_text(name):
            raise ConfigurationError("action is empty: name the call, or leave it out")
        subject = Subject(target, name, parts)

        if target.is_async or as_async:

            async def awaiting(*args: Any, **kwargs: Any) -> Any:
                return await self._arun(Call(subject, target.bind(args, kwargs), self._options))

            return dressed_as(func, awaiting, subject)

        def blocking(*args: Any, **kwargs: Any) -> Any:
            return self._run(Call(subject, target.bind(args, kwargs), self._options))

        return dressed_as(func, blocking, subject)

    def _call(
        self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Call:
        # A function that is guarded already is asked about once, by its own policy.
        worn = undress(func)
        if worn is not None:
            subject, args = worn.subject, (*worn.leading, *args)
        else:
            target = Target(func)
            subject = Subject(target, action_of(target.function), self._parts)
        return Call(subject, subject.target.bind(args, kwargs), self._options)

    def _question(
        self,
        action: str,
        arguments: Mapping[str, Any] | None,
        metadata: Mapping[str, Any] | None,
        editable: Mapping[str, Editable] | None,
    ) -> Call:
        marks = {name: marked(name, limits) for name, limits in (editable or {}).items()}
        options = replace(self.using(metadata=metadata)._options, editable=marks)
        bound = Bound((), {}, dict(arguments or {}))
        call = Call(Subject(_NOBODY, action, self._parts), bound, options)
        call.account.is_for_elsewhere()
        return call

    def _run(self, call: Call) -> Any:
        return drive(guarded_call(call.account, call.unchanged, call.edit), call.parts, call.run)

    async def _arun(self, call: Call) -> Any:
        flow = guarded_call(call.account, call.unchanged, call.edit)
        return await adrive(flow, call.parts, call.arun)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _nothing() -> None:
    """What is run when only a decision is wanted."""


async def _nothing_awaited() -> None:
    """The same, awaited."""


_NOBODY = Target(_nothing)


def _authorized(call: Call) -> Authorization:
    return Authorization(
        request_id=call.account.request_id,
        action=call.ctx.action,
        reason=call.account.reason,
        arguments=call.ctx.kwargs,
        comment=call.account.comment,
    )
