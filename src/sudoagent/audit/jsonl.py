"""The audit log: one JSON object per line, chained, on disk before the function runs."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

from ..errors import AuditLogError, ConfigurationError
from ..redaction import Redactor
from ._entry import AuditEntry
from ._file import LogFile
from ._fork import watch
from ._head import read_head
from ._journal import Journal
from ._lane import Lane
from ._line import DEFAULT_MAX_ENTRY_BYTES, LineEncoder
from .checkpoint import Checkpoints, Signer
from .rotation import Rotation

__all__ = ["JsonlAuditLogger"]

Durability = Literal["sync", "os"]
A = TypeVar("A")
R = TypeVar("R")


class JsonlAuditLogger:
    """Appends entries to a file that can be believed; safe with many threads, processes and forks.

    ``path`` is made absolute now and opened with the first entry. ``durability``: with ``"sync"`` a
    decision is on disk when ``log`` returns, with ``"os"`` it survives the process but not the
    machine; outcomes are never waited for. ``rotate``: bytes, ``"100 MB"``, ``"day"`` or a
    ``Rotation``. ``allow_shared_directory`` accepts a directory, or a file, that others may write
    to. ``lock_timeout`` (seconds) bounds the wait for other processes. ``agent`` names the agent
    where an entry's metadata does not. ``redactor`` takes secrets out of entries that are not
    ``RedactedEntry``. ``checkpoints`` signs the chain now and then. Raises ``ConfigurationError``.
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
        self._journal = Journal(
            self.path,
            note=self._encoder.note,
            rotation=Rotation.of(rotate),
            lock_timeout=lock_timeout,
            shared=allow_shared_directory,
            durable=self._durable,
        )
        self._signer: Signer | None = None
        if checkpoints is not None:
            self._signer = Signer(checkpoints, self.path, shared=allow_shared_directory)
        self._mutex = threading.Lock()
        self._lane: Lane[AuditEntry] | None = None
        watch(self)

    def log(self, entry: AuditEntry) -> None:
        """Append the entry; a decision is durable when this returns.

        Raises ``AuditLogError``, and then the entry counts as not recorded, although it may be
        found in the file.
        """
        file, ticket = self._append(entry)
        if self._durable and entry.event != "outcome":
            file.sync(ticket)

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
        """Let go of the files. The next entry opens them again."""
        self.reopen()

    def _append(self, entry: AuditEntry) -> tuple[LogFile, int]:
        body = self._encoder.entry(entry)
        if not self._mutex.acquire(timeout=self._lock_timeout):
            raise AuditLogError(
                "the audit log is busy: another thread has waited too long for the disk"
            )
        try:
            file = self._journal.append(body)
            if self._signer is not None:
                self._signer.after(self._journal.tail)
            return file, file.writes
        except OSError as error:
            raise self._failed(error) from error
        finally:
            self._mutex.release()

    def _log_each(self, entries: list[AuditEntry]) -> list[BaseException | None]:
        appended = [_attempt(self._append, entry) for entry in entries]
        errors: list[BaseException | None] = []
        # The last one first: its sync covers the others.
        for entry, result in zip(reversed(entries), reversed(appended), strict=True):
            if isinstance(result, BaseException):
                errors.append(result)
            elif self._durable and entry.event != "outcome":
                failed = _attempt(result[0].sync, result[1])
                errors.append(failed if isinstance(failed, BaseException) else None)
            else:
                errors.append(None)
        return errors[::-1]

    def _failed(self, error: OSError) -> AuditLogError:
        why = error.strerror or str(error)
        return AuditLogError(
            f"the audit log {self.path} cannot be written ({why}): nothing may run until it can"
        )

    def after_fork(self) -> None:
        """Start anew in a forked child; called by itself."""
        # A descriptor shared with the parent shares its lock; the mutex may be held for ever.
        self._mutex = threading.Lock()
        self._journal.forget()


def _attempt(action: Callable[[A], R], argument: A) -> R | Exception:
    try:
        return action(argument)
    except Exception as error:
        return error
