"""What can go wrong between this program and its Redis or Valkey server.

    StoreError (an ApprovalError)
    ├── StoreUnavailable   not reachable, not answering, failing over: asking again later may help
    └── StoreRefused       it answers, and the answer is no: full, no permission, a foreign record

Every exception of the client library becomes one of them, with a sentence of ours: the library's
own texts may quote commands and their arguments.
"""

from __future__ import annotations

from ...errors import ApprovalError

__all__ = ["StoreError", "StoreRefused", "StoreUnavailable"]


class StoreError(ApprovalError):
    """The store could not do what was asked."""


class StoreUnavailable(StoreError):
    """The server cannot be reached or does not answer. The change may or may not have been made;
    every change can be repeated safely."""


class StoreRefused(StoreError):
    """The server answered and refused. The change was not made."""
