"""The audit log: one JSON object per line, chained, on disk before the function runs."""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from ..errors import AuditLogError, ConfigurationError
from ..redaction import Redactor
from ._entry import AuditEntry
from ._fork import watch
from ._group_commit import GroupCommit
from ._head import read_head
from ._journal import Journal
from ._lane import Lane
from ._line import DEFAULT_MAX_ENTRY_BYTES, LineEncoder
from ._pending import Pending
from .checkpoint import Checkpoints, Signer
from .rotation import Rotation

__all__ = ["JsonlAuditLogger"]

Durability = Literal["sync", "os"]


class JsonlAuditLogger:
    """Appends entries to a file that can be believed; safe with many threads, processes and forks.

    ``path`` is made absolute now and opened with the first entry. ``durability``: with ``"sync"`` a
    decision is on disk when ``log`` returns, with ``"os"`` it survives the process but not the
    machine. An outcome is never waited for: while another thread writes, it is left to that one.
    ``rotate``: bytes, ``"100 MB"``, ``"day"`` or a ``Rotation``. ``allow_shared_directory`` accepts
    a directory, or a file, that others may write to. ``lock_timeout`` (seconds) bounds the wait for
    other processes. ``agent`` names the agent where an entry's metadata does not. ``redactor``
    takes secrets out of entries that are not ``RedactedEntry``. ``checkpoints`` signs the chain now
    and then. Raises ``ConfigurationError``.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] = "sudo_audit.jsonl",
        *,
        durability: Durability = "sync",
        rotate: int | str | Rotation | None = None,
        allow_shared_directory: bool = False,
        lock_timeout: float = 10.0,
        max_entry_bytes: int = DEFAULT_MAX_ENTRY_BYTES,
        agent: str | None = None,
        redactor: Redactor | None = None,
        checkpoints: Checkpoints | None = None,
    ) -> None:
        if durability not in ("sync", "os"):
            raise ConfigurationError(f"durability is {durability!r}: use 'sync' or 'os'")
        if not 0 < lock_timeout < threading.TIMEOUT_MAX:
            raise ConfigurationError("lock_timeout: give a positive number of seconds")
        self.path = Path(os.path.abspath(path))
        self._durable = durability == "sync"
        self._lock_timeout = lock_timeout
        self._encoder = LineEncoder(agent=agent, limit=max_entry_bytes, redactor=redactor)
        signer: Signer | None = None
        if checkpoints is not None:
            signer = Signer(checkpoints, self.path, shared=allow_shared_directory)
        self._journal = Journal(
            self.path,
            note=self._encoder.note,
            rotation=Rotation.of(rotate),
            lock_timeout=lock_timeout,
            shared=allow_shared_directory,
            durable=self._durable,
            sign=signer.after if signer is not None else None,
        )
        self._begin_alone()
        self._lane: Lane[AuditEntry] | None = None
        watch(self)
        _loggers.add(self)

    def log(self, entry: AuditEntry) -> None:
        """Append the entry; a decision is durable when this returns.

        Raises ``AuditLogError``, and then the entry counts as not recorded, although it may be
        found in the file.
        """
        pending = self._pending(entry)
        if entry.event == "outcome" and self._commit.leaves([pending]):
            return
        self._append([pending])
        pending.sync()

    async def alog(self, entry: AuditEntry) -> None:
        """Append the entry on this logger's own thread: the disk never blocks the event loop."""
        if self._lane is None:
            self._lane = Lane(self._log_each)
        await self._lane.submit(entry)

    @property
    def head(self) -> str | None:
        """The newest place in the chain as ``"seq:hash12"``: a witness to keep elsewhere."""
        try:
            link = read_head(self.path)
        except OSError:
            link = None
        if link is None or link.seq < self._journal.tail.seq:
            link = self._journal.tail
        return str(link) if link.seq else None

    def reopen(self) -> None:
        """Open the files anew with the next entry; the only way on after a failed sync."""
        with self._mutex:
            self._journal.forget()

    def close(self) -> None:
        """Write what is left to write, and let go of the files. The next entry opens them again."""
        self._append([])
        self.reopen()

    def _begin_alone(self) -> None:
        self._mutex = threading.Lock()
        self._commit = GroupCommit(self._lock_timeout)

    def _pending(self, entry: AuditEntry) -> Pending:
        wants_sync = self._durable and entry.event != "outcome"
        return Pending(self._encoder.entry(entry), wants_sync=wants_sync)

    def _append(self, mine: list[Pending]) -> None:
        # Settles every one of them: in a file, or with an error.
        self._commit.carry(mine, self._write)
        for one in mine:
            if not one.is_settled:
                one.error = AuditLogError("the audit log is busy: another thread waits too long")

    def _write(self, batch: Sequence[Pending]) -> None:
        try:
            with self._mutex:
                self._journal.append(batch)
        except AuditLogError as error:
            _refuse(batch, error)
        except OSError as error:
            _refuse(batch, self._failed(error))
        except BaseException:
            _refuse(batch, AuditLogError("writing to the audit log was interrupted"))
            raise

    def _log_each(self, entries: list[AuditEntry]) -> list[BaseException | None]:
        pending = [self._pending(entry) for entry in entries]
        self._append(pending)
        # The last one first: its sync covers the others.
        for one in reversed(pending):
            try:
                one.sync()
            except AuditLogError as error:
                one.error = error
        return [one.error for one in pending]

    def _failed(self, error: OSError) -> AuditLogError:
        why = error.strerror or str(error)
        sentence = f"the audit log {self.path} cannot be written ({why}): nothing runs until it can"
        failure = AuditLogError(sentence)
        failure.__cause__ = error
        return failure

    def after_fork(self) -> None:
        """Start anew in a forked child; called by itself."""
        # A descriptor shared with the parent shares its lock; the mutex may be held for ever.
        self._begin_alone()
        self._journal.forget()


_loggers: weakref.WeakSet[JsonlAuditLogger] = weakref.WeakSet()


@atexit.register
def _write_what_is_left() -> None:
    # A thread that dies with the interpreter may have been left with the entries of others.
    for logger in list(_loggers):
        logger._append([])


def _refuse(batch: Iterable[Pending], error: AuditLogError) -> None:
    for one in batch:
        if not one.is_settled:
            # One exception for each, or their tracebacks would grow into one another.
            one.error = AuditLogError(error.reason)
            one.error.__cause__ = error.__cause__
