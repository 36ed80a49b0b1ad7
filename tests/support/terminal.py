"""A terminal for programs under test: a pseudo-terminal that is the program's controlling one.

The program runs in a session of its own, as if somebody had opened a terminal window for it.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

__all__ = ["Screen", "in_terminal"]

_PATIENCE = 60.0  # seconds; a program that is merely slow must not fail a test
_STYLING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

# The first terminal that a session leader opens becomes its controlling terminal.
_LAUNCHER = (
    "import os, signal, sys; os.open(sys.argv[1], os.O_RDWR); "
    # A shell that started the tests in the background had Ctrl-C ignored, and so would we.
    "signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[2], sys.argv[2:])"
)


class Screen:
    """A program in its terminal. ``shown`` is all that it wrote there, without styling."""

    def __init__(
        self,
        argv: list[str],
        *,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        stdin: int | None = None,
        stdout: int | None = None,
    ) -> None:
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        modes = termios.tcgetattr(slave)
        # Ctrl-C throws away output that is under way, and what the program then says with it.
        modes[3] |= termios.NOFLSH
        termios.tcsetattr(slave, termios.TCSANOW, modes)
        launcher = [sys.executable, "-I", "-S", "-c", _LAUNCHER, os.ttyname(slave)]
        self.process = subprocess.Popen(
            [*launcher, *argv],
            cwd=cwd,
            env={**os.environ, "TERM": "xterm-256color", **(env or {})},
            stdin=slave if stdin is None else stdin,
            stdout=slave if stdout is None else stdout,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self._raw = b""

    @property
    def shown(self) -> str:
        """What is on the screen and above it."""
        return _STYLING.sub("", self._raw.decode("utf-8", "replace")).replace("\r\n", "\n")

    def until(self, text: str, times: int = 1) -> str:
        """Wait until the text is shown (so many times), and return all that is."""
        deadline = time.monotonic() + _PATIENCE
        while self.shown.count(text) < times:
            if not self._read(deadline):
                raise AssertionError(f"{text!r} was never shown, but:\n{self.shown}")
        return self.shown

    def type(self, text: str) -> None:
        """Type the text, and Enter."""
        self.press(f"{text}\n")

    def press(self, keys: str) -> None:
        """Press keys; ``"\\x03"`` is Ctrl-C, ``"\\x04"`` Ctrl-D."""
        os.write(self._master, keys.encode())

    def end(self) -> int:
        """Wait until the program has ended, and return its exit code."""
        deadline = time.monotonic() + _PATIENCE
        while self._read(deadline):
            pass
        return self.process.wait(_PATIENCE)

    def close(self) -> None:
        """Take the terminal away, and end the program if it still runs."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(_PATIENCE)
        os.close(self._master)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return False
        try:
            chunk = os.read(self._master, 65536)
        except OSError:  # the last program that had the terminal open is gone
            return False
        self._raw += chunk
        return bool(chunk)


@pytest.fixture
def in_terminal(tmp_path: Path) -> Iterator[Callable[..., Screen]]:
    """Start a Python program (its text, or a path) in a terminal of its own, in ``tmp_path``.

    Further arguments go to `Screen`: ``env``, and ``stdin`` and ``stdout`` as descriptors.
    """
    screens: list[Screen] = []

    def start(program: str | Path, *args: str, **options: object) -> Screen:
        if isinstance(program, str):
            path = tmp_path / f"program_{len(screens)}.py"
            path.write_text(textwrap.dedent(program), encoding="utf-8")
            program = path
        argv = [sys.executable, str(program), *args]
        screens.append(Screen(argv, cwd=tmp_path, **options))  # type: ignore[arg-type]
        return screens[-1]

    yield start
    for screen in screens:
        screen.close()
