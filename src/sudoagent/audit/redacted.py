"""Taking secrets out of entries that nobody has taken them out of yet."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from ..redaction import Redactor
from ._entry import AuditEntry

__all__ = ["RedactedEntry", "without_secrets"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactedEntry(AuditEntry):
    """An entry whose reason, error and metadata have been through a ``Redactor`` already.

    The engine makes these. A logger redacts every other entry before it writes it, so that a caller
    who hands over raw values leaks nothing either; that costs more than writing.
    """


def without_secrets(entry: AuditEntry, redactor: Redactor) -> AuditEntry:
    """Return the entry without secrets in its reason, error and metadata. Does not raise."""
    if isinstance(entry, RedactedEntry):
        return entry
    return dataclasses.replace(
        entry,
        reason=redactor.text(entry.reason) or "[empty]",
        error=redactor.text(entry.error) if entry.error is not None else None,
        metadata=redactor.value(entry.metadata),
    )
