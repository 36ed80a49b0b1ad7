"""One call on its way: what it is made of, and what it is decided with."""

from __future__ import annotations

import inspect
import secrets
import threading
import time
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from ._account import Account
from ._editing import Edited
from ._ids import new_id
from ._judged import Judged
from ._threads import in_thread
from .approvers import Approver
from .approvers._protocol import pauses_of
from .audit import AuditLogger
from .binding import Bound, Target
from .context import Context, Origin
from .editable import Marked
from .errors import ConfigurationError
from .frozen import FrozenDict
from .gate import Gate
from .policies import Policy
from .policy_identity import policy_identity
from .redaction import Redactor

__all__ = ["Call", "Options", "Parts", "Subject"]

# Without a shared key digests can be compared within this process only, which is all that
# "what was judged is what runs" needs.
_PROCESS_KEY = secrets.token_bytes(32)


@dataclass(frozen=True, slots=True)
class Options:
    """What ``SudoEngine.using`` sets, and ``authorize`` where no function carries the marks."""

    metadata: Mapping[str, Any] = field(default_factory=FrozenDict)
    idempotency_key: str | None = None
    deadline: float | None = None
    editable: Mapping[str, Marked] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What calls are decided with."""

    policy: Policy
    approver: Approver
    logger: AuditLogger
    gate: Gate | None
    redactor: Redactor
    identity: Mapping[str, str]
    suspends: tuple[type[BaseException], ...]

    @classmethod
    def checked(
        cls,
        policy: Policy,
        approver: Approver,
        logger: AuditLogger,
        gate: Gate | None,
        redactor: Redactor,
    ) -> Parts:
        """Return the parts when each can do its work. Raises ``ConfigurationError``."""
        _require("policy", policy, "evaluate")
        _require("approver", approver, "approve")
        _require("logger", logger, "log")
        if getattr(approver, "completed", None) is not None:
            _require("approver", approver, "completed")
        gate = gate if gate is not None else getattr(approver, "gate", None)
        if gate is not None:
            _require("gate", gate, "closed")
        return cls(
            policy=policy,
            approver=approver,
            logger=logger,
            gate=gate,
            redactor=redactor,
            identity=policy_identity(policy),
            suspends=pauses_of(approver),
        )

    def with_policy(self, policy: Policy) -> Parts:
        """Return the same parts with another policy."""
        _require("policy", policy, "evaluate")
        return replace(self, policy=policy, identity=policy_identity(policy))

    def log_head(self) -> object:
        """Where the audit log stands, if the logger says."""
        return getattr(self.logger, "head", None)

    @property
    def digest_key(self) -> bytes:
        """The key of call digests: the approver's, which others share, or this process's."""
        return getattr(self.approver, "digest_key", None) or _PROCESS_KEY


def _require(role: str, part: object, method: str) -> None:
    if isinstance(part, type):
        raise ConfigurationError(f"{role} is the class {part.__name__}: pass an instance of it")
    found = getattr(part, method, None)
    if not callable(found):
        raise ConfigurationError(f"{role} has no {method}(): {type(part).__name__} cannot be one")
    if inspect.iscoroutinefunction(found):
        # It would seem to answer, and to have recorded, before it has begun.
        raise ConfigurationError(f"the {role}'s {method}() is async: it is called, not awaited")


class Subject:
    """A function under guard: what all calls of it have in common. Raises ``ConfigurationError``.

    ``action`` names its calls.
    """

    __slots__ = ("action", "origin", "parts", "target")

    def __init__(self, target: Target, action: str, parts: Parts) -> None:
        if not isinstance(action, str) or not action.strip():
            raise ConfigurationError("the action has no name: say what would run")
        self.target = target
        self.action = action
        self.parts = parts
        self.origin = Origin(
            named=True,
            receiver=target.receiver,
            secret_names=target.secret_names,
            redactor=parts.redactor,
            witness=parts.log_head,
            policy=(parts.identity["id"], parts.identity["hash"]),
        )


class Call:
    """One call, bound and frozen, with the account that will be kept of it."""

    __slots__ = ("account", "judged", "parts", "target")

    def __init__(self, subject: Subject, bound: Bound, options: Options) -> None:
        """Take the snapshot that everybody judges."""
        target, parts = subject.target, subject.parts
        args, named, fixed = bound.snapshot(target.receiver)
        ctx = Context._of_call(
            subject.action,
            args,
            named,
            options.metadata,
            options.idempotency_key,
            options.deadline,
            options.editable or target.editable,
            subject.origin,
        )
        self.target = target
        self.parts = parts
        self.judged = Judged(target, bound, ctx, fixed=fixed)
        self.account = _account(ctx, parts)

    @property
    def ctx(self) -> Context:
        """The call as it is judged: as it was made, or as a reviewer edited it."""
        return self.judged.ctx

    def unchanged(self) -> bool:
        """Whether what would run is still what was judged."""
        return self.judged.unchanged()

    def edit(self, edits: Mapping[str, Any]) -> Edited:
        """Change arguments as a reviewer did. Raises ``ValueError``."""
        ctx = self.judged.edit(edits)
        return Edited(ctx, ctx.digest(self.parts.digest_key))

    def run(self) -> Any:
        """Call the function."""
        return self.judged.run()

    async def arun(self) -> Any:
        """Call the function, awaiting; a blocking one runs on a thread of its own."""
        if self.target.is_async:
            result = await self.run()
        else:
            result = await self._on_a_thread()
            # A coroutine has not run yet, and it runs under this guard or not at all.
            result = await result if isinstance(result, Coroutine) else result
        return self.judged.finished(result)

    async def _on_a_thread(self) -> Any:
        import asyncio

        ended = threading.Event()

        def run() -> Any:
            try:
                return self.run()
            finally:
                ended.set()

        try:
            return await in_thread(run)
        except asyncio.CancelledError:
            if not ended.is_set():
                self.account.goes_on()  # a thread cannot be stopped
            raise


def _account(ctx: Context, parts: Parts) -> Account:
    return Account(
        ctx=ctx,
        request_id=new_id(),
        digest=ctx.digest(parts.digest_key),
        wall=_utc_now,
        elapsed=time.monotonic,
        redactor=parts.redactor,
        policy=parts.identity,
        approver=type(parts.approver).__name__,
        suspends=parts.suspends,
    )


def _utc_now() -> datetime:
    return datetime.now(UTC)
