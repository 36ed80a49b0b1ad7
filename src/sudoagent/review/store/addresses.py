"""Server addresses: what REDIS_URL may say. Pure.

redis-py reads ``redis://``, ``rediss://`` and ``unix://``. Read here in addition: the same schemes
under Valkey's name, Sentinel (``redis+sentinel://h1,h2/name/0``) and Cluster
(``redis+cluster://h1,h2``), each with ``rediss+…`` for TLS. A host without a port gets the usual
one: 6379, and 26379 for Sentinel.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode

from ...errors import ConfigurationError

__all__ = ["Address", "parse_address"]

Kind = Literal["single", "sentinel", "cluster"]

_SCHEMES: dict[str, tuple[str, Kind]] = {
    base_in + (f"+{kind}" if kind != "single" else ""): (base_out, kind)
    for base_in, base_out in (
        ("redis", "redis"),
        ("rediss", "rediss"),
        ("valkey", "redis"),
        ("valkeys", "rediss"),
    )
    for kind in ("single", "sentinel", "cluster")
}
_USUAL_PORT = {"single": 6379, "sentinel": 26379, "cluster": 6379}
_SENTINEL_OPTIONS = ("sentinel_username", "sentinel_password")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server is. ``repr`` and ``shown`` leave out user names and passwords.

    ``urls``: one URL that redis-py understands for each host. ``service``: the name under which
    the sentinels know the primary. ``sentinel_login``: user name and password for the sentinels.
    """

    kind: Kind
    shown: str
    urls: tuple[str, ...] = field(repr=False)
    service: str = ""
    tail: str = field(default="", repr=False)
    login: str = field(default="", repr=False)
    scheme: str = "redis"
    sentinel_login: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def encrypted(self) -> bool:
        """Whether the connection uses TLS."""
        return self.scheme == "rediss"

    @property
    def local(self) -> bool:
        """Whether every host is this machine, so that neither TLS nor a password is missed."""
        if self.scheme == "unix":
            return True
        hosts = (url.rpartition("@")[2].removeprefix(f"{self.scheme}://") for url in self.urls)
        return all(host.startswith(("127.", "localhost:", "[::1]:")) for host in hosts)

    @property
    def authenticated(self) -> bool:
        """Whether a password is sent."""
        return bool(self.login) or "password=" in self.tail

    def url_of(self, host: str, port: int) -> str:
        """Return the URL of another host that is reached in the same way."""
        name = f"[{host}]" if ":" in host else host
        return f"{self.scheme}://{self.login}{name}:{port}{self.tail}"


def parse_address(url: str) -> Address:
    """Read a server address. Raises ``ConfigurationError`` that says what can be given."""
    scheme, separator, rest = url.strip().partition("://")
    if scheme == "unix" and "/" in rest:
        path, _, query = rest.partition("?")
        login, at, path = path.rpartition("@")
        if path.startswith("/"):
            shown, urls = f"unix://{path}", (url.strip(),)
            return Address("single", shown, urls, scheme="unix", tail=query, login=login + at)
    if not separator or scheme not in _SCHEMES:
        # Where the scheme does not end, a password may have begun.
        known = f"has the scheme {scheme[:20]!r}" if separator else "has no scheme"
        raise ConfigurationError(
            f"REDIS_URL {known}: use redis://, rediss:// (TLS), unix://, "
            "redis+sentinel://host,host/name or redis+cluster://host,host"
        )
    return _network_address(*_SCHEMES[scheme], rest)


def _network_address(scheme: str, kind: Kind, rest: str) -> Address:
    beyond_query, _, query = rest.partition("?")
    authority, _, path = beyond_query.partition("/")
    login, at, hosts = authority.rpartition("@")
    service, database = _path(kind, path)
    options = dict(parse_qsl(query))
    sentinel_login = {
        name.removeprefix("sentinel_"): options.pop(name)
        for name in _SENTINEL_OPTIONS
        if name in options
    }
    places = [_host_and_port(host, _USUAL_PORT[kind]) for host in hosts.split(",")]
    if kind == "single" and len(places) > 1:
        raise ConfigurationError(
            "REDIS_URL names several hosts: use redis+sentinel:// or redis+cluster:// for them"
        )
    tail = f"/{database}" + (f"?{urlencode(options, quote_via=quote)}" if options else "")
    shown_hosts = ",".join(f"{host}:{port}" for host, port in places)
    blank = Address(
        kind,
        f"{scheme}{'' if kind == 'single' else '+' + kind}://{shown_hosts}",
        (),
        service=service,
        tail=tail,
        login=login + at,
        scheme=scheme,
        sentinel_login=sentinel_login,
    )
    return _with_urls(blank, places)


def _with_urls(address: Address, places: list[tuple[str, int]]) -> Address:
    urls = tuple(address.url_of(host.strip("[]"), port) for host, port in places)
    return Address(
        address.kind,
        address.shown,
        urls,
        address.service,
        address.tail,
        address.login,
        address.scheme,
        address.sentinel_login,
    )


def _path(kind: Kind, path: str) -> tuple[str, str]:
    parts = [unquote(part) for part in path.strip("/").split("/")] if path.strip("/") else []
    service = ""
    if kind == "sentinel":
        if not parts:
            raise ConfigurationError(
                "REDIS_URL lacks the name of the primary: redis+sentinel://host,host/NAME/0"
            )
        service = parts.pop(0)
    database = parts.pop(0) if parts else "0"
    if parts or not database.isdecimal() or (kind == "cluster" and database != "0"):
        raise ConfigurationError(
            "REDIS_URL ends in something that is not a database number (a cluster has only 0)"
        )
    return service, database


def _host_and_port(text: str, usual: int) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, str(usual)
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ConfigurationError("REDIS_URL names a host or port that cannot be one")
    return host, int(port)
