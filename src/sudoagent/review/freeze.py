"""The freeze switch: while it is on, nothing that is guarded in the namespace runs.

    sudo = SudoEngine(policy=..., gate=FreezeSwitch())    # SlackApprover brings its own

Every process listens for the switch, so asking costs a look at a variable, and a freeze takes
effect within a second.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from ..display import cut, visible
from ..errors import ConfigurationError, SudoAgentError
from .background import background
from .desk import Desk, shared_desk
from .store import FreezeState, Hint, StoreError
from .store.addresses import parse_address

__all__ = ["FreezeSwitch", "FreezeWatch", "Unreachable"]

logger = logging.getLogger(__name__)

Unreachable = Literal["deny", "allow"]

_PATIENCE_SECONDS = 2.0
_RETRY_SECONDS = 0.25
_MOST_REASON = 300


class FreezeWatch:
    """What this process knows of the switch. Lives on the background loop.

    ``known`` may be read from any thread; it is ``None`` while the server cannot be heard.
    """

    def __init__(self, desk: Desk) -> None:
        self.known: FreezeState | None = None
        self._store = desk.store
        self._heard = asyncio.Event()
        self._news = asyncio.Event()
        desk.waiter.overhear(self._hear)
        self._reading = asyncio.create_task(self._read())

    async def state(self) -> FreezeState | None:
        """Return what is known, waiting a moment for a server that is away."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._heard.wait()
        except TimeoutError:
            return None
        return self.known

    async def close(self) -> None:
        """Stop watching."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    def _hear(self, hint: Hint) -> None:
        if hint.kind == "disconnected":
            self._forget()
        elif hint.kind in ("connected", "frozen", "thawed"):
            self._news.set()

    def _forget(self) -> None:
        self.known = None
        self._heard.clear()

    async def _read(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                self.known = await self._store.presence.freeze_state()
                self._heard.set()
            except StoreError as error:
                logger.debug("the freeze switch cannot be read: %s", error)
                self._forget()
                await asyncio.sleep(_RETRY_SECONDS)
                self._news.set()


class FreezeSwitch:
    """A gate that is closed while the namespace is frozen (`sudoagent freeze`, `/sudo freeze`).

    ``on_unreachable`` is for calls that the policy allows, when the server cannot be asked: deny
    them, which is the default, or let them run. Calls that need approval are denied then by
    whoever cannot ask; another approver's yes, at the terminal for example, stands.

    What is not given comes from ``REDIS_URL``, ``SUDOAGENT_NAMESPACE`` and
    ``SUDOAGENT_STATE_DIR``, read once, here. Raises ``ConfigurationError``.
    """

    def __init__(
        self,
        *,
        redis_url: str | None = None,
        namespace: str | None = None,
        state_dir: str | os.PathLike[str] | None = None,
        on_unreachable: Unreachable = "deny",
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        if on_unreachable not in ("deny", "allow"):
            raise ConfigurationError(f"on_unreachable is {on_unreachable!r}: 'deny' or 'allow'")
        self._url = (redis_url or environ.get("REDIS_URL", "")).strip() or None
        if self._url is not None:
            parse_address(self._url)
        self._namespace = namespace or environ.get("SUDOAGENT_NAMESPACE") or "default"
        folder = state_dir or environ.get("SUDOAGENT_STATE_DIR") or None
        self._state_dir = None if folder is None else Path(folder)
        self._on_unreachable = on_unreachable
        self._watch: FreezeWatch | None = None
        self._pid = os.getpid()

    def closed(self, policy_decision: str) -> str | None:
        """Return why nothing may run, or ``None``. Connects the first time."""
        known = self._at_hand()
        if known is None:
            known = background().run(self._state())
        return self._judge(known, policy_decision)

    async def aclosed(self, policy_decision: str) -> str | None:
        """The same, awaiting."""
        known = self._at_hand()
        if known is None:
            known = await background().arun(self._state())
        return self._judge(known, policy_decision)

    def _at_hand(self) -> FreezeState | None:
        # A forked child hears nothing of what the parent's watch hears.
        same_process = self._pid == os.getpid()
        return self._watch.known if self._watch is not None and same_process else None

    async def _state(self) -> FreezeState | None:
        try:
            desk = await shared_desk(self._url, self._namespace, self._state_dir)
        except SudoAgentError as error:
            logger.warning("the freeze switch cannot be read: %s", error)
            return None
        key = ("freeze", self._url, self._namespace, self._state_dir)
        watch = await background().shared(key, lambda: _watching(desk))
        self._watch, self._pid = watch, os.getpid()
        return await watch.state()

    def _judge(self, known: FreezeState | None, policy_decision: str) -> str | None:
        if known is None:
            if policy_decision == "allow" and self._on_unreachable == "deny":
                return "the freeze switch cannot be read: the server is away"
            return None
        if not known.frozen:
            return None
        return f"frozen by {_shown(known.by)}: {_shown(known.reason)}"


async def _watching(desk: Desk) -> FreezeWatch:
    return FreezeWatch(desk)


def _shown(text: str) -> str:
    # Whoever can write to Redis chooses these words, and the agent reads them.
    return cut(visible(text), _MOST_REASON) or "somebody"
