"""What `SlackApprover` was told: arguments, then the environment, read once and frozen."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeVar

from sudoagent.errors import ApproverUnavailable, ConfigurationError
from sudoagent.follow_up import FollowUp
from sudoagent.policies import DenyReason, check_follow_up, check_timeout
from sudoagent.review.seal import Keyring
from sudoagent.review.store.addresses import parse_address
from sudoagent.slack.client import api_base

from ._number import OnNumber

__all__ = ["NumberMatch", "SlackSettings", "check_reviewers", "read_settings"]

# Slack's ids are capitals and digits; stand-ins for Slack also put _ and - into theirs.
_REVIEWER = re.compile(r"[UWS][A-Z0-9_-]+")
_USER = re.compile(r"[UW][A-Z0-9_-]+")
_NAMESPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

_SUPPLY: Final = {
    "SLACK_BOT_TOKEN": (
        "SLACK_BOT_TOKEN is not set: copy the Bot User OAuth Token (xoxb-…) from your Slack app's "
        "page, OAuth & Permissions, or pass SlackApprover(token=...)"
    ),
    "SUDOAGENT_CHANNEL": (
        "SUDOAGENT_CHANNEL is not set: name the channel where requests are posted, e.g. #approvals "
        "or C0123456789, or pass SlackApprover(channel=...)"
    ),
    "SUDOAGENT_REVIEWERS": (
        "SUDOAGENT_REVIEWERS is not set: list who may decide, as Slack user ids (U…) and group ids "
        "(S…) with commas between, or pass SlackApprover(reviewers=[...])"
    ),
}

T = TypeVar("T")
NumberMatch = bool | Literal["high"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSettings:
    """Everything about asking in Slack. Secrets are not shown by ``repr``.

    ``channel``, ``reviewers``, ``token`` and ``keyring`` may be missing: a policy can supply the
    first two, and a machine where Slack is not set up can still ask in its terminal.
    """

    token: str | None = field(repr=False)
    keyring: Keyring | None
    channel: str | None
    reviewers: tuple[str, ...]
    api_url: str
    redis_url: str | None = field(repr=False)
    namespace: str
    state_dir: str | None
    timeout: float
    requester: str | None
    allow_requester: bool
    quorum: int
    deny_quorum: int
    agent: str | None
    bot_wait: float
    max_pending: int
    max_pending_per_requester: int
    deny_reason: DenyReason
    number_match: NumberMatch
    on_number: OnNumber | None
    follow_up: FollowUp | None = None
    direct: bool = False

    def require(self, *, channel: str | None, reviewers: Sequence[str]) -> tuple[str, Keyring]:
        """Return token and keyring. Raises ``ApproverUnavailable`` naming all that is missing."""
        missing = [
            name
            for name, value in (
                ("SLACK_BOT_TOKEN", self.token),
                ("SUDOAGENT_CHANNEL", channel),
                ("SUDOAGENT_REVIEWERS", reviewers),
            )
            if not value
        ]
        if missing or self.token is None or self.keyring is None:
            raise ApproverUnavailable(_not_set_up(missing))
        return self.token, self.keyring


def read_settings(
    *,
    channel: str | None,
    reviewers: Sequence[str] | None,
    timeout: float,
    requester: str | None,
    token: str | None,
    api_url: str | None,
    redis_url: str | None,
    signing_key: str | None,
    quorum: int,
    deny_quorum: int,
    namespace: str | None,
    state_dir: str | os.PathLike[str] | None,
    allow_requester: bool,
    agent: str | None,
    bot_wait: float,
    max_pending: int,
    max_pending_per_requester: int,
    deny_reason: DenyReason,
    number_match: NumberMatch,
    on_number: OnNumber | None,
    follow_up: FollowUp | None,
    direct: bool,
    environ: Mapping[str, str],
) -> SlackSettings:
    """Check the arguments and fill in from the environment what is not given.

    An environment variable that is empty counts as unset. Raises ``ConfigurationError`` for what is
    wrong, naming it; what is merely missing is for `SlackSettings.require` to say.
    """

    def given(value: str | None, variable: str) -> str | None:
        if value is None:
            return environ.get(variable, "").strip() or None
        if not isinstance(value, str) or not value.strip():
            raise ConfigurationError(f"{variable} is given as an argument, but empty")
        return value.strip()

    if _flag("direct", direct) and channel is None:
        # A channel for everybody is not one that is named beside it.
        environ = {**environ, "SUDOAGENT_CHANNEL": ""}
    found_token = _parsed(_token, given(token, "SLACK_BOT_TOKEN"))
    return SlackSettings(
        token=found_token,
        keyring=_keyring(given(signing_key, "SUDOAGENT_SIGNING_KEY"), found_token),
        channel=given(channel, "SUDOAGENT_CHANNEL"),
        reviewers=_reviewers(reviewers, environ),
        api_url=api_base(given(api_url, "SLACK_API_URL")),
        redis_url=_parsed(_server, given(redis_url, "REDIS_URL")),
        namespace=_namespace(given(namespace, "SUDOAGENT_NAMESPACE") or "default"),
        state_dir=given(None if state_dir is None else os.fspath(state_dir), "SUDOAGENT_STATE_DIR"),
        timeout=_positive("timeout", timeout),
        requester=_parsed(_requester, given(requester, "SUDOAGENT_REQUESTER")),
        allow_requester=_flag("allow_requester", allow_requester),
        quorum=_count("quorum", quorum),
        deny_quorum=_count("deny_quorum", deny_quorum),
        agent=agent.strip() or None if agent is not None else None,
        bot_wait=_wait("bot_wait", bot_wait),
        max_pending=_count("max_pending", max_pending),
        max_pending_per_requester=_count("max_pending_per_requester", max_pending_per_requester),
        deny_reason=_one_of("deny_reason", deny_reason, ("optional", "required")),
        number_match=_one_of("number_match", number_match, (True, False, "high")),
        on_number=_callable("on_number", on_number),
        follow_up=_follow_up(follow_up, timeout),
        direct=direct,
    )


def check_reviewers(ids: Sequence[str]) -> tuple[str, ...]:
    """Return the ids without repeats. Raises ``ConfigurationError`` for none, or for no ids."""
    unique = tuple(dict.fromkeys(str(one).strip() for one in ids))
    wrong = [one for one in unique if _REVIEWER.fullmatch(one) is None]
    if wrong or not unique or isinstance(ids, str):
        raise ConfigurationError(
            "the reviewers are not a list of Slack ids: names and e-mail addresses can be taken by "
            "others, so give user ids (U…: profile, ⋮, Copy member ID) and user-group ids (S…)"
        )
    return unique


def _not_set_up(missing: list[str]) -> str:
    if len(missing) == 1:
        return f"Slack is not set up: {_SUPPLY[missing[0]]}"
    names = f"{', '.join(missing[:-1])} and {missing[-1]}"
    return f"Slack is not set up: {names} are not set; `sudoagent doctor` says how to supply each"


def _reviewers(ids: Sequence[str] | None, environ: Mapping[str, str]) -> tuple[str, ...]:
    if ids is not None:
        return check_reviewers(ids)
    listed = environ.get("SUDOAGENT_REVIEWERS", "").strip()
    return check_reviewers([one for one in listed.split(",") if one.strip()]) if listed else ()


def _keyring(signing_key: str | None, token: str | None) -> Keyring | None:
    if signing_key is None and token is None:
        return None
    return Keyring.of_deployment(signing_key, token or "")


def _token(token: str) -> str:
    # The commonest slip is to paste one token for the other; which tokens are good, Slack knows.
    printable = token.isascii() and token.isprintable() and " " not in token
    if not printable or token.startswith(("xapp-", "xoxp-")):
        raise ConfigurationError(
            "SLACK_BOT_TOKEN is not a bot token: it starts with xoxb- and is on your Slack app's "
            "page, OAuth & Permissions"
        )
    return token


def _server(url: str) -> str:
    parse_address(url)
    return url


def _requester(user_id: str) -> str:
    if _USER.fullmatch(user_id) is None:
        raise ConfigurationError(
            "SUDOAGENT_REQUESTER is not a Slack user id (U…): in the person's profile, ⋮, Copy "
            "member ID"
        )
    return user_id


def _namespace(name: str) -> str:
    if _NAMESPACE.fullmatch(name) is None:
        raise ConfigurationError(
            "SUDOAGENT_NAMESPACE may have up to 64 letters, digits, '.', '_' and '-', and starts "
            "with a letter or digit"
        )
    return name


def _positive(name: str, seconds: float) -> float:
    try:
        return check_timeout(seconds)
    except ValueError as error:
        raise ConfigurationError(f"{name}: {error}") from None


def _wait(name: str, seconds: float) -> float:
    real = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not real or not math.isfinite(seconds) or seconds < 0:
        raise ConfigurationError(
            f"{name} is {seconds!r}: give a finite number of seconds, 0 or more"
        )
    return float(seconds)


def _count(name: str, value: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ConfigurationError(f"{name} is {value!r}: give a whole number of at least 1")
    return value


def _one_of(name: str, value: T, allowed: tuple[object, ...]) -> T:
    # By identity of kind as well: 1 is no True.
    if not any(type(value) is type(each) and value == each for each in allowed):
        raise ConfigurationError(
            f"{name} is {value!r}: give one of {', '.join(map(repr, allowed))}"
        )
    return value


def _callable(name: str, value: T) -> T:
    if value is not None and not callable(value):
        raise ConfigurationError(f"{name} is {value!r}: give a function, or nothing")
    return value


def _follow_up(follow_up: FollowUp | None, timeout: float) -> FollowUp | None:
    try:
        return check_follow_up(follow_up, timeout)
    except ValueError as error:
        raise ConfigurationError(f"follow_up: {error}") from None


def _flag(name: str, value: bool) -> bool:
    if not isinstance(value, bool):
        raise ConfigurationError(f"{name} is {value!r}: give True or False")
    return value


def _parsed(parse: Callable[[str], T], value: str | None) -> T | None:
    return None if value is None else parse(value)
