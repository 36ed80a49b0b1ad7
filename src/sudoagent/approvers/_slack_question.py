"""From a call and its policy's answer to the question that is sent: whom, where, how long, what.

No network: this runs on the caller's own thread, so that a large call holds up nobody else's.
"""

from __future__ import annotations

import secrets as randomness
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from sudoagent.context import Context
from sudoagent.display import cut, visible
from sudoagent.errors import ApprovalDenied, ApprovalError, ConfigurationError
from sudoagent.follow_up import FollowUp
from sudoagent.policies import PolicyResult, check_follow_up
from sudoagent.redaction import REDACTED, Redactor, present
from sudoagent.review.editing import offered
from sudoagent.review.number import chosen_number, number_check
from sudoagent.review.request import (
    LONGEST_ACTION,
    SCHEMA_VERSION,
    Argument,
    GrantOffer,
    MalformedRecord,
    Request,
    encode,
)
from sudoagent.review.seal import Keyring

from ._slack_offer import NoOffer, offer_for
from ._slack_settings import SlackSettings, check_reviewers

__all__ = ["Question", "Rules", "question_for", "rules_for"]

# Room for everything in a record but the arguments, and for the seal.
_WORDS = 2000
_NAME = 200
_MOST_HIGHLIGHTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules for one request: the policy's where it has any, else the approver's."""

    channel: str | None
    reviewers: tuple[str, ...]
    quorum: int
    deny_quorum: int
    seconds: float
    direct: bool
    follow_up: FollowUp | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and how. Deadlines are monotonic seconds; ``caller_deadline`` is the call's.

    ``request`` is complete but for the server's time, and what depends on it or on Slack: that is
    filled in when it is stored.
    ``number`` is the one that an approval must state, if it must. ``direct``: every reviewer gets
    a direct message. ``log_head`` says where the audit log stands. ``not_offered`` says why the
    policy's wish to offer that such calls are allowed for a while was not met.
    """

    settings: SlackSettings
    token: str = field(repr=False)
    keyring: Keyring
    request: Request
    number: str | None = field(repr=False)
    direct: bool
    follow_up: FollowUp | None
    deadline: float
    caller_deadline: float | None
    idempotency_key: str | None
    log_head: Callable[[], str | None] = field(repr=False)
    not_offered: str | None = None


def rules_for(settings: SlackSettings, ctx: Context, result: PolicyResult) -> Rules:
    """Return the rules for this call. Raises ``ApprovalError`` when nobody could meet them."""
    try:
        reviewers = check_reviewers(result.reviewers) if result.reviewers else settings.reviewers
    except ConfigurationError as error:
        raise ApprovalError(f"the policy's answer cannot be used: {error.reason}") from error
    quorum = result.quorum or settings.quorum
    entitled = [who for who in reviewers if who != settings.requester or settings.allow_requester]
    has_group = any(who.startswith("S") for who in entitled)
    if reviewers and not has_group and len(entitled) < quorum:
        raise ApprovalError(
            f"{quorum} must approve, but only {len(entitled)} of the reviewers may: add reviewers "
            "(the requester does not count)"
        )
    timeout = result.timeout or settings.timeout
    remaining = ctx.remaining()
    return Rules(
        channel=result.channel if result.direct else result.channel or settings.channel,
        reviewers=reviewers,
        quorum=quorum,
        deny_quorum=result.deny_quorum or settings.deny_quorum,
        seconds=timeout if remaining is None else min(timeout, remaining),
        direct=result.direct or settings.direct,
        follow_up=_follow_up(settings, result, timeout),
    )


def _follow_up(settings: SlackSettings, result: PolicyResult, timeout: float) -> FollowUp | None:
    try:
        return check_follow_up(result.follow_up, timeout) or settings.follow_up
    except ValueError as error:
        raise ApprovalError(f"the policy's answer cannot be used: {error}") from None


def question_for(
    settings: SlackSettings,
    ctx: Context,
    result: PolicyResult,
    request_id: str,
    *,
    audit_head: str | None = None,
) -> Question:
    """Return all that asking needs to know; everything in it that travels is redacted.

    ``audit_head`` is where the audit log stands, to be shown on the card. Raises
    ``ApproverUnavailable`` when a setting is missing, ``ApprovalDenied`` for a call that cannot be
    shown although it must be, and ``ApprovalError`` for rules that nobody can meet and
    for a call too large to be shown.
    """
    rules = rules_for(settings, ctx, result)
    somewhere = rules.channel or ("direct" if rules.direct else None)
    token, keyring = settings.require(channel=somewhere, reviewers=rules.reviewers)
    number = chosen_number() if _needs_number(settings, result) else None
    request = _request(settings, keyring, ctx, result, rules, request_id, number, audit_head)
    offer = offer_for(keyring, ctx, result, request, rules.follow_up)
    if isinstance(offer, GrantOffer):
        request = _fitted(msgspec.structs.replace(request, offer=offer))
    return Question(
        settings=settings,
        token=token,
        keyring=keyring,
        request=request,
        number=number,
        direct=rules.direct,
        follow_up=rules.follow_up,
        deadline=time.monotonic() + rules.seconds,
        caller_deadline=ctx.deadline,
        idempotency_key=ctx.idempotency_key,
        log_head=ctx._log_head,
        not_offered=offer.why if isinstance(offer, NoOffer) else None,
    )


