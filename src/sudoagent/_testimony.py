"""What an approver's verdict adds to the entry of a decision. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .redaction import Presentation
from .verdict import Verdict, Vote

__all__ = ["changed", "told_by"]


def told_by(verdict: Verdict, approver: str, safe: Callable[[str], str]) -> dict[str, Any]:
    """Return who decided, when and why; ``safe`` takes secrets out of what somebody wrote.

    ``approver`` is the name of one whose verdict names none.
    """
    optional = {
        **verdict.facts,
        "comment": verdict.comment,
        "approver_note": verdict.note,
        "decided_at": verdict.decided_at.isoformat() if verdict.decided_at else None,
        "slack_channel": verdict.channel,
        "slack_message_ts": verdict.message_ts,
    }
    return {
        **{name: safe(value) for name, value in optional.items() if value},
        "verdict": verdict.outcome,
        "approver": verdict.approver or approver,
        "votes": [_cast(vote, safe) for vote in verdict.votes],
    }


def changed(names: Iterable[str], asked: Presentation, runs: Presentation) -> dict[str, Any]:
    """Return each edited argument before and after, as it may be shown."""
    before, after = (
        {argument.name: argument.value for argument in shown.arguments} for shown in (asked, runs)
    )
    return {name: {"before": before.get(name), "after": after.get(name)} for name in names}


def _cast(vote: Vote, safe: Callable[[str], str]) -> dict[str, Any]:
    return {
        "choice": vote.choice,
        "team_id": vote.team_id,
        "user_id": vote.user_id,
        "at": vote.at.isoformat() if vote.at else None,
        "comment": safe(vote.comment) if vote.comment else None,
        **({"number_matched": True} if vote.number_matched else {}),
    }
