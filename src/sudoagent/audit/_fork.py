"""What has to start anew in a forked child: the parent's threads and locks do not come along."""

from __future__ import annotations

import os
import weakref
from typing import Protocol

__all__ = ["watch"]


class Forkable(Protocol):
    """Something that is told when it finds itself in a forked child."""

    def after_fork(self) -> None:
        """Let go of what is shared with the parent, or was held by its threads."""


_watched: weakref.WeakSet[Forkable] = weakref.WeakSet()


def watch(part: Forkable) -> None:
    """Call ``part.after_fork()`` in every child that is forked while the part lives."""
    _watched.add(part)


def _in_child() -> None:
    for part in list(_watched):
        part.after_fork()


os.register_at_fork(after_in_child=_in_child)
