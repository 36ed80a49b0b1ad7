"""Group commit: of many threads that log at once, one writes and syncs for all.

Whoever comes while nobody writes leads. He writes his own entries and those of all who wait, calls
one of those who have come meanwhile, and syncs for those he has written for. So locks are taken
once for many entries, the disk is asked once for many decisions, and most who wait are woken once.

Who is called does not lead before he is awake. Waking up takes longer than writing, so whoever
comes first meanwhile leads, and takes his entries along. Who need not know how it ends leaves his
entries with whoever leads, and goes on.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence

from ..errors import AuditLogError
from ._pending import Pending

__all__ = ["GroupCommit"]

_log = logging.getLogger(__name__)

Write = Callable[[Sequence[Pending]], None]


class _Turn:
    """One thread's entries. ``gate`` is open while there is something for the thread to look at.

    Without a gate nobody waits for them.
    """

    __slots__ = ("entries", "gate", "is_done")

    def __init__(self, entries: Sequence[Pending]) -> None:
        self.entries = entries
        self.gate: threading.Lock | None = None
        self.is_done = False

    @property
    def wants_sync(self) -> bool:
        return any(one.wants_sync for one in self.entries)

    def call(self) -> None:
        if self.gate is not None and self.gate.locked():
            self.gate.release()


class GroupCommit:
    """Lets one thread at a time write. ``patience`` (seconds) bounds the wait for others."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        # Held for a moment only. Guards what follows, and every turn's gate.
        self._lock = threading.Lock()
        self._leader: _Turn | None = None
        self._waiting: list[_Turn] = []

    def carry(self, entries: Sequence[Pending], write: Write) -> None:
        """Return when every entry is settled, or the patience has ended.

        ``write`` settles the entries that it is given, those of others among them. Those that want
        it are most likely on disk afterwards, too: their ``sync()`` says.
        """
        turn = _Turn(entries)
        try:
            if self._begins(turn) or self._is_called(turn):
                self._lead(turn, write)
            else:
                self._leave(turn)
        except BaseException:
            # Whatever ended this turn, an interrupt too: nobody waits for who is gone.
            self._leave(turn)
            raise
        if self._waiting:
            self._carry_what_was_left(write)

    def leaves(self, entries: Sequence[Pending]) -> bool:
        """Leave the entries with whoever leads, and do not wait. False: nobody does.

        A failure to write them is logged then, and known to nobody else.
        """
        with self._lock:
            led = self._leader is not None
            if led:
                self._waiting.append(_Turn(entries))
            return led

    def _begins(self, turn: _Turn) -> bool:
        with self._lock:
            if self._leader is None:
                self._leader = turn
                return True
            turn.gate = threading.Lock()
            turn.gate.acquire()
            self._waiting.append(turn)
            return False

    def _is_called(self, turn: _Turn) -> bool:
        """Wait until the entries have been taken along, or until it is this turn to lead."""
        assert turn.gate is not None
        give_up = time.monotonic() + self._patience
        while turn.gate.acquire(timeout=max(give_up - time.monotonic(), 0)):
            with self._lock:
                if turn.is_done:
                    return False
                if self._leader is None and turn in self._waiting:
                    self._waiting.remove(turn)
                    self._leader = turn
                    return True
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
                self._finish(followers)

    def _leave(self, turn: _Turn) -> None:
        with self._lock:
            if self._leader is turn:
                self._leader = None
            elif turn in self._waiting:
                self._waiting.remove(turn)
            if self._waiting and self._leader is None:
                next((one for one in self._waiting if one.gate is not None), turn).call()

    def _carry_what_was_left(self, write: Write) -> None:
        # Most of it is taken along by the next one; this is for when nobody comes.
        while self._waiting:
            turn = _Turn(())
            with self._lock:
                if self._leader is not None or any(one.gate is not None for one in self._waiting):
                    return
                self._leader = turn
            try:
                self._lead(turn, write)
            except BaseException:
                self._leave(turn)
                raise

    def _finish(self, turns: Sequence[_Turn]) -> None:
        """Wake those whose entries are done, the others once theirs are on disk."""
        _lament(one for turn in turns if turn.gate is None for one in turn.entries)
        for_disk = [turn for turn in turns if turn.wants_sync]
        self._wake(turn for turn in turns if turn not in for_disk)
        try:
            # The last one's sync covers those before it.
            for turn in reversed(for_disk):
                for one in reversed(turn.entries):
                    # Should it fail, each of them finds out by itself.
                    with contextlib.suppress(AuditLogError):
                        one.sync()
        finally:
            self._wake(for_disk)

    def _wake(self, turns: Iterable[_Turn]) -> None:
        with self._lock:
            for turn in turns:
                turn.is_done = True
                turn.call()


def _unsettled(turns: Iterable[_Turn]) -> list[Pending]:
    # Some have lost their patience meanwhile, and were refused.
    return [one for turn in turns for one in turn.entries if not one.is_settled]


def _lament(left: Iterable[Pending]) -> None:
    for one in left:
        if one.error is not None:
            _log.warning("an entry that nobody waited for was not recorded: %s", one.error)
