"""What the engine expects of an approver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from ..context import Context
    from ..policies import PolicyResult
    from ..verdict import Verdict

__all__ = ["Approver", "pauses_of"]


@runtime_checkable
class Approver(Protocol):
    """Asks somebody whether a call may run.

    Only ``True`` or an approved ``Verdict`` approves; anything else refuses. Raising
    ``ApproverUnavailable`` says that nobody was asked, any other exception that asking failed.

    An approver may also offer:

    - ``async def aapprove(ctx, result, request_id)``, used by asynchronous calls. Without it they
      run ``approve`` on a thread of its own.
    - ``suspends``: a tuple of exception types that mean "paused, not refused", such as a
      framework's interrupt. They are recorded as that and pass through unchanged.
    - ``digest_key``: bytes that key the call digest, so that it is the same in every process.
    - ``gate``: see ``sudoagent.gate.Gate``.
    - ``completed(verdict, request_id, outcome, seconds, error)``: told what became of a call that
      it approved, once that is in the log. ``outcome`` is ``"success"``, ``"error"`` or
      ``"cancelled"``; ``seconds`` how long the function ran, ``None`` when it was not begun;
      ``error`` what went wrong, without secrets. It is called on the caller's thread, or in its
      event loop, and must return at once; what it returns or raises changes nothing.
    """

    def approve(self, ctx: Context, result: PolicyResult, request_id: str) -> bool | Verdict:
        """Ask, wait, and return the answer."""
        ...


def pauses_of(approver: object) -> tuple[type[BaseException], ...]:
    """Return what the approver ``suspends`` with. Raises ``ConfigurationError``."""
    kinds = getattr(approver, "suspends", ())
    listed = isinstance(kinds, tuple | list)
    if not listed or not all(isinstance(k, type) and issubclass(k, BaseException) for k in kinds):
        raise ConfigurationError(
            f"suspends of {type(approver).__name__} is not a tuple of exception types"
        )
    return tuple(kinds)
