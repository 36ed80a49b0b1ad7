"""Where the embedded server keeps its socket and data, and why nobody else can get at them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from ...errors import ConfigurationError
from ._supervisor import USERS_LOCK

__all__ = ["Place", "private_directory", "state_dir"]

_VARIABLE = "SUDOAGENT_STATE_DIR"
# sockaddr_un holds 104 bytes on macOS (108 on Linux), the final NUL included.
_SOCKET_LIMIT = 104
# A constant on purpose: TMPDIR and XDG_RUNTIME_DIR differ between a login and a service of the
# same user, and two processes that look in different folders start two servers.
_SHORT = Path("/tmp")  # noqa: S108 - the folder made in it is private and verified


def state_dir(environ: Mapping[str, str]) -> Path:
    """Return the private folder of the embedded server, made if it does not exist.

    ``SUDOAGENT_STATE_DIR`` names it; unset or empty, it is the platform's per-user state folder.
    Raises ``ConfigurationError`` when the folder is not absolute, is a symbolic link, belongs to
    somebody else, or can be reached or replaced by others.
    """
    given = environ.get(_VARIABLE)
    path = Path(given) if given else platformdirs.user_state_path("sudoagent", appauthor=False)
    if not path.is_absolute():
        raise ConfigurationError(
            f"{_VARIABLE} is {str(path)!r}: give an absolute path, because processes with "
            "different working directories would not find each other"
        )
    return private_directory(path)


def private_directory(path: Path) -> Path:
    """Return the folder's canonical path once it is known to be ours alone; make it if missing.

    Raises ``ConfigurationError`` otherwise.
    """
    try:
        path = Path(os.path.abspath(path))
        path = path.parent.resolve() / path.name
        _make(path)
        _check(path, path.lstat())
        for parent in path.parents:
            _check_parent(path, parent, parent.stat().st_mode)
    except OSError as error:
        raise _refusal(path, f"cannot be used ({error.strerror})") from error
    return path


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one embedded server. Two places never share a server."""

    directory: Path
    socket: Path

    @classmethod
    def at(cls, directory: Path) -> Place:
        """Return the place in a state folder; every process computes the same one.

        A folder whose path is too long for a socket gets a private short one for the socket alone.
        """
        socket = directory / "server.sock"
        if len(os.fsencode(socket)) >= _SOCKET_LIMIT:
            name = hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]
            socket = _SHORT.resolve() / f"sudoagent-{os.geteuid()}-{name}" / "server.sock"
        return cls(directory, socket)

    @property
    def users_lock(self) -> Path:
        """Locked shared by every user of the server; exclusively by what ends it."""
        return self.directory / USERS_LOCK

    @property
    def supervisor_lock(self) -> Path:
        """Locked by whoever is starting the server, then by its supervisor."""
        return self.directory / "supervisor.lock"

    @property
    def log(self) -> Path:
        """What the running server and its supervisor said; the run before is kept beside it."""
        return self.directory / "server.log"

    def secure(self) -> None:
        """Make the folders if they are gone. Raises ``ConfigurationError`` like ``state_dir``."""
        private_directory(self.directory)
        private_directory(self.socket.parent)


def _make(path: Path) -> None:
    # Path.mkdir(parents=True) gives parents the umask's mode; with a umask of 0 anybody could
    # rename what is in them. 0700 is also what the XDG specification asks for.
    if not path.parent.exists():
        _make(path.parent)
    with contextlib.suppress(FileExistsError):  # Another process came first, or _check refuses it.
        path.mkdir(0o700)


def _check(path: Path, status: os.stat_result) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise _refusal(path, "is a symbolic link, which could be pointed elsewhere")
    if not stat.S_ISDIR(status.st_mode):
        raise _refusal(path, "is not a folder")
    if status.st_uid != os.geteuid():
        raise _refusal(
            path, f"belongs to user {status.st_uid}, and this process runs as {os.geteuid()}"
        )
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077:
        raise _refusal(path, f"is open to other users (mode {mode:04o}): run chmod 700 on it")


def _check_parent(path: Path, parent: Path, mode: int) -> None:
    # Whoever may rename our folder can put another in its place. The sticky bit forbids that.
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise _refusal(path, f"could be replaced by any user, who may all write to {parent}")


def _refusal(path: Path, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"the embedded server's folder {path} {why}; or set {_VARIABLE} to a private folder, "
        "or REDIS_URL to a server"
    )
