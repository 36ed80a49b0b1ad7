"""The environment variables: which are there, and whether they can be what they should."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from ..approvers._slack_settings import check_reviewers
from ..errors import ConfigurationError
from ..review.seal import Keyring
from ..review.store.addresses import parse_address
from ..review.store.keys import Keys
from ..slack.client import SLACK_API_URL, api_base
from ..slack.wording import VARIABLE as TEXTS
from ..slack.wording import read_wording
from .result import Check, failed, good, skipped, warning

__all__ = ["Setup", "read_setup"]

_USER = re.compile(r"[UW][A-Z0-9_-]+")

_SUPPLY: Final = {
    "SLACK_BOT_TOKEN": "copy the Bot User OAuth Token (xoxb-…) from your Slack app's page, "
    "OAuth & Permissions: export SLACK_BOT_TOKEN=xoxb-…",
    "SLACK_APP_TOKEN": "on your Slack app's page, Basic Information → App-Level Tokens, generate "
    "one with the scope connections:write: export SLACK_APP_TOKEN=xapp-…",
    "SUDOAGENT_CHANNEL": "name the channel where requests are posted: export "
    "SUDOAGENT_CHANNEL=C0123456789 (at the bottom of the channel's details), or '#approvals'",
    "SUDOAGENT_REVIEWERS": "list who may decide: export SUDOAGENT_REVIEWERS=U0123456789,S0123456789"
    " (a person: profile → ⋮ → Copy member ID; a group: its id)",
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the variables say. What is missing or wrong is ``None`` (or empty); ``wrong`` names it.

    ``http``: Slack delivers over HTTP, so that there is no app token.
    """

    bot_token: str | None = field(repr=False)
    app_token: str | None = field(repr=False)
    keyring: Keyring | None
    channel: str | None
    reviewers: tuple[str, ...]
    requester: str | None
    admins: tuple[str, ...]
    api_url: str
    redis_url: str | None = field(repr=False)
    namespace: str
    state_dir: Path | None
    wording: Mapping[str, str]
    http: bool
    wrong: frozenset[str]


def read_setup(environ: Mapping[str, str]) -> tuple[Setup, tuple[Check, ...]]:
    """Read the variables, and say of each how it is. An empty variable counts as unset."""
    reading = _Reading(environ)
    http = _over_http(reading)
    bot_token = reading.secret("bot token", "SLACK_BOT_TOKEN", "xoxb-")
    if http:
        reading.note(_signing_secret(reading))
    app_token = None if http else reading.secret("app token", "SLACK_APP_TOKEN", "xapp-")
    setup = Setup(
        bot_token=bot_token,
        app_token=app_token,
        channel=reading.required("channel", "SUDOAGENT_CHANNEL", str),
        reviewers=reading.required("reviewers", "SUDOAGENT_REVIEWERS", _reviewers) or (),
        requester=reading.optional(
            "requester", "SUDOAGENT_REQUESTER", _user, "every reviewer may decide"
        ),
        redis_url=reading.optional(
            "server", "REDIS_URL", _redis_url, "the embedded server, for this machine only"
        ),
        keyring=reading.keyring(bot_token),
        namespace=reading.optional("namespace", "SUDOAGENT_NAMESPACE", _namespace, "it is default")
        or "default",
        admins=reading.quiet("admins", "SUDOAGENT_ADMINS", _admins) or (),
        api_url=reading.quiet("Slack", "SLACK_API_URL", api_base) or SLACK_API_URL,
        state_dir=reading.quiet("state", "SUDOAGENT_STATE_DIR", _state_dir),
        wording=reading.quiet("texts", TEXTS, _wording) or {},
        http=http,
        wrong=frozenset(reading.wrong),
    )
    return setup, tuple(reading.checks)


