"""Opening the log's files so that nobody else can put something in their place.

Every refusal is an ``AuditLogError`` whose sentence says what to do.
"""

from __future__ import annotations

import errno
import grp
import os
import pwd
import stat
from pathlib import Path
from typing import BinaryIO

from ..errors import AuditLogError

__all__ = [
    "check_directory",
    "close_own",
    "is_open_on",
    "open_regular",
    "open_safely",
    "sync_directory",
]

_FLAGS = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


def check_directory(directory: Path) -> None:
    """Refuse a directory in which others may put or replace files; create a missing one (0700)."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = directory.stat()
    except OSError as error:
        raise _refused(directory, f"its directory cannot be used ({error.strerror})") from error
    if others_may_write(found):
        raise AuditLogError(
            f"the audit log's directory {directory} may be written to by others: chmod go-w it, "
            "choose another directory, or pass allow_shared_directory=True to accept that they can "
            "replace the log"
        )


def open_safely(path: Path, *, append: bool, shared: bool) -> int:
    """Open or create the file with mode 0600 and return its descriptor; never through a symlink.

    ``shared`` accepts a file of another owner, or one that others may write to.
    """
    flags = _FLAGS | (os.O_APPEND if append else 0)
    try:
        descriptor = os.open(path, flags | os.O_CREAT, 0o600)
    except OSError as error:
        raise _refused(path, _why(error)) from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise _refused(path, "it is not a regular file: remove it or choose another path")
        if not shared and others_may_write(found):
            raise _refused(path, "others may write to it: chmod 600 it and see who did")
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def open_regular(path: Path, *, buffering: int = -1) -> BinaryIO:
    """Open a file for reading. Raises ``OSError``, at once, for a pipe, a device or a directory."""
    # Not waiting for somebody who writes into a pipe; to a regular file the flag means nothing.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        return open(descriptor, "rb", buffering=buffering)
    except BaseException:
        os.close(descriptor)
        raise


def is_open_on(descriptor: int, identity: tuple[int, int]) -> bool:
    """Whether the descriptor still is that of the file (device and inode) that was opened.

    A program that becomes a daemon closes every descriptor that it finds. The next files that it
    opens get their numbers, and an entry written to one of them would be no record.
    """
    try:
        found = os.fstat(descriptor)
    except OSError:
        return False
    return (found.st_dev, found.st_ino) == identity


def close_own(descriptor: int, identity: tuple[int, int]) -> None:
    """Close the descriptor, unless somebody did and its number is another file's."""
    if is_open_on(descriptor, identity):
        os.close(descriptor)


def sync_directory(directory: Path) -> None:
    """Put the directory's names on disk, so that a new file survives a loss of power."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def others_may_write(found: os.stat_result) -> bool:
    """Whether anybody but this user and root can write here.

    A group that holds nobody but the owner (user-private groups, the default on many systems) is
    not "others". Root is not refused in another user's directory: containers mount such ones.
    """
    user = os.geteuid()
    if found.st_mode & stat.S_IWOTH or (user and found.st_uid not in (0, user)):
        return True
    return bool(found.st_mode & stat.S_IWGRP) and not _is_private_group(found.st_gid)


def _is_private_group(group_id: int) -> bool:
    if group_id == 0:
        return True
    try:
        group = grp.getgrgid(group_id)
        user = pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}


def _why(error: OSError) -> str:
    if error.errno in (errno.ELOOP, errno.EMLINK):
        return "it is a symbolic link: remove the link, or give the path that it points to"
    if error.errno == errno.EISDIR:
        return "it is a directory: give the path of a file"
    if error.errno in (errno.ENXIO, errno.ENODEV):
        return "it is a pipe or a device: give the path of a file"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "this process may not write to it: change its owner or choose another path"
    return f"{error.strerror}"


def _refused(path: Path, why: str) -> AuditLogError:
    return AuditLogError(f"the audit log {path} cannot be opened: {why}")
