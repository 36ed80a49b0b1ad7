"""Which approvals this process has used, whatever the store says later.

Whoever writes to Redis could erase that a verdict was claimed. The process that used it remembers,
and so does every process that it forks.
"""

from __future__ import annotations

__all__ = ["Uses"]

# Ids are 36 characters: some ten megabytes, and years of approvals by people.
_MOST = 100_000


class Uses:
    """The requests whose approval was used here, the most recent ones."""

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}

    def first(self, request_id: str) -> bool:
        """Take note of a use. False: there was one before."""
        if request_id in self._ids:
            return False
        if len(self._ids) >= _MOST:
            del self._ids[next(iter(self._ids))]
        self._ids[request_id] = None
        return True
