"""Finding the one server that holds the namespace: itself, through Sentinel, in a cluster.

A namespace lives in one cluster slot, so a cluster too comes down to one node, which is found
again whenever it stops being the right one.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from redis.asyncio import Redis
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from ..embedded import Lease, ServerUnavailable, acquire, state_dir
from .addresses import Address
from .errors import StoreUnavailable

__all__ = [
    "ClusterLocator",
    "EmbeddedLocator",
    "FixedLocator",
    "Locator",
    "SentinelLocator",
    "locator_for",
]

_PROBE_SECONDS = 1.0


class Locator(Protocol):
    """Knows where the server is now."""

    async def locate(self) -> str:
        """Return the URL to connect to. Raises ``StoreUnavailable`` when nobody can tell."""
        ...

    def moved(self, host: str, port: int) -> None:
        """Take note that a server named another one as the right one."""
        ...

    def close(self) -> None:
        """Give up what was held to keep the server there."""
        ...


class _Elsewhere:
    """The server is not ours: nothing to hold, and nobody but the locator itself to believe."""

    def moved(self, host: str, port: int) -> None:
        """Ignored."""

    def close(self) -> None:
        """Nothing is held."""


class FixedLocator(_Elsewhere):
    """One address, always the same."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def locate(self) -> str:
        """Return the address."""
        return self._url


class EmbeddedLocator(_Elsewhere):
    """The server that this user's processes share on this machine; started when it is gone."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lease: Lease | None = None
        # Starting takes a while, and asyncio's own executor belongs to the application.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sudoagent-embedded")

    @classmethod
    def in_folder(cls, directory: Path | None) -> EmbeddedLocator:
        """The server whose home is this folder, else the one that the environment names."""
        return cls(directory or state_dir(os.environ))

    async def locate(self) -> str:
        """Return the server's address once it answers."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._thread, self._ensure)
        except ServerUnavailable as error:
            raise StoreUnavailable(str(error)) from error

    def close(self) -> None:
        """Give up the lease; the last user's going ends the server."""
        self._thread.shutdown(wait=False)
        if self._lease is not None:
            self._lease.close()

    def _ensure(self) -> str:
        if self._lease is None:
            self._lease = acquire(self._directory)
        else:
            self._lease.ensure()
        return self._lease.url


class SentinelLocator(_Elsewhere):
    """Asks the sentinels, in turn, which server is the primary."""

    def __init__(self, address: Address) -> None:
        self._address = address

    async def locate(self) -> str:
        """Return the address of the primary, as the first sentinel that answers knows it."""
        for url in self._address.urls:
            found = await _ask(
                _without_login(url, self._address),
                "SENTINEL",
                "GET-MASTER-ADDR-BY-NAME",
                self._address.service,
                **self._address.sentinel_login,
            )
            if found:
                return self._address.url_of(_text(found[0]), int(found[1]))
        raise StoreUnavailable(
            f"no sentinel at {self._address.shown} knows a primary named {self._address.service!r}"
        )


class ClusterLocator(_Elsewhere):
    """Finds the node that serves the namespace's slot.

    The nodes are asked for the map of slots. Where that is not permitted, any node will do: it
    answers the first command with the right one's address.
    """

    def __init__(self, address: Address, key: str) -> None:
        self._address = address
        self._slot = key_slot(key.encode())
        self._nodes = list(address.urls)
        self._hint: str | None = None

    async def locate(self) -> str:
        """Return the address of the slot's node."""
        hint, self._hint = self._hint, None
        if hint is not None:
            return hint
        for url in list(self._nodes):
            ranges = await _ask(url, "CLUSTER", "SLOTS")
            if ranges is not None:
                return self._owner(ranges, url) or url
        raise StoreUnavailable(f"no node of the cluster at {self._address.shown} answers")

    def moved(self, host: str, port: int) -> None:
        """Go where the server pointed next time."""
        self._hint = self._address.url_of(host, port)

    def _owner(self, ranges: list[Any], asked: str) -> str | None:
        owner = None
        seen = list(self._address.urls)
        for first, last, *nodes in ranges:
            urls = [self._url(node, asked) for node in nodes]
            seen.extend(url for url in urls if url not in seen)
            if first <= self._slot <= last:
                owner = urls[0]
        self._nodes = seen
        return owner

    def _url(self, node: list[Any], asked: str) -> str:
        # A node that does not know its own name yet leaves it empty: the one that was asked.
        host = _text(node[0])
        return self._address.url_of(host, int(node[1])) if host else asked


def locator_for(address: Address, key: str) -> Locator:
    """Return the locator that an address asks for; ``key`` is any key of the namespace."""
    if address.kind == "sentinel":
        return SentinelLocator(address)
    if address.kind == "cluster":
        return ClusterLocator(address, key)
    return FixedLocator(address.urls[0])


async def _ask(url: str, *command: str, **login: str) -> list[Any] | None:
    """Ask one server one thing. ``None``: it does not answer; an empty list: it does not say."""
    options: dict[str, Any] = dict(login)
    client = Redis.from_url(
        url,
        socket_timeout=_PROBE_SECONDS,
        socket_connect_timeout=_PROBE_SECONDS,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        **options,
    )
    # The client would turn the reply of a command that it knows into something of its own making.
    client.response_callbacks.clear()
    try:
        reply = await client.execute_command(*command)  # type: ignore[no-untyped-call]
        return list(reply or [])
    except ResponseError:
        return []
    except (RedisError, OSError):
        return None
    finally:
        await client.aclose()


def _without_login(url: str, address: Address) -> str:
    # The login in the URL is the primary's; the sentinels have their own, or none.
    host = url.removeprefix(f"{address.scheme}://").removeprefix(address.login)
    return f"{address.scheme}://{host.rpartition(address.tail)[0]}"


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
