"""Whether an approval that came with edits covers the edited call. Pure.

The edited call goes through the policy again. What the policy then asks for must be no stricter
than what the reviewer answered: nobody gives an approval that he was not asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .context import Context
from .policies import PolicyResult
from .verdict import Verdict

__all__ = ["Edit", "Edited", "not_covered"]

_RISKS = {"low": 0, "medium": 1, "high": 2}


@dataclass(frozen=True, slots=True)
class Edited:
    """The call as edited, and its call digest."""

    ctx: Context
    digest: str


# Gives the call other values. Raises ``ValueError`` for what may not be edited.
Edit = Callable[[Mapping[str, Any]], Edited]


def not_covered(asked: PolicyResult, now: PolicyResult, verdict: Verdict) -> str | None:
    """Return why an approval that was ``asked`` for is not the one needed ``now``, or ``None``.

    What a result leaves to the approver is the approver's in both: only the same silence is equal.
    """
    # 1. By so many reviewers: whoever edited did it alone.
    if (now.quorum or 1) > 1 or (now.quorum is None and asked.quorum is not None):
        return "more than one reviewer has to approve it"
    # 2. By these reviewers. Who is in a group, only Slack knows, and it was asked about others.
    if now.reviewers != asked.reviewers and not _named(now, verdict):
        return "other reviewers have to approve it"
    # 3. With no less care.
    if now.number_match and not _number_matched(verdict):
        return "its approval needs the number"
    if _RISKS[now.risk or "medium"] > _RISKS[asked.risk or "medium"]:
        return "its risk is higher"
    return None


def _named(now: PolicyResult, verdict: Verdict) -> bool:
    voters = _approving(verdict)
    return bool(voters) and all(vote.user_id in (now.reviewers or ()) for vote in voters)


def _number_matched(verdict: Verdict) -> bool:
    voters = _approving(verdict)
    return bool(voters) and all(vote.number_matched for vote in voters)


def _approving(verdict: Verdict) -> list[Any]:
    return [vote for vote in verdict.votes if vote.choice == "approve"]
