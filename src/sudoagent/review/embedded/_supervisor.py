"""Runs the embedded server and ends it when its last user is gone.

A program of its own, started with ``python -I -S``: it imports nothing but a little of the
standard library and keeps no memory, descriptor, terminal or secret of whoever started it.

    _supervisor.py SERVER SOCKET FD     in the state folder; FD holds the supervisor's lock

Three locks carry everything, because the kernel releases them however a process ends:

- ``supervisor.lock`` is inherited from the starter and held while this program lives;
- ``users.lock`` is held shared by every user, so an exclusive lock means that nobody is left;
- ``server.lock`` is inherited by the server: while it is held, some server may still write the
  data, and no second one is started on it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence

__all__ = ["SERVER_LOCK", "USERS_LOCK", "main"]

USERS_LOCK = "users.lock"
SERVER_LOCK = "server.lock"

# Long enough that commands run one after the other share one server.
_GRACE = 0.5
_END_TIMEOUT = 5.0
_PAUSE = 0.02
_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>

_DATA = "appendonlydir"
_MANIFEST = os.path.join(_DATA, "appendonly.aof.manifest")

_SETTINGS = (
    # No network; the socket is private.
    *("--port", "0", "--unixsocketperm", "700"),
    # On the disk before it is acknowledged, so that `kill -9` loses nothing.
    *("--appendonly", "yes", "--appendfsync", "always", "--save", ""),
    # Plain commands instead of a snapshot: every version of Valkey and Redis can read them,
    # so the server can be upgraded, and downgraded, between two runs.
    *("--aof-use-rdb-preamble", "no", "--aof-load-truncated", "yes"),
    # Requests live for minutes; rewriting early keeps the next start fast.
    *("--auto-aof-rewrite-min-size", "4mb"),
    *("--maxmemory-policy", "noeviction", "--daemonize", "no"),
)


def main(arguments: Sequence[str]) -> None:
    """Get hold of the data, leave the starter behind, and return when the server has ended.

    Exits with a sentence if another server has the data and does not end.
    """
    binary, socket_path, inherited = arguments
    # Passed on to this program, but not to the server: the lock means that we are alive.
    os.set_inheritable(int(inherited), False)
    os.umask(0o077)
    # Both are inherited over exec, and either would make us deaf.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    supervisor = Supervisor(binary, socket_path)
    supervisor.own_data()
    # Only now may the starter go on: whatever answers it from here on is the new server.
    if os.fork():
        os._exit(0)  # It waits for this process, so the one that stays is not its zombie later.
    supervisor.run()


class Supervisor:
    """Runs one server in the current folder until it ends or nobody uses it."""

    def __init__(self, binary: str, socket_path: str) -> None:
        self._binary = binary
        self._socket_path = socket_path
        self._folder = os.getcwd()
        self._users = _open(USERS_LOCK)
        self._data = _open(SERVER_LOCK)

    def own_data(self) -> None:
        """Take the lock on the data, ending a server that lost its supervisor if there is one."""
        deadline = time.monotonic() + _END_TIMEOUT
        if _try_lock(self._data):
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_END_TIMEOUT)
            connection.connect(self._socket_path)
            connection.sendall(b"SHUTDOWN NOSAVE\r\n")
        while not _try_lock(self._data):
            if time.monotonic() >= deadline:
                sys.exit(f"a server that does not end still holds {SERVER_LOCK}: end it by hand")
            time.sleep(_PAUSE)

    def run(self) -> None:
        """Run the server; return when it has ended."""
        self._repair_data()
        command = [self._binary, "--unixsocket", self._socket_path, "--dir", self._folder]
        server = self._spawn([*command, *_SETTINGS])
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        threading.Thread(target=self._end_when_unused, args=(server,), daemon=True).start()
        server.wait()

    def _repair_data(self) -> None:
        """Cut off what a crash left behind the last whole command; a copy of it all is kept.

        The server does so itself only when the file ends too early, and refuses to start when a
        power failure left zeros or another block there.
        """
        if not os.path.exists(_MANIFEST) or self._check_data() == 0:
            return
        sys.stderr.write(f"the data ends in damage: cutting it off, a copy is in {_DATA}.damaged\n")
        shutil.copytree(_DATA, f"{_DATA}.damaged", dirs_exist_ok=True)
        self._check_data("--fix")

    def _check_data(self, *options: str) -> int:
        # Server and checker are one program, which goes by the name that it was called.
        name = os.path.basename(self._binary).replace("-server", "-check-aof")
        checker = self._spawn([name, *options, _MANIFEST], stdin=subprocess.PIPE)
        checker.communicate(b"y\n")
        return checker.returncode

    def _spawn(self, command: Sequence[str], stdin: int | None = None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - the starter named the program
            command,
            executable=self._binary,
            stdin=stdin,
            pass_fds=(self._data,),
            # It makes one system call and takes no lock, so it is safe beside a thread.
            preexec_fn=_death_signal(),  # noqa: PLW1509
        )

    def _end_when_unused(self, server: subprocess.Popen[bytes]) -> None:
        unused = False
        while not unused:
            fcntl.flock(self._users, fcntl.LOCK_EX)
            fcntl.flock(self._users, fcntl.LOCK_UN)
            time.sleep(_GRACE)
            unused = _try_lock(self._users)
        # Kept until we are gone: whoever comes now waits, and then starts a new server.
        # A server that ends in peace removes its socket, which is another's if the folder is.
        server.send_signal(signal.SIGTERM if self._is_reachable() else signal.SIGKILL)
        try:
            server.wait(_END_TIMEOUT)
        except subprocess.TimeoutExpired:
            server.kill()

    def _is_reachable(self) -> bool:
        path = os.path.join(self._folder, USERS_LOCK)
        try:
            return os.path.samestat(os.fstat(self._users), os.stat(path))
        except FileNotFoundError:
            return False


def _open(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _try_lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _death_signal() -> Callable[[], None] | None:
    """Return what makes a child die with this program, where the kernel can do that (Linux).

    Elsewhere a killed supervisor leaves its server to the next one, which ends it by ``SHUTDOWN``.
    """
    if sys.platform != "linux":
        return None
    import ctypes

    libc, parent = ctypes.CDLL(None), os.getpid()

    def set_death_signal() -> None:
        # SIGKILL, because it cannot be put off; everything acknowledged is on the disk.
        libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != parent:
            os._exit(1)  # It died before the kernel knew.

    return set_death_signal


if __name__ == "__main__":
    main(sys.argv[1:])
