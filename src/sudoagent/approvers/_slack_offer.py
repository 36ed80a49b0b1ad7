"""Whether a request offers to allow calls like it for a while, and which calls those are.

Whatever a reviewer could not read in full before giving it is not offered. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sudoagent.context import Context
from sudoagent.digest import fingerprint
from sudoagent.display import visible
from sudoagent.follow_up import FollowUp
from sudoagent.policies import AllowFor, PolicyResult
from sudoagent.redaction import REDACTED
from sudoagent.review.grants import Scope, grant_key
from sudoagent.review.request import GrantOffer, Request
from sudoagent.review.seal import Keyring
from sudoagent.slack.arguments import in_full

__all__ = ["NoOffer", "offer_for"]

# The dialog that restates what will pass shows all of it, without a cut.
_LONGEST_NAME = 80
_MOST_CHARACTERS = 2500


@dataclass(frozen=True, slots=True)
class NoOffer:
    """The policy wants to offer it, and why it is not offered: a sentence for the log."""

    why: str


@dataclass(frozen=True, slots=True)
class _Wish:
    """What the policy wants to offer, for which call, with which question."""

    wanted: AllowFor
    ctx: Context
    request: Request

    @property
    def bound(self) -> Mapping[str, object]:
        """The arguments that bind it, with their real values."""
        return {name: self.ctx.kwargs[name] for name in self.wanted.same}


def offer_for(
    keyring: Keyring,
    ctx: Context,
    result: PolicyResult,
    request: Request,
    follow_up: FollowUp | None,
) -> GrantOffer | NoOffer | None:
    """Return what a request offers besides; ``None`` when the policy wants nothing offered."""
    wanted = result.allow_for
    if wanted is None:
        return None
    wish = _Wish(wanted, ctx, request)
    why = next(filter(None, (rule(wish) for rule in _RULES)), None)
    if why is not None:
        return NoOffer(f"not offered: {why}")
    key = grant_key(keyring, _scope(wish, follow_up))
    return GrantOffer(seconds=wanted.seconds, same=tuple(wanted.same), key=key)


def _scope(wish: _Wish, follow_up: FollowUp | None) -> Scope:
    request, policy = wish.request, wish.ctx._origin.policy
    assert policy is not None
    assert request.agent is not None
    later = follow_up.escalate_to if follow_up is not None else ()
    return Scope(
        namespace=request.namespace,
        action=wish.ctx.action,
        agent=request.agent,
        requester=request.requester,
        environment=request.environment,
        policy=policy,
        rules=(
            frozenset(request.reviewers),
            frozenset(later),
            request.allow_requester,
            request.risk,
            request.number_check is not None,
        ),
        seconds=wish.wanted.seconds,
        arguments=wish.bound,
    )


# Each returns why not. A later one relies on those before it.


def _one_decides(wish: _Wish) -> str | None:
    # 1. Nobody gives alone what several have to approve.
    return "more than one reviewer has to approve" if wish.request.quorum > 1 else None


def _not_risky(wish: _Wish) -> str | None:
    # 2. High risk is asked about each time, unless the policy says otherwise in so many words.
    risky = wish.request.risk == "high" and not wish.wanted.high_risk
    return "the risk is high, and the policy does not say high_risk" if risky else None


def _known_policy(wish: _Wish) -> str | None:
    # 3. Another policy's question is another question.
    return "it is not known which policy asks" if wish.ctx._origin.policy is None else None


def _named_whole(wish: _Wish) -> str | None:
    # 4. One agent, by a name that can be read in full. Nobody's agent would be everybody's.
    request, metadata = wish.request, wish.ctx.metadata
    if not request.agent:
        return "the agent has no name (SlackApprover(agent=...) or metadata 'agent')"
    named = (
        ("action", request.action, wish.ctx.action),
        ("agent", request.agent, metadata.get("agent")),
        ("environment", request.environment, metadata.get("environment")),
    )
    for what, shown, said in named:
        if shown is not None and not _is_whole(shown, said):
            return f"the {what}'s name cannot be shown in full"
    return None


def _is_whole(shown: str, said: object) -> bool:
    meant = said if isinstance(said, str) and said.strip() else shown
    one_line = " ".join(visible(shown).split())
    return shown == meant == one_line and len(shown) <= _LONGEST_NAME


def _arguments_exist(wish: _Wish) -> str | None:
    # 5. Every argument that shall bind it is one of the call's.
    names = [argument.name for argument in wish.request.arguments]
    same = wish.wanted.same
    missing = [name for name in same if name not in wish.ctx.kwargs or names.count(name) != 1]
    return f"the call has no argument {', '.join(missing)}" if missing else None


def _arguments_read(wish: _Wish) -> str | None:
    # 6. Each is read to its last part, or another value could pass for it.
    unread = {a.name for a in wish.request.arguments if a.cut or a.uninspectable}
    unread |= set(fingerprint(wish.bound).uninspectable)
    hidden = [name for name in wish.wanted.same if name in unread]
    return f"{', '.join(hidden)} cannot be shown in full" if hidden else None


def _arguments_shown(wish: _Wish) -> str | None:
    # 7. And shown as it is: nobody knows which customer "[redacted]" would be.
    same = wish.wanted.same
    values = {a.name: json.dumps(a.value) for a in wish.request.arguments if a.name in same}
    secret = [n for n in same if n in wish.ctx._origin.secret_names or REDACTED in values[n]]
    return f"{', '.join(secret)} is secret" if secret else None


def _arguments_short(wish: _Wish) -> str | None:
    # 8. Short enough to be read again, as the dialog shows them.
    too_much = len(in_full(wish.request, wish.wanted.same)) > _MOST_CHARACTERS
    return "the arguments that bind it are too long to be read again" if too_much else None


_RULES: tuple[Callable[[_Wish], str | None], ...] = (
    _one_decides,
    _not_risky,
    _known_policy,
    _named_whole,
    _arguments_exist,
    _arguments_read,
    _arguments_shown,
    _arguments_short,
)
