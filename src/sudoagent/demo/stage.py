"""The processes of the demonstration, and the promise that none of them is left running."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sudoagent.errors import SudoAgentError
from sudoagent.playground import AsyncPlayground, running

__all__ = ["Stage", "set_up"]

_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Stage:
    """A playground with a bot that listens. ``folder`` is gone when the demonstration ends."""

    playground: AsyncPlayground
    folder: Path
    environment: dict[str, str]

    @property
    def log(self) -> Path:
        """Where the agent records."""
        return self.folder / "sudo_audit.jsonl"

    @asynccontextmanager
    async def process(
        self, *arguments: str, log: BinaryIO | None = None
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run a Python module, and end it on the way out: politely, then not.

        What it writes goes to the screen, or into ``log``.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *arguments,
            cwd=self.folder,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Its own session: Ctrl-C is for the demonstration, which ends the others in order.
            start_new_session=True,
        )
        try:
            yield process
        finally:
            await _end(process)


@asynccontextmanager
async def set_up() -> AsyncIterator[Stage]:
    """Start playground and bot, and take both down however the block is left."""
    folder = Path(tempfile.mkdtemp(prefix="sudoagent-demo-"))
    try:
        async with running() as server:
            playground = AsyncPlayground(server.url)
            stage = Stage(playground, folder, _environment(playground, folder))
            with (folder / "bot.log").open("wb") as log:
                async with stage.process("sudoagent_bot", log=log) as bot:
                    await _listening(stage, bot)
                    yield stage
    finally:
        await _remove(folder)


def _environment(playground: AsyncPlayground, folder: Path) -> dict[str, str]:
    # What the person at the keyboard has set up for a real workspace has no part in this.
    ours = ("SLACK_", "SUDOAGENT_", "REDIS_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, **playground.environment, "SUDOAGENT_STATE_DIR": str(folder / "state")}


async def _listening(stage: Stage, bot: asyncio.subprocess.Process) -> None:
    connected = asyncio.ensure_future(stage.playground.wait_for_connections(1))
    ended = asyncio.ensure_future(bot.wait())
    try:
        await asyncio.wait({connected, ended}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            said = (stage.folder / "bot.log").read_text(encoding="utf-8", errors="replace")
            raise SudoAgentError(f"the bot ended before it listened:\n{said}")
        await connected
    finally:
        for waiting in (connected, ended):
            waiting.cancel()
        await asyncio.gather(connected, ended, return_exceptions=True)


async def _end(process: asyncio.subprocess.Process) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _PATIENCE)


async def _remove(folder: Path) -> None:
    # The embedded server writes to its folder until the last of its users is gone, then ends.
    for _ in range(50):
        if _removed(folder):
            return
        await asyncio.sleep(0.1)


def _removed(folder: Path) -> bool:
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()
