"""The connection to the server: found, kept, found again; errors become ours here and only here."""

from __future__ import annotations

import asyncio
import builtins
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import (
    AskError,
    AuthenticationError,
    AuthorizationError,
    ClusterDownError,
    ConnectionError,
    MovedError,
    NoPermissionError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    TimeoutError,
    TryAgainError,
)
from redis.retry import Retry

from ...errors import ConfigurationError
from .addresses import Address
from .cancellation import Cancellations
from .errors import StoreError, StoreRefused, StoreUnavailable
from .facts import ServerFacts, read_facts
from .locators import Locator
from .scripts import Script, script

__all__ = ["Link"]

_log = logging.getLogger(__name__)

T = TypeVar("T")

# Shorter than a person's patience and than the three seconds after which a silent server counts as
# gone; longer than a save or a slow disk makes a healthy one pause.
_SOCKET_SECONDS = 2.0
_CONNECTIONS = 16
_FACTS_SECONDS = 10.0
_WAIT_MS = 500

_NOT_NOW = (
    ConnectionError,
    TimeoutError,
    ReadOnlyError,
    ClusterDownError,
    TryAgainError,
    AskError,
    OSError,
)
_NOT_YOU = (AuthenticationError, AuthorizationError, NoPermissionError)


class Link:
    """One server, spoken to by any number of tasks of one event loop.

    ``patience``: seconds for which a command is repeated while the server cannot be reached. The
    commands are scripts that may be repeated safely.
    """

    def __init__(
        self, address: Address, locator: Locator, *, embedded: bool, patience: float
    ) -> None:
        self.address = address
        self._locator = locator
        self._embedded = embedded
        self._patience = patience
        self._client: Redis | None = None
        self._facts: ServerFacts | None = None
        self._facts_at = 0.0
        self._connecting = asyncio.Lock()

    @property
    def facts(self) -> ServerFacts:
        """What the server said about itself when it was last asked."""
        if self._facts is None:
            raise StoreUnavailable("the server has not been reached yet")
        return self._facts

    async def open(self) -> None:
        """Find the server and ask what it is. Raises ``StoreError``."""
        await self.call(_nothing)

    async def close(self) -> None:
        """Close every connection."""
        client, self._client = self._client, None
        await self._close_if_dropped(client)

    async def call(self, ask: Callable[[Redis], Awaitable[T]]) -> T:
        """Return what ``ask`` returns, repeated while the server is away. Raises ``StoreError``."""
        try:
            # Also bounds the wait for a free connection while thousands ask a frozen server.
            async with asyncio.timeout(self._patience + _SOCKET_SECONDS):
                return await self._repeat(ask)
        except builtins.TimeoutError as error:
            raise self._judge(error) from error

    async def _repeat(self, ask: Callable[[Redis], Awaitable[T]]) -> T:
        cancellations = Cancellations()
        give_up = time.monotonic() + self._patience
        pauses = _pauses()
        while True:
            client, pause = None, next(pauses)
            try:
                client = await self._connected()
                return await ask(client)
            except (StoreUnavailable, *_NOT_NOW, RedisError) as error:
                failure = self._judge(error)
                if isinstance(failure, StoreUnavailable):
                    self._client = None if self._client is client else self._client
                if isinstance(failure, StoreRefused) or time.monotonic() + pause > give_up:
                    raise failure from error
            finally:
                await self._close_if_dropped(client)
                cancellations.heed()
            await asyncio.sleep(pause)

    async def command(self, *words: str | int) -> Any:
        """Send one command that changes nothing and return its reply. Raises ``StoreError``."""
        return await self.call(lambda client: _execute(client, *words))

    async def now_ms(self) -> int:
        """Return the server's time, in milliseconds since the epoch."""
        seconds, micros = await self.command("TIME")
        return int(seconds) * 1000 + int(micros) // 1000

    async def run(self, name: str, keys: tuple[str, ...], args: tuple[Any, ...]) -> Any:
        """Run a script and return its reply. Raises ``StoreError``."""

        async def ask(client: Redis) -> Any:
            return await _evaluate(client, self._script(name), keys, args)

        return await self.call(ask)

    async def run_confirmed(
        self, name: str, keys: tuple[str, ...], args: tuple[Any, ...]
    ) -> tuple[Any, bool]:
        """Run a script; also say whether a replica has it, where there are replicas."""

        async def ask(client: Redis) -> tuple[Any, bool]:
            await self._refresh_facts(client)
            if not self.facts.replicas:
                return await _evaluate(client, self._script(name), keys, args), True
            # WAIT speaks of the writes of its own connection, so both travel on one; by text,
            # because an unknown hash would be noticed only after the WAIT.
            pipeline = client.pipeline(transaction=False)
            pipeline.execute_command("EVAL", self._script(name).source, len(keys), *keys, *args)
            pipeline.execute_command("WAIT", 1, _WAIT_MS)
            reply, confirmed = await pipeline.execute()
            return reply, confirmed >= 1

        return await self.call(ask)

    async def dedicated(self) -> Redis:
        """Return a client of its own for a subscription. The caller closes it; errors are raw."""
        return _client(await self._locator.locate(), connections=1)

    def _script(self, name: str) -> Script:
        return script(name, with_flags=self.facts.reads_flags)

    async def _connected(self) -> Redis:
        if self._client is not None:
            return self._client
        async with self._connecting:
            if self._client is None:
                client = _client(await self._locator.locate(), connections=_CONNECTIONS)
                try:
                    await self._learn_facts(client)
                except BaseException:
                    await client.aclose()
                    raise
                self._client = client
            return self._client

    async def _learn_facts(self, client: Redis) -> None:
        info = await _execute(client, "INFO")
        seconds, micros = await _execute(client, "TIME")
        skew = round((seconds + micros / 1e6 - time.time()) * 1000)
        self._facts = read_facts(info, self.address, embedded=self._embedded, clock_skew_ms=skew)
        self._facts_at = time.monotonic()

    async def _refresh_facts(self, client: Redis) -> None:
        if time.monotonic() - self._facts_at > _FACTS_SECONDS:
            await self._learn_facts(client)

    async def _close_if_dropped(self, client: Redis | None) -> None:
        # The idle connections of a server that failed once are as dead as the one that noticed;
        # others who use this client fail at once and repeat, instead of timing out one by one.
        if client is not None and client is not self._client:
            await client.aclose()

    def _judge(self, error: Exception) -> StoreError:
        if isinstance(error, StoreError):
            return error
        if isinstance(error, MovedError):
            self._locator.moved(error.host, error.port)
        where = f"the server at {self.address.shown}"
        _log.debug("%s: %s", where, type(error).__name__)
        # While it connects, redis-py wraps what the server says in a ConnectionError.
        if isinstance(error, _NOT_YOU) or isinstance(error.__cause__, _NOT_YOU):
            return StoreRefused(f"{where} refuses this login or a command: check REDIS_URL and ACL")
        if isinstance(error, OutOfMemoryError):
            return StoreRefused(f"{where} is full (maxmemory is reached)")
        if isinstance(error, ReadOnlyError):
            return StoreUnavailable(f"{where} is a read-only replica, not the primary")
        if isinstance(error, _NOT_NOW) or str(error).startswith("BUSY"):
            return StoreUnavailable(f"{where} cannot be reached, or does not answer in time")
        return StoreRefused(f"{where} refused a command ({type(error).__name__})")


