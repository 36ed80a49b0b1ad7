"""SIGTERM while somebody waits for a person: withdraw the question first, then go.

Python's default is to die on the spot, with the card in Slack still asking. While a call waits in
the main thread, SIGTERM raises ``SystemExit(143)`` there instead, which takes the same way out as
Ctrl-C. An application that handles SIGTERM itself is left alone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType

__all__ = ["heed_termination"]

# By convention of the shells: 128 + the number of the signal.
_EXIT_CODE = 128 + signal.SIGTERM
_waiting = 0


@contextlib.contextmanager
def heed_termination() -> Iterator[None]:
    """Turn SIGTERM into ``SystemExit`` for as long as the block runs in the main thread."""
    global _waiting  # noqa: PLW0603 - signal handlers are the process's own
    # Handlers run in the main thread and can only be set there; so the count needs no lock.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _waiting += 1
    if _waiting == 1 and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        _waiting -= 1
        if _waiting == 0 and signal.getsignal(signal.SIGTERM) is _leave:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(_EXIT_CODE)


def _forget_parent() -> None:
    # A child forked by another thread has no waiting main thread, and must die of SIGTERM as usual.
    global _waiting  # noqa: PLW0603
    _waiting = 0
    if signal.getsignal(signal.SIGTERM) is _leave:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


os.register_at_fork(after_in_child=_forget_parent)
