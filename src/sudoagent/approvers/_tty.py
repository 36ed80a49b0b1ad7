"""The controlling terminal: where a person can be asked, whatever feeds standard input."""

from __future__ import annotations

import io
import os
import select
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import ApproverUnavailable

__all__ = ["Terminal", "Withdrawal", "controlling_terminal"]

_PATH = "/dev/tty"
# Seconds. A signal that arrives in the moment before a wait begins does not end it: Ctrl-C is
# noticed when the next one begins.
_LONGEST_WAIT = 0.5


class Withdrawal:
    """Lets another thread end a wait for a line. Closing and withdrawing may come in any order."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        self._lock = threading.Lock()
        self._closed = False
        self.withdrawn = False

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when the question is withdrawn."""
        return self._reading

    def withdraw(self) -> None:
        """End the wait, if there still is one."""
        with self._lock:
            self.withdrawn = True
            if not self._closed:
                os.write(self._writing, b"x")

    def close(self) -> None:
        """Give the descriptors back."""
        with self._lock:
            self._closed = True
            os.close(self._reading)
            os.close(self._writing)


class Terminal:
    """An open controlling terminal. ``stream`` is for writing to it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        raw = io.FileIO(descriptor, "w", closefd=False)
        self.stream = io.TextIOWrapper(
            io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", line_buffering=True
        )

    def forget_typed(self) -> None:
        """Throw away what was typed before the question was there: it answers something else."""
        termios.tcflush(self._descriptor, termios.TCIFLUSH)

    def read_line(self, deadline: float, withdrawal: Withdrawal | None = None) -> str | None:
        """Return a typed line, ``""`` at end of file, ``None`` at the deadline or withdrawal.

        ``deadline`` is in ``time.monotonic()`` seconds.
        """
        watched = [self._descriptor, *([withdrawal.fileno()] if withdrawal else [])]
        ready = _wait_for(watched, deadline)
        if self._descriptor not in ready or len(ready) > 1:
            return None
        # In line mode a terminal hands over one whole line.
        return os.read(self._descriptor, 4096).decode("utf-8", "replace")


def _wait_for(descriptors: list[int], deadline: float) -> list[int]:
    """Return those that are readable before the deadline; none at the deadline."""
    while True:
        remaining = max(0.0, deadline - time.monotonic())
        ready = _readable(descriptors, min(remaining, _LONGEST_WAIT))
        if ready or remaining <= _LONGEST_WAIT:
            return ready


def _readable(descriptors: list[int], seconds: float) -> list[int]:
    try:
        return select.select(descriptors, [], [], seconds)[0]
    except ValueError:  # a program with more than a thousand open files
        pass
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return [descriptor for descriptor, _ in poll.poll(seconds * 1000)]


@contextmanager
def controlling_terminal() -> Iterator[Terminal]:
    """Open the controlling terminal. Raises ``ApproverUnavailable`` when nobody can be asked."""
    try:
        descriptor = os.open(_PATH, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        raise ApproverUnavailable(
            "there is no terminal to ask in: run the program in one, or give the engine an "
            "approver that can be reached, such as SlackApprover()"
        ) from None
    try:
        if os.tcgetpgrp(descriptor) != os.getpgrp():
            # Reading would stop the whole job until somebody brings it to the foreground.
            raise ApproverUnavailable(
                "the program runs in the background of its terminal, where nobody can be asked"
            )
        terminal = Terminal(descriptor)
        with _line_mode(descriptor), terminal.stream:
            yield terminal
    finally:
        os.close(descriptor)


@contextmanager
def _line_mode(descriptor: int) -> Iterator[None]:
    # A program that draws its own screen may have the terminal hand over every key at once, unseen:
    # the y of another word must not approve.
    before = termios.tcgetattr(descriptor)
    iflag, oflag, cflag, lflag, *rest = before
    lines = [
        iflag | termios.ICRNL,
        oflag | termios.OPOST,
        cflag,
        lflag | termios.ICANON | termios.ECHO | termios.ISIG,
        *rest,
    ]
    # At once: a terminal that was stopped with Ctrl-S would keep us waiting for its output.
    termios.tcsetattr(descriptor, termios.TCSANOW, lines)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)
