"""One call, as a policy, an approver and the log see it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from .digest import Fingerprint, fingerprint
from .frozen import FrozenDict, freeze

if TYPE_CHECKING:
    from .editable import Marked
    from .redaction import Redactor

__all__ = ["Context", "Origin"]

_HEAD = re.compile(r"\d{1,20}:[0-9a-f]{12,64}")

_NONE_EDITABLE: Mapping[str, Marked] = FrozenDict()


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine knows about where a call comes from, the same for all calls of a function.

    ``receiver`` names the parameter that holds a method's own object, ``secret_names`` those that
    are marked ``Secret``. ``witness`` says where the audit log stands, ``policy`` is the id and the
    hash of the policy. ``named``: all that ``args`` holds stands in ``kwargs``, too.
    """

    named: bool = False
    receiver: str | None = None
    secret_names: frozenset[str] = frozenset()
    redactor: Redactor | None = None
    witness: Callable[[], object] | None = None
    policy: tuple[str, str] | None = None


_SOMEWHERE = Origin()


class Context:
    """A call: what would run, with which arguments.

    ``action`` names the function. ``args`` are the arguments passed by position. ``kwargs`` holds
    **every** argument that has a name, whether it was passed by position, by keyword or left at its
    default, so a policy that reads ``ctx.kwargs["amount"]`` sees the amount however the call was
    written. Items of ``*args`` stand under that parameter's name, those of ``**kwargs`` under
    their own. ``metadata`` describes the caller and is never passed to the function.

    Read-only, deeply: lists and dictionaries in it are snapshots that refuse changes. Values are
    the real ones; redaction happens where they leave the process.

    ``idempotency_key`` and ``deadline`` (in ``time.monotonic()`` seconds) come from
    ``SudoEngine.using``. ``editable`` are the arguments that are marked ``Editable``, by name.
    Raises ``ValueError`` for an empty action.
    """

    __slots__ = (
        "_fingerprint",
        "_origin",
        "action",
        "args",
        "deadline",
        "editable",
        "idempotency_key",
        "kwargs",
        "metadata",
    )

    action: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    metadata: Mapping[str, Any]
    idempotency_key: str | None
    deadline: float | None
    editable: Mapping[str, Marked]
    _fingerprint: Fingerprint | None
    _origin: Origin

    def __init__(
        self,
        action: str,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        *,
        idempotency_key: str | None = None,
        deadline: float | None = None,
    ) -> None:
        if not isinstance(action, str) or not action.strip():
            raise ValueError("Context needs an action: the name of what would run")
        self._fill(
            action,
            freeze(tuple(args)),
            freeze(dict(kwargs or {})),
            freeze(dict(metadata or {})),
            idempotency_key,
            deadline,
            _NONE_EDITABLE,
            _SOMEWHERE,
        )

    def _fill(
        self,
        action: str,
        args: tuple[Any, ...],
        kwargs: FrozenDict,
        metadata: Mapping[str, Any],
        idempotency_key: str | None,
        deadline: float | None,
        editable: Mapping[str, Marked],
        origin: Origin,
    ) -> None:
        put = object.__setattr__
        put(self, "action", action)
        put(self, "args", args)
        put(self, "kwargs", kwargs)
        put(self, "metadata", metadata)
        put(self, "idempotency_key", idempotency_key)
        put(self, "deadline", deadline)
        put(self, "editable", editable)
        put(self, "_origin", origin)
        put(self, "_fingerprint", None)

    @classmethod
    def _of_call(
        cls,
        action: str,
        args: tuple[Any, ...],
        kwargs: FrozenDict,
        metadata: Mapping[str, Any],
        idempotency_key: str | None = None,
        deadline: float | None = None,
        editable: Mapping[str, Marked] = _NONE_EDITABLE,
        origin: Origin = _SOMEWHERE,
    ) -> Context:
        # For the engine, whose values are frozen already.
        ctx = object.__new__(cls)
        ctx._fill(action, args, kwargs, metadata, idempotency_key, deadline, editable, origin)
        return ctx

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a Context is read-only: {name} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a Context is read-only: {name} cannot be deleted")

    def __repr__(self) -> str:
        # Values stay out: a context ends up in logs and tracebacks.
        return f"Context(action={self.action!r}, arguments={list(self.kwargs)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        # With its redactor and its marks: another process must hide what this one hides. The log
        # stays here.
        described = (self.action, self.args, self.kwargs)
        origin = msgspec.structs.replace(self._origin, witness=None)
        return (_restored, (*described, *self._kept(), origin))

    def _kept(self) -> tuple[Mapping[str, Any], str | None, float | None, Mapping[str, Marked]]:
        return (self.metadata, self.idempotency_key, self.deadline, self.editable)

    def _edited(self, args: tuple[Any, ...], edits: Mapping[str, Any]) -> Context:
        # For the engine: the same call with other values, which are scalars.
        changed = FrozenDict({**self.kwargs, **edits})
        return Context._of_call(self.action, args, changed, *self._kept(), self._origin)

    def _log_head(self) -> str | None:
        # Where the audit log stands now, for whoever shows that elsewhere; it may ask the disk.
        try:
            witness = self._origin.witness
            head = None if witness is None else witness()
        except Exception:  # somebody's logger: a witness less is no reason to stop the call
            return None
        return head if isinstance(head, str) and _HEAD.fullmatch(head) else None

    @property
    def fingerprint(self) -> Fingerprint:
        """The encoding of all arguments, computed once."""
        found = self._fingerprint
        if found is None:
            named = self._origin.named or not self.args
            arguments = self.kwargs if named else {"args": self.args, "kwargs": self.kwargs}
            found = fingerprint(arguments, self._origin.receiver)
            object.__setattr__(self, "_fingerprint", found)
        return found

    def digest(self, key: bytes) -> str:
        """Return the call digest under a key: what was approved is what has this digest."""
        return self.fingerprint.digest(self.action, key)

    def remaining(self) -> float | None:
        """Return the seconds until the caller's own deadline; ``None`` when it has none."""
        return None if self.deadline is None else self.deadline - time.monotonic()


def _restored(action: str, args: Any, kwargs: Any, metadata: Any, *others: Any) -> Context:
    # What travels comes back as plain, changeable copies.
    return Context._of_call(action, freeze(args), freeze(kwargs), freeze(metadata), *others)
