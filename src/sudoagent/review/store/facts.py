"""What the server says about itself, and what an operator should be warned of. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .addresses import Address

__all__ = ["ServerFacts", "read_facts"]

_TOLERATED_SKEW_MS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """The server's answer to INFO, as far as it matters here.

    ``clock_skew_ms``: the server's clock minus ours. ``reads_flags``: whether scripts may carry
    flags (Redis >= 7, Valkey).
    """

    product: str
    version: str
    address: str
    embedded: bool
    role: str
    replicas: int
    appends: bool
    eviction_policy: str
    memory_limited: bool
    clock_skew_ms: int
    protected: bool
    reads_flags: bool

    @property
    def sentence(self) -> str:
        """Which server this is, for the log line at start."""
        place = "embedded, this machine only" if self.embedded else f"at {self.address}"
        kept = "kept on disk" if self.appends else "in memory only"
        return f"{self.product} {self.version} ({place}), {kept}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What can lose or stall requests on this server, one sentence each."""
        checks = (
            (not self.appends, "appendonly is off: a restart of the server loses pending requests"),
            (
                self.memory_limited and self.eviction_policy != "noeviction",
                f"maxmemory-policy is {self.eviction_policy}: pending requests "
                "may be dropped; set it to noeviction",
            ),
            (self.role != "master", f"the server is a {self.role}: nothing can be stored on it"),
            (
                abs(self.clock_skew_ms) > _TOLERATED_SKEW_MS,
                f"the server's clock is {self.clock_skew_ms / 1000:+.1f} s off this machine's",
            ),
            (not self.protected, "the connection leaves this machine without TLS and a password"),
        )
        return tuple(sentence for holds, sentence in checks if holds)


def read_facts(
    info: Mapping[str, Any], address: Address, *, embedded: bool, clock_skew_ms: int
) -> ServerFacts:
    """Read an INFO reply. Missing fields (an INFO that was cut short) get their safest meaning."""
    valkey = info.get("valkey_version")
    version = str(valkey or info.get("redis_version", "unknown"))
    return ServerFacts(
        product="Valkey" if valkey else "Redis",
        version=version,
        address=address.shown,
        embedded=embedded,
        role=str(info.get("role", "unknown")),
        replicas=_number(info.get("connected_slaves")),
        appends=str(info.get("aof_enabled", "0")) == "1",
        eviction_policy=str(info.get("maxmemory_policy", "unknown")),
        memory_limited=_number(info.get("maxmemory")) > 0,
        clock_skew_ms=clock_skew_ms,
        protected=address.local or (address.encrypted and address.authenticated),
        reads_flags=bool(valkey) or _major(version) >= 7,
    )


def _number(value: object) -> int:
    text = str(value)
    return int(text) if text.isdecimal() else 0


def _major(version: str) -> int:
    return _number(version.partition(".")[0])
