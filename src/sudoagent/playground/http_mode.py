"""HTTP mode: signed requests to the app's own address.

docs.slack.dev, "Verifying requests from Slack", "Handling user interaction", "Slash commands".
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp

from .cast import SIGNING_SECRET
from .courier import Courier, Delivery, EnvelopeKind
from .wellformed import read_json
from .workspace import Workspace

__all__ = ["HttpMode", "sign"]

_FORM = "application/x-www-form-urlencoded"


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """Return the value of ``X-Slack-Signature`` (version 0). Pure."""
    base = b"v0:%d:%s" % (timestamp, body)
    return f"v0={hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()}"


class HttpMode:
    """Posts to ``request_url`` while it is set, else hands over to Socket Mode."""

    def __init__(self, workspace: Workspace, otherwise: Courier) -> None:
        self._workspace = workspace
        self._otherwise = otherwise
        self.request_url: str | None = None

    def use(self, url: str | None) -> None:
        """Post to this address from now on. Raises ``ValueError`` unless it is on loopback."""
        host = urlsplit(url or "").hostname
        # The playground must not become a way to make this machine post to others.
        if url is not None and host != "localhost" and not _is_loopback(host or ""):
            raise ValueError(f"the app's address must be on this machine, not {host}")
        self.request_url = url

    async def deliver(
        self, kind: EnvelopeKind, payload: Mapping[str, Any], *, accepts_response: bool = False
    ) -> Delivery:
        """See ``Courier``."""
        if self.request_url is None:
            return await self._otherwise.deliver(kind, payload, accepts_response=accepts_response)
        body, content_type = _encoded(kind, payload)
        timestamp = int(self._workspace.clock())
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": str(timestamp),
            "X-Slack-Signature": sign(SIGNING_SECRET, timestamp, body),
        }
        started = time.monotonic()
        missed, response = await self._post(self.request_url, body, headers)
        return Delivery(missed, time.monotonic() - started, response)

    async def _post(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[str | None, dict[str, Any] | None]:
        within = self._workspace.acknowledge_within
        timeout = aiohttp.ClientTimeout(total=within)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(url, data=body, headers=headers) as answer,
            ):
                if answer.status != 200:
                    return f"the app answered {answer.status}", None
                return None, _response(await answer.text())
        except TimeoutError:
            return f"the app did not acknowledge within {within:g} s", None
        except aiohttp.ClientError:
            return "the app cannot be reached", None


def _encoded(kind: EnvelopeKind, payload: Mapping[str, Any]) -> tuple[bytes, str]:
    match kind:
        case "events_api":
            return json.dumps(payload).encode(), "application/json"
        case "slash_commands":
            return urlencode(payload).encode(), _FORM
        case _:
            return urlencode({"payload": json.dumps(payload)}).encode(), _FORM


def _response(text: str) -> dict[str, Any] | None:
    try:
        answer = read_json(text)
    except ValueError:
        # A slash command may be answered with bare text.
        return {"text": text} if text.strip() else None
    return answer if isinstance(answer, dict) else None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
