"""A dialog that was sent waits for its answer: it closes, or shows what is wrong with it.

Slack wants that answer within three seconds, so it is given before anything slow is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

__all__ = ["Complaints", "Dialog"]

# Slack waits for three; the rest is for the way.
_SECONDS = 2.0


class Complaints(Exception):
    """What is wrong with a dialog, as sentences by the ids of its blocks."""

    def __init__(self, by_block: Mapping[str, str]) -> None:
        super().__init__(f"complaints about {', '.join(by_block)}")
        self.by_block = dict(by_block)


class Dialog:
    """The answer to one submitted dialog. The first one counts. Belongs to the running loop."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[Mapping[str, str]] = asyncio.Future()

    def close(self) -> None:
        """Let it close, unless it was answered already."""
        if not self._answer.done():
            self._answer.set_result({})

    def complain(self, complaints: Complaints) -> bool:
        """Keep it open, with complaints. False when it is closed already."""
        if self._answer.done():
            return False
        self._answer.set_result(complaints.by_block)
        return True

    async def answer(self, seconds: float = _SECONDS) -> Mapping[str, str]:
        """Return the complaints, none of which closes the dialog; it closes after ``seconds``."""
        await asyncio.wait([self._answer], timeout=seconds)
        self.close()
        return self._answer.result()
