"""What only asynchronous programs know, for code that serves blocking ones too.

Importing asyncio takes a third as long as importing everything else here, so it is imported where
something is awaited. In a program that has not imported it, nothing can be of its kinds.
"""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["cancellations", "is_cancellation", "is_future"]


def cancellations() -> int:
    """How many cancellations of the running task wait to be heeded; 0 without a task."""
    asyncio: Any = sys.modules.get("asyncio")
    try:
        task = asyncio.current_task() if asyncio is not None else None
    except RuntimeError:  # no loop runs: the coroutine is stepped by hand
        task = None
    return 0 if task is None else int(task.cancelling())


def is_cancellation(error: object) -> bool:
    """Whether this is asyncio's way to say that a task was cancelled."""
    asyncio: Any = sys.modules.get("asyncio")
    return asyncio is not None and isinstance(error, asyncio.CancelledError)


def is_future(value: object) -> bool:
    """Whether this is a future or task of asyncio, or of a library that looks like it."""
    asyncio: Any = sys.modules.get("asyncio")
    return asyncio is not None and asyncio.isfuture(value)
