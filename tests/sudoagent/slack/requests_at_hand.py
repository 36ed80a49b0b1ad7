"""Requests for tests of cards: an ordinary one, and the worst that an agent could make up."""

from __future__ import annotations

from typing import Any

import msgspec

from sudoagent.review.request import SCHEMA_VERSION, Argument, Request, SignedVote

REQUEST_ID = "0f2c6f0e-3f6b-4a52-9a55-0a1b2c3d4e5f"
FENCE = "```"
MENTIONS = "<!channel> <!here> <@U0ALICE> @here <https://evil.example|click> &lt;"
MARKUP = "*Approved* _by_ ~Alice~ `code` :white_check_mark:"
INVISIBLE = "a\u202eb\u2066c\u200bd\u00ade\ufefff\x1b[2Jg\x9bh\u2028i\rj\x00k"


def request(**changes: Any) -> Request:
    """Return an ordinary request, changed as the test wants it."""
    ordinary = Request(
        v=SCHEMA_VERSION,
        id=REQUEST_ID,
        nonce="n0nce",
        namespace="default",
        action="refund_user",
        arguments=(argument("user_id", "user_2"), argument("refund_amount", 1500.0)),
        digest="3fa1" * 16,
        policy_reason="over limit",
        reviewers=("U0ALICE", "U0BOB"),
        quorum=1,
        deny_quorum=1,
        risk="medium",
        channel="#approvals",
        created_at=1_795_348_773_000,
        expires_at=1_795_349_373_000,
    )
    return msgspec.structs.replace(ordinary, **changes)


def argument(name: str, value: Any, **changes: Any) -> Argument:
    """Return an argument as redaction makes it."""
    return Argument(**{"name": name, "value": value, "type": type(value).__name__, **changes})


def vote(choice: str, user_id: str, comment: str | None = None, at: int = 1000) -> SignedVote:
    """Return a vote on the ordinary request."""
    return SignedVote(
        v=SCHEMA_VERSION,
        request_id=REQUEST_ID,
        nonce="n0nce",
        digest="3fa1" * 16,
        choice=choice,  # type: ignore[arg-type]
        team_id="T0PLAYGROUND",
        user_id=user_id,
        at=1_795_348_773_000 + at,
        comment=comment,
    )


def hostile_text(length: int = 3000) -> str:
    """Return text that tries everything, of about this length."""
    piece = f"{FENCE}\n{MENTIONS}\n{MARKUP}\n{INVISIBLE}\n"
    return piece * (length // len(piece)) + "x" * 3000


HOSTILE = {
    "200 keywords": request(
        arguments=tuple(argument(f"keyword_{n}", "v" * (n % 70)) for n in range(200))
    ),
    "long words": request(arguments=(argument("note", "w" * 3000), argument("n" * 3000, 1))),
    "everything in a value": request(arguments=(argument("note", hostile_text()),)),
    "everything in a name": request(arguments=(argument(hostile_text(400), 1),)),
    "deep": request(arguments=(argument("tree", {"a": [{"b": [[[["c"] * 9] * 9] * 9] * 3}]}),)),
    "many lines": request(arguments=(argument("rows", list(range(2000))),)),
    "everything in the words": request(
        action=hostile_text(),
        agent=hostile_text(),
        agent_reason=hostile_text(),
        policy_reason=hostile_text(),
        environment=hostile_text(),
        audit_head=hostile_text(),
        requester="U0RAVI",
        risk="high",
    ),
    "200 reviewers": request(reviewers=tuple(f"U{n:06}" for n in range(200)), quorum=50),
    "odd ids": request(reviewers=("<!channel>", "U*bold*", "S0GROUP"), requester="<@U0ALICE>"),
    "unreadable": request(
        arguments=(
            argument("stream", None, type="generator" * 30, uninspectable=True),
            argument("body", "cut already", cut=True),
        )
    ),
    "obscured": request(arguments=(argument("sql", "SELECT 1; [redacted]", obscured=True),)),
    "nothing": request(arguments=()),
}
