"""Who may talk to the playground: programs on this machine, and its own page; no other website.

A page on the internet can make a browser on this machine send requests to loopback addresses. Two
checks stop it. The ``Host`` must be a loopback name, or a rebound domain name could read answers.
The ``Origin``, which browsers add to whatever changes something and to every WebSocket, must be the
playground's own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

__all__ = ["keep_door", "refusal"]

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def refusal(host: str, origin: str | None, fetch_site: str | None) -> str | None:
    """Return why a request with these headers is refused; ``None`` when it is welcome. Pure."""
    if urlsplit(f"//{host}").hostname not in _LOOPBACK:
        return "the playground answers to loopback names only"
    if origin is not None and origin != f"http://{host}":
        return "requests from other websites are refused"
    if fetch_site not in (None, "same-origin", "none"):
        return "requests from other websites are refused"
    return None


@web.middleware
async def keep_door(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse what comes from elsewhere; forbid the page to load anything from elsewhere."""
    headers = request.headers
    fetch_site = headers.get("Sec-Fetch-Site")
    if request.method == "GET" and request.path == "/":
        fetch_site = None  # A link to the page, from a mail or a wiki, may be followed.
    try:
        why = refusal(request.host, headers.get("Origin"), fetch_site)
    except ValueError:
        why = "the Host header cannot be read"
    if why is not None:
        raise web.HTTPForbidden(text=why)
    response = await handler(request)
    if not response.prepared:
        response.headers.setdefault("Content-Security-Policy", _CONTENT_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response
