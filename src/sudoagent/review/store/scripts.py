"""The Lua scripts, each with the prelude they share, ready to be called by their hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources

__all__ = ["Script", "script"]

# Redis >= 7 and Valkey: a decision, a cancellation or a claim must go through on a full server;
# a new request must not.
_FLAGS = {
    "create": "",
    "read": "no-writes",
    "states": "no-writes",
    "vote": "allow-oom",
    "end": "allow-oom",
    "claim": "allow-oom",
    "attempt": "allow-oom",
    "attach": "allow-oom",
    "take": "allow-oom",
    "painted": "allow-oom",
    "freeze": "allow-oom",
    "announce": "allow-oom",
    "held": "allow-oom",
    "notice": "allow-oom",
    "home_mark": "allow-oom",
    "home_take": "allow-oom",
    "home_done": "allow-oom",
    "decided": "allow-oom",
    "deliver": "allow-oom",
    "report": "allow-oom",
    "grant_use": "allow-oom",
    "grant_revoke": "allow-oom",
    "grant_end": "allow-oom",
    "follow_begin": "allow-oom",
    "follow_said": "allow-oom",
    "follow_done": "allow-oom",
    "widen": "allow-oom",
    "thread_take": "allow-oom",
    "thread_begin": "allow-oom",
    "thread_said": "allow-oom",
    "thread_done": "allow-oom",
}


@dataclass(frozen=True, slots=True)
class Script:
    """A script's text and the SHA-1 under which a server that has seen it knows it."""

    name: str
    source: str
    sha: str


@cache
def script(name: str, *, with_flags: bool) -> Script:
    """Return a script. ``with_flags``: for a server that reads flags, which Redis 6.2 does not."""
    folder = resources.files(__package__).joinpath("lua")
    prelude = folder.joinpath("_prelude.lua").read_text(encoding="utf-8")
    body = folder.joinpath(f"{name}.lua").read_text(encoding="utf-8")
    flags = f" flags={_FLAGS[name]}" if _FLAGS[name] else ""
    first_line = f"#!lua{flags}\n" if with_flags else ""
    source = first_line + prelude + body
    # The protocol names scripts by SHA-1; nothing here relies on its strength.
    sha = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()
    return Script(name, source, sha)
