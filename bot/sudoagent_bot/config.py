"""Environment → frozen `Config`. Read once, here, and nowhere else in the bot."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sudoagent.errors import ConfigurationError
from sudoagent.review.seal import Keyring
from sudoagent.review.store.addresses import parse_address
from sudoagent.review.store.keys import Keys
from sudoagent.slack.client import SLACK_API_URL, api_base
from sudoagent.slack.wording import wording_from

__all__ = ["Config", "read_config"]

AUDIT_PATH = "sudo_bot_audit.jsonl"

_USER_ID = re.compile(r"[UW][A-Z0-9_-]+")

_HOW = {
    "SLACK_BOT_TOKEN": (
        "SLACK_BOT_TOKEN is not set: copy the Bot User OAuth Token (xoxb-…) from your Slack app's "
        "page, OAuth & Permissions"
    ),
    "SLACK_APP_TOKEN": (
        "SLACK_APP_TOKEN is not set: on your Slack app's page, Basic Information, App-Level "
        "Tokens, generate one (xapp-…) with the scope connections:write; or for HTTP mode, set "
        "SLACK_SIGNING_SECRET"
    ),
    "SLACK_SIGNING_SECRET": (
        "SLACK_SIGNING_SECRET is not set, and HTTP mode needs it: copy the Signing Secret from "
        "your Slack app's page, Basic Information, App Credentials"
    ),
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a server listens. ``host`` ``None``: every address of this machine."""

    host: str | None
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Http:
    """HTTP mode: where to listen, and the secret with which Slack signs."""

    place: Place
    signing_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the bot was told. Tokens and keys are not shown by ``repr``.

    ``redis_url`` is ``None`` for the embedded server, ``state_dir`` is ``None`` for its usual
    place. ``admins`` are the Slack user ids that may freeze the namespace from Slack. ``http``
    says how Slack reaches the bot: ``None`` for Socket Mode, which uses ``app_token``.
    ``monitoring`` is where health and counters are told, ``None`` for nowhere. ``wording`` are a
    company's own words for what Slack shows.
    """

    bot_token: str = field(repr=False)
    app_token: str | None = field(repr=False)
    keyring: Keyring
    api_url: str = SLACK_API_URL
    redis_url: str | None = field(default=None, repr=False)
    namespace: str = "default"
    state_dir: Path | None = None
    audit_path: Path = Path(AUDIT_PATH)
    admins: frozenset[str] = frozenset()
    http: Http | None = None
    monitoring: Place | None = None
    wording: Mapping[str, str] = field(default_factory=dict, repr=False)


def read_config(environ: Mapping[str, str]) -> Config:
    """Return the configuration that these variables describe.

    Raises ``ConfigurationError``: one line for each variable that is missing or wrong, each of
    which says how to supply it and none of which shows a secret.
    """
    reading = _Reading(environ)
    bot_token = reading.required("SLACK_BOT_TOKEN", _bot_token)
    over_http = _wants_http(reading)
    http = _http(reading) if over_http else None
    app_token = None if over_http else reading.required("SLACK_APP_TOKEN", _app_token)
    nobody: frozenset[str] = frozenset()
    signing_key = reading.text("SUDOAGENT_SIGNING_KEY")
    # A missing bot token, from which a key would be derived, is reported already.
    keyring = reading.check(lambda: Keyring.of_deployment(signing_key, bot_token or "missing"))
    rest: dict[str, Any] = {
        "api_url": reading.optional("SLACK_API_URL", api_base, SLACK_API_URL),
        "namespace": reading.optional("SUDOAGENT_NAMESPACE", _namespace, "default"),
        "redis_url": reading.optional("REDIS_URL", _redis_url, None),
        "admins": reading.optional("SUDOAGENT_ADMINS", _admins, nobody),
        "state_dir": reading.optional("SUDOAGENT_STATE_DIR", Path, None),
        "audit_path": reading.optional("SUDOAGENT_BOT_AUDIT", Path, Path(AUDIT_PATH)),
        "monitoring": _monitoring(reading),
        "wording": reading.check(lambda: wording_from(environ)) or {},
    }
    if reading.problems or bot_token is None or keyring is None:
        raise ConfigurationError("\n".join(reading.problems))
    return Config(bot_token=bot_token, app_token=app_token, keyring=keyring, http=http, **rest)


class _Reading:
    """Reads variables one by one and remembers what was wrong, to say all of it at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def text(self, name: str) -> str | None:
        """Return the variable without surrounding blanks; empty counts as unset."""
        return self._environ.get(name, "").strip() or None

    def required(self, name: str, parse: Callable[[str], T]) -> T | None:
        text = self.text(name)
        if text is None:
            self.problems.append(_HOW[name])
            return None
        return self.check(lambda: parse(text))

    def optional(self, name: str, parse: Callable[[str], T], default: T) -> T:
        text = self.text(name)
        if text is None:
            return default
        found = self.check(lambda: parse(text))
        return default if found is None else found

    def check(self, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except ConfigurationError as error:
            self.problems.append(error.reason)
            return None


def _wants_http(reading: _Reading) -> bool:
    mode = reading.optional("SUDOAGENT_MODE", _mode, None)
    if mode is not None:
        return mode == "http"
    return reading.text("SLACK_APP_TOKEN") is None and bool(reading.text("SLACK_SIGNING_SECRET"))


def _http(reading: _Reading) -> Http | None:
    secret = reading.required("SLACK_SIGNING_SECRET", _signing_secret)
    host = reading.text("SUDOAGENT_HOST")
    place = Place(host=host, port=reading.optional("PORT", _port("PORT"), 3000))
    return None if secret is None else Http(place=place, signing_secret=secret)


def _monitoring(reading: _Reading) -> Place | None:
    port = reading.optional("SUDOAGENT_METRICS_PORT", _port("SUDOAGENT_METRICS_PORT"), None)
    host = reading.text("SUDOAGENT_METRICS_HOST") or "127.0.0.1"
    return None if port is None else Place(host=host, port=port)


def _mode(text: str) -> str:
    if text not in ("socket", "http"):
        raise ConfigurationError("SUDOAGENT_MODE is neither socket nor http")
    return text


def _signing_secret(text: str) -> str:
    if text.startswith("xox") or not _printable(text):
        raise ConfigurationError(
            "SLACK_SIGNING_SECRET is not a signing secret: it is on your Slack app's page, Basic "
            "Information, App Credentials"
        )
    return text


def _port(variable: str) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,5}", text) is None or int(text) > 65535:
            raise ConfigurationError(f"{variable} is no port: give a number up to 65535; 0: any")
        return int(text)

    return parse


