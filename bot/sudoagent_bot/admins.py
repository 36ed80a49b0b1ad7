"""Who may stop everything: the people in SUDOAGENT_ADMINS, as long as Slack vouches for them."""

from __future__ import annotations

from .reviewers import Reviewers
from .rules import Refused

__all__ = ["Admins"]


class Admins:
    """The administrators of this deployment."""

    def __init__(self, ids: frozenset[str], reviewers: Reviewers) -> None:
        self._ids = ids
        self._reviewers = reviewers

    async def check(self, user_id: str) -> None:
        """Raise ``Refused`` unless this is an administrator, and an active full member."""
        if user_id not in self._ids:
            raise Refused("not_an_admin", "the person is not in SUDOAGENT_ADMINS")
        await self._reviewers.check_member(user_id)

    async def include(self, user_id: str) -> bool:
        """Whether this is an administrator. When Slack cannot be asked: no."""
        try:
            await self.check(user_id)
        except Refused:
            return False
        return True
