"""What only asynchronous programs know, for code that serves blocking ones too.

Importing asyncio takes a third as long as importing everything else here, so it is imported where
something is awaited. In a program that has not imported it, nothing can be of its kinds.
"""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["is_cancellation", "is_future"]


def is_cancellation(error: object) -> bool:
    """Whether this is asyncio's way to say that a task was cancelled."""
    asyncio: Any = sys.modules.get("asyncio")
    return asyncio is not None and isinstance(error, asyncio.CancelledError)


def is_future(value: object) -> bool:
    """Whether this is a future or task of asyncio, or of a library that looks like it."""
    asyncio: Any = sys.modules.get("asyncio")
    return asyncio is not None and asyncio.isfuture(value)