def _bot_token(text: str) -> str:
    # The commonest slip is to paste one token for the other; anything else is Slack's to judge,
    # since stand-ins for Slack hand out tokens of their own.
    if text.startswith(("xapp-", "xoxp-")) or not _printable(text):
        raise ConfigurationError(
            "SLACK_BOT_TOKEN is not a bot token: it starts with xoxb- and is on your Slack app's "
            "page, OAuth & Permissions"
        )
    return text


def _app_token(text: str) -> str:
    if text.startswith("xox") or not _printable(text):
        raise ConfigurationError(
            "SLACK_APP_TOKEN is not an app-level token: it starts with xapp- and is on your Slack "
            "app's page, Basic Information, App-Level Tokens"
        )
    return text


def _printable(text: str) -> bool:
    # A blank or a line break inside would end up in an HTTP header.
    return text.isascii() and text.isprintable() and " " not in text


def _namespace(text: str) -> str:
    return Keys(text).namespace


def _redis_url(text: str) -> str:
    parse_address(text)
    return text


def _admins(text: str) -> frozenset[str]:
    names = frozenset(part.strip() for part in text.split(",") if part.strip())
    if not names or any(_USER_ID.fullmatch(name) is None for name in names):
        raise ConfigurationError(
            "SUDOAGENT_ADMINS holds something else than Slack user ids: separate ids like "
            "U0ABCDEF1 with commas (profile, ⋮, Copy member ID)"
        )
    return names
