"""The Slack app manifest: what an app must be allowed to do, as YAML or JSON. Pure.

Slack's reference: docs.slack.dev/reference/app-manifest. The YAML is written by hand: it is a page
of nested names, and its comments, which no YAML library writes, say what each permission is for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from ..errors import ConfigurationError
from .scopes import DEFAULTS, PURPOSES, Feature, scopes_for

__all__ = ["Manifest", "as_json", "as_yaml", "manifest"]

Manifest: TypeAlias = Mapping[str, Any]

_LONGEST_NAME = 35
_LONGEST_DISPLAY_NAME = 80
# What Slack takes as a bot's display name.
_NOT_IN_DISPLAY_NAME = re.compile(r"[^a-z0-9._-]+")
# Written without quotes: nothing that YAML would read as a number, a date, a boolean or a comment.
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9 ,._/-]*[A-Za-z0-9]|/?[A-Za-z]+")
_SCOPE = re.compile(r"[a-z]+:[a-z.]+")
_WORDS_WITH_A_MEANING = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})

_USAGE: Final = "pending | show ID | grants | status | freeze REASON | unfreeze | help"
_HEADING: Final = """\
# The Slack app of sudoagent. https://api.slack.com/apps → Create New App → From a manifest → YAML.
# Then:
#   1. Install to Workspace; OAuth & Permissions → Bot User OAuth Token (xoxb-…) is SLACK_BOT_TOKEN.
{second}
#   3. In Slack: /invite @{name} in the channel that SUDOAGENT_CHANNEL names.
#   4. `sudoagent doctor` says what is still missing.
# Other features need other permissions: `sudoagent slack manifest --help`.
"""
_SOCKET: Final = """\
#   2. Basic Information → App-Level Tokens → Generate, with the scope connections:write (a manifest
#      cannot hold it); the token (xapp-…) is SLACK_APP_TOKEN."""
_HTTP: Final = """\
#   2. Basic Information → App Credentials → Signing Secret is SLACK_SIGNING_SECRET."""

_COMMENTS: Final = {
    "home_tab_enabled": "what waits for me",
    "messages_tab_enabled": "requests as direct messages",
    "is_enabled": "the buttons",
    "socket_mode_enabled": "the bot connects to Slack and needs no public address",
    "bot_events": "tells when somebody opens the Home tab",
}


def manifest(
    features: Collection[Feature] = DEFAULTS,
    *,
    name: str = "sudoagent",
    request_url: str | None = None,
) -> Manifest:
    """Return the manifest of an app with exactly what these features need.

    ``request_url`` is where Slack delivers clicks in HTTP mode; ``None``: Socket Mode. Raises
    ``ConfigurationError`` for a name or an address that Slack would not take.
    """
    url = {} if request_url is None else {"request_url": _checked_url(request_url)}
    return {
        "display_information": {
            "name": _checked_name(name),
            "description": "Approve or deny what AI agents want to run",
            "background_color": "#1f2937",
        },
        "features": _features(features, name, request_url),
        "oauth_config": {"scopes": {"bot": list(scopes_for(features))}},
        "settings": {
            **_events(features, url),
            "interactivity": {"is_enabled": True, **url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": request_url is None,
            "token_rotation_enabled": False,
        },
    }


def as_json(document: Manifest) -> str:
    """Return the manifest as Slack's JSON editor takes it."""
    return json.dumps(document, indent=2, ensure_ascii=False)


def as_yaml(document: Manifest) -> str:
    """Return the manifest as YAML, with what to do next, and what each scope is for."""
    second = _SOCKET if document["settings"]["socket_mode_enabled"] else _HTTP
    name = document["features"]["bot_user"]["display_name"]
    return _HEADING.format(second=second, name=name) + "\n".join(_lines(document, "")) + "\n"


def _features(features: Collection[Feature], name: str, request_url: str | None) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if {"home", "dms"} & set(features):
        made["app_home"] = {
            "home_tab_enabled": "home" in features,
            "messages_tab_enabled": "dms" in features,
            "messages_tab_read_only_enabled": True,
        }
    made["bot_user"] = {"display_name": _display_name(name), "always_online": True}
    if "commands" in features:
        url = {} if request_url is None else {"url": request_url.strip()}
        made["slash_commands"] = [
            {
                "command": "/sudo",
                **url,
                "description": "What waits for a decision; stop everything",
                "usage_hint": _USAGE,
                "should_escape": False,
            }
        ]
    return made


def _events(features: Collection[Feature], url: dict[str, str]) -> dict[str, Any]:
    if "home" not in features:
        return {}
    return {"event_subscriptions": {**url, "bot_events": ["app_home_opened"]}}


def _checked_name(name: str) -> str:
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ConfigurationError(
            f"the app's name has {len(name)} characters: Slack takes 1 to {_LONGEST_NAME}, on one "
            "line"
        )
    return name.strip()


def _display_name(name: str) -> str:
    plain = _NOT_IN_DISPLAY_NAME.sub("-", name.strip().lower()).strip("-")
    return plain[:_LONGEST_DISPLAY_NAME] or "sudoagent"


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        good = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
    except ValueError:
        good = False
    if not good or not url.strip().isprintable() or " " in url.strip():
        raise ConfigurationError(
            f"{url!r} is no address for Slack to deliver to: give e.g. "
            "https://approvals.example.com/slack/events"
        )
    return url.strip()


def _lines(value: Any, indent: str) -> Iterator[str]:
    """Write mappings, and lists of mappings or strings, as a manifest nests them."""
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield f"{indent}{name}:"
            yield from _lines(inner, indent + "  ")
        elif isinstance(inner, list):
            yield _commented(f"{indent}{name}:", _COMMENTS.get(name))
            yield from _items(inner, indent + "  ")
        else:
            comment = _COMMENTS.get(name) if inner is True else None
            yield _commented(f"{indent}{name}: {_scalar(inner)}", comment)


def _items(items: list[Any], indent: str) -> Iterator[str]:
    width = max(len(str(item)) for item in items)
    for item in items:
        if isinstance(item, Mapping):
            first, *others = _lines(item, indent + "  ")
            yield f"{indent}- {first.strip()}"
            yield from others
        else:
            purpose = PURPOSES.get(item)
            yield _commented(f"{indent}- {_scalar(item).ljust(width if purpose else 0)}", purpose)


def _commented(line: str, comment: str | None) -> str:
    return line if comment is None else f"{line}  # {comment}"


def _scalar(value: str | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS_WITH_A_MEANING
    # What JSON quotes, YAML reads in the same way.
    is_plain = plain or _SCOPE.fullmatch(value)
    return value if is_plain else json.dumps(value, ensure_ascii=False)