async def _evaluate(
    client: Redis, found: Script, keys: tuple[str, ...], args: tuple[Any, ...]
) -> Any:
    try:
        return await _execute(client, "EVALSHA", found.sha, len(keys), *keys, *args)
    except NoScriptError:
        return await _execute(client, "EVAL", found.source, len(keys), *keys, *args)


async def _execute(client: Redis, *words: Any) -> Any:
    return await client.execute_command(*words)  # type: ignore[no-untyped-call]  # redis-py's gap


async def _nothing(client: Redis) -> None:
    """Being connected is all that was asked."""


def _client(url: str, *, connections: int) -> Redis:
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=connections,
            # For a free connection; every command is bounded as a whole.
            timeout=None,
            socket_timeout=_SOCKET_SECONDS,
            socket_connect_timeout=_SOCKET_SECONDS,
            # One place repeats commands, and it is not this one.
            retry=Retry(NoBackoff(), 0),
            # RESP2 has no maintenance notifications to switch off and no pushes to tell apart.
            protocol=2,
        )
        pool.make_connection()  # type: ignore[no-untyped-call]
    except (TypeError, ValueError) as error:
        raise ConfigurationError(
            "REDIS_URL has an option that is not known, or a wrong value"
        ) from error
    return Redis.from_pool(pool)


def _pauses() -> Iterator[float]:
    pause = 0.02
    while True:
        yield pause
        pause = min(pause * 2, 0.5)
