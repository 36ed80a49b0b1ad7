"""A switch above every policy: while it is closed, nothing that is guarded runs."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

__all__ = ["Gate"]


@runtime_checkable
class Gate(Protocol):
    """Says whether calls may run at all.

    A gate may also offer ``async def aclosed(policy_decision)``; without it asynchronous calls run
    ``closed`` on a thread of its own. Raising counts as closed.
    """

    def closed(self, policy_decision: str) -> str | None:
        """Return the reason why nothing may run, or ``None``.

        ``policy_decision`` is what the policy said (``"allow"`` or ``"require_approval"``), because
        an operator may choose differently for the two when the switch itself cannot be read.
        """
        ...
