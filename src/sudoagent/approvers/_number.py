"""Showing the number that whoever approves in Slack must state: where the agent runs.

On the controlling terminal if there is one, in the log, and to the program that asked to be told.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable

from sudoagent.display import cut, visible

__all__ = ["OnNumber", "show_number"]

# Called with the request's id and the number, on a thread of its own.
OnNumber = Callable[[str, str], object]

logger = logging.getLogger("sudoagent")

_TERMINAL = "/dev/tty"
_SENTENCE = "To approve %s in Slack, type the number %s (request %s)"


def show_number(number: str, action: str, request_id: str, on_number: OnNumber | None) -> None:
    """Show a number. Never raises and never waits for anybody.

    The log has it as a warning where there is no terminal to read it on, else as information.
    """
    shown = (cut(visible(action), 80), number, request_id)
    written = _write_to_terminal(_SENTENCE % shown)
    logger.log(logging.INFO if written else logging.WARNING, _SENTENCE, *shown)
    if on_number is not None:
        told = threading.Thread(
            target=_tell, args=(on_number, request_id, number), name="sudoagent-number", daemon=True
        )
        told.start()


def _tell(on_number: OnNumber, request_id: str, number: str) -> None:
    try:
        on_number(request_id, number)
    except Exception:  # the application's own code: whatever it raises, the question goes on
        logger.exception("on_number failed; the number is in the log")


def _write_to_terminal(sentence: str) -> bool:
    # Without waiting: a terminal that somebody has stopped (Ctrl-S) must not stop the agent.
    flags = os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        descriptor = os.open(_TERMINAL, flags)
    except OSError:
        return False
    try:
        if os.tcgetpgrp(descriptor) != os.getpgrp():
            return False  # writing from the background may stop the whole job
        line = f"\r\n{sentence}\r\n".encode()
        return os.write(descriptor, line) == len(line)
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            os.close(descriptor)
