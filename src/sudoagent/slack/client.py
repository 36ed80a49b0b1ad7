"""Asking Slack's Web API: which address, how patiently, and what to make of the answer.

Our own rules for asking again, because the SDK's post a message twice when the first answer is
lost. A call that may have been carried out is repeated only where twice is the same as once.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import urllib.request
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from sudoagent.errors import ConfigurationError

from .failures import AnswerLost, SlackBusy, SlackFailure, SlackRefused, SlackUnreachable, advice

__all__ = ["SLACK_API_URL", "SlackClient", "api_base"]

SLACK_API_URL: Final = "https://slack.com/api/"

# Twice is not once: a second card.
_ONCE: Final = frozenset({"chat.postMessage"})
# Slack takes JSON for what writes. What reads takes its arguments in the query, and with JSON it
# answers as if it had been given none.
_READS: Final = frozenset(
    {
        "conversations.history",
        "conversations.info",
        "conversations.list",
        "conversations.members",
        "conversations.replies",
        "usergroups.users.list",
        "users.info",
    }
)
_NOT_BY_GET: Final = frozenset({405, 501})
# Slack says that a call may have taken effect before one of these errors; the others did not.
_MAYBE_DONE: Final = frozenset({"internal_error", "fatal_error"})
_TURNED_AWAY: Final = frozenset({"service_unavailable", "request_timeout"})

_PAUSES: Final = (0.3, 1.0, 2.0, 4.0, 8.0)
_DEFAULT_PATIENCE = 30.0

# The SDK writes whole requests at debug level, arguments included; it writes them to nobody.
_UNHEARD = logging.Logger("sudoagent.slack.sdk", logging.ERROR)
_UNHEARD.addHandler(logging.NullHandler())

logger = logging.getLogger(__name__)


class SlackClient:
    """Slack's Web API for one token. Safe to share between tasks, threads and event loops.

    ``api_url`` defaults to Slack's own; ``timeout`` is what one attempt may take, in seconds. Each
    call opens its own connection: an approver posts one message a request, and so there is nothing
    to keep alive or to close. Proxies come from the environment, but never for this machine.
    """

    def __init__(self, token: str, api_url: str | None = None, *, timeout: float = 10.0) -> None:
        self._base = api_base(api_url)
        self._proxy = _proxy_for(self._base)
        self._token = token
        self._timeout = timeout

    def __repr__(self) -> str:
        return f"SlackClient(api_url={self._base!r})"

    async def call(
        self, method: str, *, patience: float = _DEFAULT_PATIENCE, **arguments: Any
    ) -> dict[str, Any]:
        """Call a method and return Slack's answer, asking again where that is safe.

        Waits as Slack asks (``Retry-After``), but for no more than ``patience`` seconds in all.
        Arguments that are ``None`` are left out. Raises ``SlackFailure``.
        """
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + patience
        given = {name: value for name, value in arguments.items() if value is not None}
        pauses = iter(_PAUSES)
        while True:
            room = give_up_at - loop.time()
            try:
                return await self._attempt(method, given, min(self._timeout, max(room, 0.05)))
            except SlackFailure as failure:
                wait = _wait_before_next(failure, next(pauses, None))
                if wait is None or loop.time() + wait >= give_up_at:
                    raise
                logger.info("Slack: %s: %s; again in %.1f s", method, type(failure).__name__, wait)
            await asyncio.sleep(wait)

    async def _attempt(
        self, method: str, arguments: dict[str, Any], timeout: float
    ) -> dict[str, Any]:
        try:
            async with self._web(timeout) as web:
                answer = await (_read if method in _READS else _write)(web, method, arguments)
                return dict(answer.data) if isinstance(answer.data, dict) else {}
        except SlackApiError as error:
            raise _translated(method, error) from None
        except (AttributeError, UnicodeError):
            # What the SDK makes of JSON that is no object, and of bytes that are no text.
            raise _not_slack(method, self._base) from None
        except aiohttp.ClientConnectorCertificateError:
            reason = f"the certificate of {self._base} is not trusted on this machine"
            raise SlackRefused(method, reason, code="certificate") from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise _unreachable(method, self._base, error) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _lost(method, error) from None

    @contextlib.asynccontextmanager
    async def _web(self, timeout: float) -> AsyncIterator[AsyncWebClient]:
        limits = aiohttp.ClientTimeout(total=timeout, sock_connect=timeout / 2)
        async with aiohttp.ClientSession(timeout=limits, response_class=_Answer) as session:
            web = AsyncWebClient(
                self._token,
                base_url=self._base,
                session=session,
                retry_handlers=[],
                logger=_UNHEARD,
            )
            web.proxy = self._proxy  # the constructor would read it from the environment
            yield web


class _Answer(aiohttp.ClientResponse):
    """Taken for JSON, whatever type a stand-in for Slack gives it: the body tells."""

    @property
    def content_type(self) -> str:
        return "application/json"

    async def json(self, **how: Any) -> Any:
        return await super().json(**{**how, "content_type": None})


async def _write(web: AsyncWebClient, method: str, arguments: dict[str, Any]) -> AsyncSlackResponse:
    return await web.api_call(method, json=arguments)


async def _read(web: AsyncWebClient, method: str, arguments: dict[str, Any]) -> AsyncSlackResponse:
    try:
        return await web.api_call(method, http_verb="GET", params=arguments)
    except SlackApiError as error:
        if _status(error) not in _NOT_BY_GET:
            raise
    # Slack takes a form as well, and some stand-ins for it nothing else.
    return await web.api_call(method, data={name: str(each) for name, each in arguments.items()})


def api_base(api_url: str | None) -> str:
    """Return the Web API's base address, ending in a slash. Raises ``ConfigurationError``."""
    url = (api_url or SLACK_API_URL).strip()
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(
            "SLACK_API_URL is not a web address: leave it unset for Slack itself, or give e.g. "
            "http://127.0.0.1:8484/api/"
        )
    if parts.scheme == "http" and not _on_this_machine(parts.hostname):
        raise ConfigurationError(
            "SLACK_API_URL starts with http:// and leads off this machine, so the token would "
            "travel in the clear: use https://"
        )
    return url if url.endswith("/") else url + "/"


