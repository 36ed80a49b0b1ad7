"""What a writer has to record when the log does not end as it should. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .chain import Link

if TYPE_CHECKING:
    from ._archives import Archive
    from ._tail import Ending

__all__ = ["about", "unsure"]

Finding = tuple[str, str, dict[str, Any]]  # event, reason, metadata


def about(ending: Ending, known: Link, *, archive: Archive | None, headless: bool) -> list[Finding]:
    """Return what to record before going on; empty for a log that ends as expected.

    ``known`` is the newest link that this process or the head file knows. ``archive`` is the
    newest of the log's older files; ``headless`` says that there was no head file.
    """
    found: list[Finding] = []
    if ending.fragment is not None:
        found.append(_fragment(ending))
    elif ending.unterminated:
        link = ending.link
        found.append(
            _recovery("unterminated", "the last entry had no newline; it counts", entry=str(link))
        )
    if ending.link is None:
        if archive is not None and archive.last == known:
            reason = "the log goes on in this file"
            found.append(
                ("rotation", reason, {"previous_file": archive.name, "previous": str(known)})
            )
        elif known.seq:
            found.append(
                _lost("missing", "the file that was written to before is gone or empty", known)
            )
    elif ending.link.seq < known.seq:
        lost = _lost("truncated", "the end of the log is gone", known)
        lost[2]["found"] = str(ending.link)
        found.append(lost)
    elif ending.link.seq == known.seq and ending.link != known:
        found.append(_lost("replaced", "the last entry is not the one that was written", known))
    elif headless:
        reason = "there was no head file, so earlier entries may have been removed unseen"
        found.append(_recovery("no_head", reason, found=str(ending.link)))
    return found


def unsure(failure: str) -> Finding:
    """Return what to record after a failed sync, once the log is opened again."""
    return _recovery(
        "sync_failed", "entries before this one may not have reached the disk", error=failure
    )


def _fragment(ending: Ending) -> Finding:
    assert ending.fragment is not None
    kind = "torn" if ending.fragment.torn else "foreign"
    reason = {
        "torn": "an entry was not written to its end, so it was not acknowledged",
        "foreign": "bytes that no writer of this log left were found at its end",
    }[kind]
    return "recovery", reason, {"kind": kind, **ending.fragment.facts()}


def _lost(kind: str, reason: str, known: Link) -> Finding:
    return _recovery(kind, reason, known=f"{known.seq}:{known.hash}")


def _recovery(kind: str, reason: str, **facts: Any) -> Finding:
    return "recovery", reason, {"kind": kind, **facts}