def _request(
    settings: SlackSettings,
    keyring: Keyring,
    ctx: Context,
    result: PolicyResult,
    rules: Rules,
    request_id: str,
    number: str | None,
    audit_head: str | None,
) -> Request:
    shown = present(ctx)
    _refuse_unreadable(ctx, shown.arguments, result)
    words = _Words(ctx, shown.secrets)
    # By this machine's clock for now: the server's time is known when it is asked.
    now_ms = int(time.time() * 1000)
    nonce = randomness.token_hex(16)
    return _fitted(
        Request(
            v=SCHEMA_VERSION,
            id=request_id,
            nonce=nonce,
            namespace=settings.namespace,
            action=words.named(ctx.action),
            arguments=shown.arguments,
            digest=ctx.digest(keyring.derive("digest")),
            policy_reason=words.clean(result.reason, _WORDS),
            reviewers=rules.reviewers,
            quorum=rules.quorum,
            deny_quorum=rules.deny_quorum,
            risk=result.risk or "medium",
            channel=rules.channel or "",
            thread=result.thread,
            created_at=now_ms,
            expires_at=now_ms + max(int(rules.seconds * 1000), 1),
            agent=words.said(_NAME, "agent") or settings.agent,
            agent_reason=words.said(_WORDS, "justification", "reason"),
            requester=settings.requester,
            allow_requester=settings.allow_requester,
            highlight=tuple(str(name) for name in result.highlight[:_MOST_HIGHLIGHTS]),
            environment=words.said(_NAME, "environment"),
            audit_head=audit_head,
            deny_reason=result.deny_reason or settings.deny_reason,
            number_check=number and number_check(keyring, request_id, nonce, number),
            # Several reviewers could not each give their approval to another call.
            editable=offered(ctx, shown.arguments) if rules.quorum == 1 else (),
        )
    )


def _needs_number(settings: SlackSettings, result: PolicyResult) -> bool:
    if settings.number_match == "high":
        return result.number_match or result.risk == "high"
    return result.number_match or settings.number_match


def _refuse_unreadable(ctx: Context, arguments: tuple[Argument, ...], result: PolicyResult) -> None:
    unreadable = {a.name for a in arguments if a.uninspectable} | set(ctx.fingerprint.uninspectable)
    if unreadable and not result.allow_uninspectable:
        raise ApprovalDenied(
            "part of the call cannot be shown to a reviewer, and the policy does not allow that "
            f"(allow_uninspectable): {', '.join(sorted(unreadable))}"
        )


class _Words:
    """What is said about a call, without secrets: neither such by their looks, nor such that an
    argument's name gave away."""

    def __init__(self, ctx: Context, secrets: frozenset[str]) -> None:
        self._metadata = ctx.metadata
        self._redactor = ctx._origin.redactor or Redactor()
        # Shorter ones, such as "admin", are ordinary words too often.
        self._secrets = sorted((s for s in secrets if len(s) >= 8), key=len, reverse=True)

    def named(self, action: str) -> str:
        # An argument that repeats the action's name must not take it away.
        name = self._redactor.text(action)
        if len(visible(name)) > LONGEST_ACTION:
            # Cut, it would be that of other actions too, and is approved with one click.
            raise ApprovalDenied(
                f"the action's name has {len(name)} characters, more than a reviewer can be shown: "
                "give a shorter one, guard(action=...)"
            )
        return name

    def clean(self, text: str, limit: int) -> str:
        for secret in self._secrets:
            text = text.replace(secret, REDACTED)
        return cut(self._redactor.text(text), limit)

    def said(self, limit: int, *names: str) -> str | None:
        """Return what the metadata says under the first of these names that says anything."""
        for name in names:
            said = self._metadata.get(name)
            if isinstance(said, str) and said.strip():
                return self.clean(said, limit)
        return None


def _fitted(request: Request) -> Request:
    # `present` bounds the values and `_Words` every sentence; how many names and ids is left.
    try:
        encode(request)
    except MalformedRecord as error:
        raise ApprovalError(
            "the request is too large to be stored: pass fewer arguments, or name fewer reviewers"
        ) from error
    return request
