"""How often a reviewer has tried to state a request's number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..request import SCHEMA_VERSION, State
from .keys import Keys
from .link import Link
from .records import read_state, text
from .reviews import RETENTION_MS

__all__ = ["AttemptReply", "Attempts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptReply:
    """``counted``: this is attempt number ``made``. ``exhausted``: there are no more.

    ``ended``: the request takes no votes any more, see ``state``. ``unknown``: no such request.
    """

    kind: Literal["counted", "exhausted", "ended", "unknown"]
    state: State | None = None
    made: int = 0


class Attempts:
    """Counts attempts, however many bots hear them at once. Raises ``StoreError``."""

    def __init__(self, link: Link, keys: Keys) -> None:
        self._link = link
        self._keys = keys

    async def count(
        self, request_id: str, *, team_id: str, user_id: str, attempt: str, most: int
    ) -> AttemptReply:
        """Count an attempt before it is looked at, unless ``most`` were made already.

        ``attempt`` names this one and no other: a fresh UUID. Counting it again changes nothing.
        """
        keys = (*self._keys.shared(), self._keys.request(request_id))
        args = (self._keys.hints, SCHEMA_VERSION, RETENTION_MS)
        voter = f"{team_id}/{user_id}"
        kind, *rest = await self._link.run("attempt", keys, (*args, voter, attempt, most))
        return AttemptReply(
            kind=text(kind),  # type: ignore[arg-type]  # the script's closed set
            state=read_state(rest[0]) if rest else None,
            made=rest[1] if len(rest) > 1 else 0,
        )
