"""Refusals that no reviewer spoke: what the store answered, as a verdict."""

from __future__ import annotations

from sudoagent.display import cut, visible
from sudoagent.errors import ApprovalError
from sudoagent.review.store import CreateReply
from sudoagent.verdict import Verdict

__all__ = ["expired", "frozen", "not_created"]

_MOST_REASON = 300


def not_created(reply: CreateReply) -> Verdict:
    """Return why the store took no request. Raises ``ApprovalError`` where nothing explains it."""
    if reply.kind == "held_back":
        return Verdict(
            outcome="denied",
            reason="rate_limited: too many requests are pending already; wait for some of them",
            approver="slack",
            facts={"refusal": "rate_limited", "held_back": str(reply.held_back)},
        )
    if reply.kind == "frozen":
        return frozen(reply.reason)
    if reply.kind == "expired":
        return expired("there was no time left to ask")
    raise ApprovalError("another request is stored under this request's id")


def expired(reason: str) -> Verdict:
    """Return the verdict of a request that ran out of time."""
    return Verdict(outcome="expired", reason=reason, approver="slack")


def frozen(why: str) -> Verdict:
    """Return the denial while approvals are frozen; ``why`` is what whoever froze them said."""
    # Whoever can write to Redis chooses these words, and the agent reads them.
    why = cut(visible(why.strip()), _MOST_REASON)
    reason = f"approvals are frozen: {why}" if why else "approvals are frozen"
    return Verdict(outcome="denied", reason=reason, approver="slack", facts={"refusal": "frozen"})
