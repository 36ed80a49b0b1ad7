"""Group commit: of many threads that log at once, one writes and syncs for all.

Whoever comes while nobody writes leads. He writes his own entries and those of all who wait, hands
on to the first who has come meanwhile, and syncs for those he has written for. So locks are taken
once for many entries, the disk is asked once for many decisions, and whoever waits is woken once.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Sequence

from ..errors import AuditLogError
from ._pending import Pending

__all__ = ["GroupCommit"]

Write = Callable[[Sequence[Pending]], None]


class _Turn:
    """One thread's entries; ``gate`` opens when they are done, or when it is this thread's turn."""

    __slots__ = ("entries", "gate")

    gate: threading.Lock

    def __init__(self, entries: Sequence[Pending]) -> None:
        self.entries = entries

    @property
    def wants_sync(self) -> bool:
        return any(one.wants_sync for one in self.entries)


class GroupCommit:
    """Lets one thread at a time write. ``patience`` (seconds) bounds the wait for others."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._lock = threading.Lock()  # held for a moment only
        self._leader: _Turn | None = None
        self._waiting: list[_Turn] = []

    def carry(self, entries: Sequence[Pending], write: Write) -> None:
        """Return when every entry is settled, or the patience has ended.

        ``write`` settles the entries that it is given, those of others among them. Those that want
        it are most likely on disk afterwards, too: their ``sync()`` says.
        """
        turn = _Turn(entries)
        try:
            if not self._begins(turn):
                turn.gate.acquire(timeout=self._patience)
            if self._leader is turn:
                self._lead(turn, write)
        finally:
            self._leave(turn)

    def _begins(self, turn: _Turn) -> bool:
        with self._lock:
            if self._leader is None:
                self._leader = turn
                return True
            turn.gate = threading.Lock()
            turn.gate.acquire()
            self._waiting.append(turn)
            return False

    def _lead(self, turn: _Turn, write: Write) -> None:
        followers: list[_Turn] = []
        try:
            if self._waiting:
                with self._lock:
                    followers, self._waiting = self._waiting, []
            write(_unsettled((turn, *followers)) if followers else turn.entries)
        finally:
            self._leave(turn)  # the next one writes while this one syncs
            if followers:
                _finish(followers)

    def _leave(self, turn: _Turn) -> None:
        # Whatever ended this turn, an interrupt too: nobody waits for who is gone.
        with self._lock:
            if self._leader is turn:
                self._leader = self._waiting.pop(0) if self._waiting else None
                if self._leader is not None:
                    self._leader.gate.release()
            elif turn in self._waiting:
                self._waiting.remove(turn)


def _unsettled(turns: Iterable[_Turn]) -> list[Pending]:
    # Some have lost their patience meanwhile, and were refused.
    return [one for turn in turns for one in turn.entries if not one.is_settled]


def _finish(turns: Iterable[_Turn]) -> None:
    """Wake those whose entries are done, the others once theirs are on disk."""
    for_disk = []
    for turn in turns:
        if turn.wants_sync:
            for_disk.append(turn)
        else:
            turn.gate.release()
    try:
        # The last one's sync covers those before it.
        for turn in reversed(for_disk):
            for one in reversed(turn.entries):
                # Should it fail, each of them finds out by itself.
                with contextlib.suppress(AuditLogError):
                    one.sync()
    finally:
        for turn in for_disk:
            turn.gate.release()
