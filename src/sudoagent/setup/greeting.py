"""What Slack says beside its answers: the token's scopes, and what time it is.

The Web API's client gives answers only, so this asks once by itself, for the headers.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp

__all__ = ["Greeting", "greet", "read_greeting"]

_SECONDS = 5.0
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, slots=True)
class Greeting:
    """``scopes``: those of the token, ``None`` when Slack did not say.

    ``ahead``: how many seconds this machine's clock is ahead of Slack's, ``None`` when unknown.
    Slack's has a resolution of a second.
    """

    scopes: frozenset[str] | None = None
    ahead: float | None = None


async def greet(token: str, api_url: str) -> Greeting:
    """Ask Slack who the token is, for the headers. Empty when it cannot be asked."""
    # aiohttp reads proxies and NO_PROXY from the environment; loopback needs none.
    proxied = urlsplit(api_url).hostname not in _LOOPBACK
    limit = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=limit, trust_env=proxied) as session,
            session.post(
                f"{api_url}auth.test",
                headers={"Authorization": f"Bearer {token}"},
                allow_redirects=False,
            ) as answer,
        ):
            return read_greeting(answer.headers, time.time())
    except (aiohttp.ClientError, OSError, TimeoutError):
        return Greeting()


def read_greeting(headers: Mapping[str, str], now: float) -> Greeting:
    """Read the headers of an answer that came at ``now``. Pure."""
    listed = headers.get("X-OAuth-Scopes")
    scopes = None
    if listed is not None:
        scopes = frozenset(part.strip() for part in listed.split(",") if part.strip())
    return Greeting(scopes, _ahead(headers.get("Date"), now))


def _ahead(date: str | None, now: float) -> float | None:
    try:
        # The middle of the second that the header names.
        return now - parsedate_to_datetime(date or "").timestamp() - 0.5
    except ValueError:
        return None
