"""Whether the audit log can be written, and is as it was written. Changes nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ..audit._place import check_directory, open_safely
from ..audit.verify import Report, verify_files
from ..errors import AuditLogError
from .result import Check, failed, good, skipped, warning

__all__ = ["check_log"]

_LITTLE = 100 << 20  # bytes
_LARGE = 256 << 20  # bytes; verifying more takes longer than anybody waits for a doctor


def check_log(path: Path) -> tuple[Check, ...]:
    """Look at the log's place, at the file if there is one, and at the room that is left."""
    path = Path(os.path.abspath(path))
    try:
        return _look(path)
    except AuditLogError as error:
        return (failed("audit log", error.reason, "until then no guarded call runs"),)
    except OSError as error:
        told = f"the audit log {path} cannot be looked at: {error.strerror}"
        return (failed("audit log", told, "choose another path"),)


def _look(path: Path) -> tuple[Check, ...]:
    writable = _check_place(path)
    if writable.status == "failed" or not path.exists():
        return (writable, *_room(path))
    return (writable, _verified(path), *_room(path))


def _check_place(path: Path) -> Check:
    if not path.parent.exists():
        home = _nearest(path.parent)
        if not os.access(home, os.W_OK | os.X_OK):
            told = f"{path.parent} does not exist, and {home} may not be written to"
            return failed("audit log", told, "make the folder, or choose another path")
        return good("audit log", f"{path} will be made with the first decision")
    check_directory(path.parent)
    if not path.exists():
        if not os.access(path.parent, os.W_OK | os.X_OK):
            told = f"{path.parent} may not be written to"
            return failed("audit log", told, "change its owner, or choose another path")
        return good("audit log", f"{path} will be made with the first decision")
    os.close(open_safely(path, append=True, shared=False))
    return good("audit log", f"{path} can be written")


def _verified(path: Path) -> Check:
    if path.stat().st_size > _LARGE:
        return skipped("chain", "the log is large", f"`sudoagent audit verify {path}`")
    (report,) = verify_files([path])
    if not report.intact:
        told = f"the log is not as it was written: {_findings(report)}"
        return failed("chain", told, f"see them with `sudoagent audit verify {path}`")
    return good("chain", f"the log is intact: {report.entries:,} entries, head {report.head}")


def _findings(report: Report) -> str:
    first = report.damage[0] if report.damage else None
    what = f", the first: {first.kind} at line {first.place.line}" if first else ""
    count = report.damage_count
    return f"{count:,} finding{'' if count == 1 else 's'}{what}"


def _room(path: Path) -> tuple[Check, ...]:
    free = shutil.disk_usage(_nearest(path.parent)).free
    if free >= _LITTLE:
        return ()
    told = f"the disk has {free >> 20} MB left; when it is full, no guarded call runs"
    return (warning("disk", told, "make room"),)


def _nearest(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    return next(one for one in (folder, *folder.parents) if one.exists())
