"""One user's share in the embedded server: the server lives while anybody holds a lease."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from . import _supervisor
from ._binary import ServerBinary, find_server
from ._lock import EXCLUSIVE, SHARED, FileLock
from ._place import Place, private_directory

__all__ = ["Lease", "ServerUnavailable", "acquire"]

_log = logging.getLogger(__name__)

START_TIMEOUT = 15.0
_PING_TIMEOUT = 1.0
_PAUSE = 0.01
# The supervisor outlives whoever starts it. It gets what the dynamic linker and the C library
# need and nothing else: tokens in the starter's environment stay there.
_PASSED_ON = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "TZ")


class ServerUnavailable(ConnectionError):
    """The embedded server did not start, or does not answer; the message says what it said."""


def acquire(
    directory: Path, *, server: ServerBinary | None = None, timeout: float = START_TIMEOUT
) -> Lease:
    """Start the embedded server of a state folder, or join it, and return once it answers.

    Safe to call from any number of processes and threads at once; they share one server.
    ``timeout`` is in seconds. Raises ``ConfigurationError`` when the folder is not private or no
    server program is installed, and ``ServerUnavailable`` when the server does not answer in time.
    """
    lease = Lease(private_directory(directory), server, timeout)
    try:
        lease.ensure()
    except BaseException:
        lease.close()
        raise
    return lease


class Lease:
    """The right to a running server, held until ``close`` or until the process is gone.

    A lease that is garbage collected without ``close`` keeps the server as long as the process.
    A forked child does not hold its parent's lease, so it does not keep the server alive by
    accident; its first ``ensure`` takes a hold of its own.
    """

    def __init__(self, directory: Path, server: ServerBinary | None, timeout: float) -> None:
        self._place = Place.at(directory)
        self._server = server
        self._timeout = timeout
        self._users = FileLock(self._place.users_lock)
        self._supervisor = FileLock(self._place.supervisor_lock)
        self._closed = False
        self._turns: dict[int, threading.Lock] = {}

    @property
    def socket_path(self) -> Path:
        """Where the server listens. It stays the same when the server is started again."""
        return self._place.socket

    @property
    def url(self) -> str:
        """The address for a client: ``unix://`` and the quoted path."""
        return "unix://" + quote(str(self._place.socket))

    @property
    def description(self) -> str:
        """Say which server this is, for a person."""
        return f"embedded, this machine only ({self._place.directory})"

    def ensure(self) -> None:
        """Return once the server answers, having started it again if it was gone.

        Takes about 0.1 ms when all is well. Raises like ``acquire``, and ``ValueError`` after
        ``close``.
        """
        deadline = time.monotonic() + self._timeout
        with self._turn():
            if self._closed:
                raise ValueError("the lease on the embedded server is closed")
            self._place.secure()
            # Held first and checked second: from here on nobody ends the server under us.
            if not self._users.take(SHARED, deadline):
                raise self._unavailable("is being ended and does not end")
            self._bring_up(deadline)

    def close(self) -> None:
        """Give up the server; the last user's going ends it, about a second later."""
        with self._turn():
            self._closed = True
            self._users.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _turn(self) -> threading.Lock:
        # By process: in a forked child, a lock that another thread held is never released.
        return self._turns.setdefault(os.getpid(), threading.Lock())

    def _bring_up(self, deadline: float) -> None:
        started = False
        while True:
            if self._supervisor.try_take(EXCLUSIVE):
                # Nobody starts or supervises a server here, so it is for us to do.
                try:
                    if started:
                        raise self._unavailable("ended while it started")
                    self._start(deadline)
                    started = True
                finally:
                    # Not released: the supervisor has inherited it.
                    self._supervisor.drop()
            elif answers(self._place.socket):
                return
            if time.monotonic() >= deadline:
                raise self._unavailable(f"did not answer within {self._timeout:g} seconds")
            time.sleep(_PAUSE)

    def _start(self, deadline: float) -> None:
        server = self._server or find_server()
        _log.info("starting the embedded server %s in %s", server.path, self._place.directory)
        held = self._supervisor.fileno()
        arguments = [str(server.path), str(self._place.socket), str(held)]
        with open(_fresh_log(self._place.log), "ab") as log:
            try:
                subprocess.run(  # noqa: S603 - our own program; the paths are not a shell's
                    # Isolated: neither the environment nor the current folder chooses its code.
                    [sys.executable, "-I", "-S", _supervisor.__file__, *arguments],
                    cwd=self._place.directory,
                    env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(held,),
                    start_new_session=True,
                    timeout=max(0.0, deadline - time.monotonic()),
                    check=True,
                )
            except OSError as error:
                raise self._unavailable(f"could not be started ({error})") from error
            except subprocess.SubprocessError as error:  # Its reason is in the log.
                raise self._unavailable("could not be started") from error

    def _unavailable(self, what: str) -> ServerUnavailable:
        said = _last_line(self._place.log)
        return ServerUnavailable(
            f"the embedded server in {self._place.directory} {what}"
            + (f": {said}" if said else "")
            + f" (see {self._place.log}, or set REDIS_URL to use another server)"
        )


def answers(path: Path) -> bool:
    """Say whether a server is ready at the socket; one that is still loading is not."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_PING_TIMEOUT)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def _fresh_log(path: Path) -> Path:
    if path.exists():
        path.replace(path.with_suffix(".previous.log"))
    return path


def _last_line(path: Path) -> str:
    try:
        lines = path.read_text(errors="replace").split("\n")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
