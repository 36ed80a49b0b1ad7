"""SIGTERM while somebody waits for a person: withdraw the question first, then go.

Python's default is to die on the spot, with the card in Slack still asking. While a call waits in
the main thread, SIGTERM raises ``SystemExit(143)`` there instead, which takes the same way out as
Ctrl-C. An application that handles SIGTERM itself is left alone.
"""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType

__all__ = ["heeding_termination"]

# By convention of the shells: 128 + the number of the signal.
_EXIT_CODE = 128 + signal.SIGTERM


class _Heeding:
    """While anybody in the main thread is inside, SIGTERM raises ``SystemExit`` there.

    One object for all, because ten thousand calls may wait at once.
    """

    def __init__(self) -> None:
        self._waiting = 0

    def __enter__(self) -> None:
        # Signal handlers are set and run in the main thread only, so the count needs no lock.
        if threading.current_thread() is not threading.main_thread():
            return
        self._waiting += 1
        if self._waiting == 1 and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _leave)

    def __exit__(self, *_: object) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        self._waiting -= 1
        if self._waiting == 0:
            self._restore()

    def forget(self) -> None:
        """Start anew: a child that another thread forked has no waiting main thread."""
        self._waiting = 0
        self._restore()

    def _restore(self) -> None:
        if signal.getsignal(signal.SIGTERM) is _leave:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(_EXIT_CODE)


heeding_termination = _Heeding()
os.register_at_fork(after_in_child=heeding_termination.forget)
