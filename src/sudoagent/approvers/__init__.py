"""Who is asked when a policy requires approval."""

from __future__ import annotations

from ._protocol import Approver

__all__ = ["Approver"]