def _proxy_for(url: str) -> str | None:
    host = urlsplit(url).hostname or ""
    if _on_this_machine(host) or urllib.request.proxy_bypass(host):
        return None
    return urllib.request.getproxies().get(urlsplit(url).scheme)


def _on_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _wait_before_next(failure: SlackFailure, pause: float | None) -> float | None:
    if isinstance(failure, SlackRefused) or pause is None:
        return None
    if isinstance(failure, AnswerLost) and failure.method in _ONCE:
        return None
    return pause if failure.retry_after is None else failure.retry_after


def _translated(method: str, error: SlackApiError) -> SlackFailure:
    response, status = error.response, _status(error)
    body = response.data if isinstance(getattr(response, "data", None), dict) else {}
    code = str(body.get("error", ""))[:80]
    if status == 429 or code in ("ratelimited", "rate_limited"):
        reason = advice(method, "ratelimited")
        return SlackBusy(method, reason, code="ratelimited", retry_after=_retry_after(response))
    if status == 503 or code in _TURNED_AWAY:
        reason = f"Slack is not available just now ({code or status})"
        return SlackUnreachable(method, reason, code=code)
    if status >= 500 or code in _MAYBE_DONE:
        reason = f"Slack failed while doing {method} ({code or status}), and may have done it"
        return AnswerLost(method, reason, code=code)
    if not code:
        return _not_slack(method, "the address in SLACK_API_URL")
    return SlackRefused(method, advice(method, code, str(body.get("needed", ""))[:80]), code=code)


def _status(error: SlackApiError) -> int:
    response = error.response
    return getattr(response, "status_code", None) or getattr(response, "status", None) or 0


def _retry_after(response: Any) -> float:
    headers = getattr(response, "headers", None) or {}
    try:
        return max(float(headers.get("Retry-After", "1")), 0.1)
    except ValueError:
        return 1.0


def _not_slack(method: str, where: str) -> SlackFailure:
    reason = f"{where} answered {method} with something that is not Slack's: check SLACK_API_URL"
    return SlackRefused(method, reason, code="not_slack")


def _unreachable(method: str, base: str, error: BaseException) -> SlackFailure:
    kind = type(error).__name__
    return SlackUnreachable(method, f"{base} cannot be reached ({kind}): is this machine online?")


def _lost(method: str, error: BaseException) -> SlackFailure:
    kind = type(error).__name__
    return AnswerLost(method, f"Slack was asked to do {method} and did not answer ({kind})")