class _Reading:
    """Reads variables one by one, and collects a check for each."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.checks: list[Check] = []
        self.wrong: set[str] = set()

    def note(self, check: Check) -> None:
        self.checks.append(check)

    def text(self, variable: str) -> str | None:
        return self._environ.get(variable, "").strip() or None

    def required(self, name: str, variable: str, parse: Callable[[str], T]) -> T | None:
        text = self.text(variable)
        if text is None:
            self._missing(name, variable)
            return None
        return self._parsed(name, variable, text, parse)

    def optional(
        self, name: str, variable: str, parse: Callable[[str], T], otherwise: str
    ) -> T | None:
        text = self.text(variable)
        if text is None:
            self.note(skipped(name, f"{variable} is not set: {otherwise}"))
            return None
        return self._parsed(name, variable, text, parse)

    def quiet(self, name: str, variable: str, parse: Callable[[str], T]) -> T | None:
        """Read what few people set: it is mentioned only when it is set."""
        text = self.text(variable)
        return None if text is None else self._parsed(name, variable, text, parse)

    def secret(self, name: str, variable: str, prefix: str) -> str | None:
        text = self.text(variable)
        if text is None:
            self._missing(name, variable)
            return None
        if other := _other_token(text, prefix):
            self.wrong.add(variable)
            self.note(failed(name, f"{variable} {other}", _SUPPLY[variable]))
            return None
        if not text.startswith(prefix):
            told = f"{variable} does not begin with {prefix}, as Slack's do"
            self.note(warning(name, told, _SUPPLY[variable]))
        else:
            self.note(good(name, f"{variable} is set"))
        return text

    def keyring(self, bot_token: str | None) -> Keyring | None:
        variable, name = "SUDOAGENT_SIGNING_KEY", "signing key"
        text = self.text(variable)
        if text is None and bot_token is None:
            self.note(skipped(name, f"{variable} is not set, and no bot token to derive it from"))
            return None
        try:
            keyring = Keyring.of_deployment(text, bot_token or "")
        except ConfigurationError as error:
            self.wrong.add(variable)
            self.note(failed(name, f"{variable} cannot be used", error.reason))
            return None
        key = f"key {keyring.key_ids[0]}"
        if text is None:
            self.note(good(name, f"derived from the bot token ({key}): {variable} is not set"))
        else:
            others = len(keyring.key_ids) - 1
            also = f", {others} more accepted" if others else ""
            self.note(good(name, f"{variable} is set ({key}{also})"))
        return keyring

    def _parsed(self, name: str, variable: str, text: str, parse: Callable[[str], T]) -> T | None:
        try:
            found = parse(text)
        except ConfigurationError as error:
            self.wrong.add(variable)
            self.note(failed(name, f"{variable} cannot be used", error.reason))
            return None
        self.note(good(name, f"{variable}: {_told(variable, text)}"))
        return found

    def _missing(self, name: str, variable: str) -> None:
        self.note(failed(name, f"{variable} is not set", _SUPPLY[variable]))


def _over_http(reading: _Reading) -> bool:
    # As the bot decides it.
    mode = reading.text("SUDOAGENT_MODE")
    if mode in ("http", "socket"):
        return mode == "http"
    return bool(reading.text("SLACK_SIGNING_SECRET")) and not reading.text("SLACK_APP_TOKEN")


def _signing_secret(reading: _Reading) -> Check:
    if reading.text("SLACK_SIGNING_SECRET"):
        return skipped("app token", "SLACK_SIGNING_SECRET is set instead: HTTP mode")
    return failed(
        "signing secret",
        "SLACK_SIGNING_SECRET is not set, and SUDOAGENT_MODE is http",
        "copy the Signing Secret from your Slack app's page, Basic Information → App Credentials",
    )


def _told(variable: str, text: str) -> str:
    # An address can hold a password.
    return parse_address(text).shown if variable == "REDIS_URL" else text


def _other_token(text: str, prefix: str) -> str | None:
    """Say what is wrong with a token, as far as its form tells."""
    if not text.isascii() or not text.isprintable() or " " in text:
        return "holds blanks or characters that no token has"
    if text[0] in "'\"<":
        return "begins with a quotation mark or bracket, which does not belong to the token"
    known = ("xoxb-", "xapp-", "xoxp-", "xoxe")
    found = next((other for other in known if text.startswith(other)), prefix)
    return None if found == prefix else f"is another kind of token ({found}…, not {prefix}…)"


def _reviewers(text: str) -> tuple[str, ...]:
    return check_reviewers([part for part in text.split(",") if part.strip()])


def _user(text: str) -> str:
    if _USER.fullmatch(text) is None:
        raise ConfigurationError("give a Slack user id (U…): profile → ⋮ → Copy member ID")
    return text


def _admins(text: str) -> tuple[str, ...]:
    return tuple(_user(part.strip()) for part in text.split(",") if part.strip())


def _namespace(text: str) -> str:
    return Keys(text).namespace


def _redis_url(text: str) -> str:
    parse_address(text)
    return text


def _wording(text: str) -> Mapping[str, str]:
    return read_wording(Path(text))


def _state_dir(text: str) -> Path:
    if not Path(text).is_absolute():
        raise ConfigurationError(
            "give an absolute path: processes in different folders would not find each other"
        )
    return Path(text)
