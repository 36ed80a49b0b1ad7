"""A request that nobody answers in time is widened: from then on, more people may decide. Pure."""

from __future__ import annotations

import msgspec

from .request import Request

__all__ = ["as_of", "next_follow_up", "widened"]


def widened(request: Request, moment: int) -> bool:
    """Whether more people are asked at this moment (milliseconds by the server's clock)."""
    return request.escalation is not None and moment >= request.escalation.at


def as_of(request: Request, moment: int) -> Request:
    """Return the request with everybody on its list of reviewers who may decide at this moment.

    Who that is, and from when on, is part of what the library sealed.
    """
    if request.escalation is None or not widened(request, moment):
        return request
    everybody = dict.fromkeys((*request.reviewers, *request.escalation.reviewers))
    return msgspec.structs.replace(request, reviewers=tuple(everybody))


def next_follow_up(request: Request, moment: int) -> int | None:
    """Return when something is to be done about a request that nobody has answered by then.

    ``None``: nothing more. Direct messages besides the first card are due at once.
    """
    if moment <= request.created_at and set(request.direct) - {request.channel}:
        return request.created_at
    escalation = request.escalation
    times = (request.remind_at, escalation.at if escalation is not None else None)
    return min((at for at in times if at is not None and at > moment), default=None)
