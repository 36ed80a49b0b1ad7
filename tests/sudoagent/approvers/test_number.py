"""Where the number is shown: on the terminal if there is one, else as a warning in the log."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from sudoagent.approvers._number import show_number
from support.terminal import Screen

SHOWING = """
    from sudoagent.approvers._number import show_number

    show_number("427", "refund\\x1b[2J\\u202e", "id-1", None)
"""
SENTENCE = "To approve refund\\x1b[2J\\u202e in Slack, type the number 427 (request id-1)"


def test_on_the_terminal_it_stands_once_and_cannot_lie(
    in_terminal: Callable[..., Screen],
) -> None:
    screen = in_terminal(SHOWING)
    assert screen.end() == 0
    assert screen.shown.count(SENTENCE) == 1


def test_in_the_background_of_a_terminal_it_is_a_warning(
    in_terminal: Callable[..., Screen],
) -> None:
    screen = in_terminal(f"""
    import os
    child = os.fork()
    if child == 0:
        os.setpgrp()
        import textwrap
        exec(textwrap.dedent({SHOWING!r}))
        os._exit(0)
    os.waitpid(child, 0)
    """)
    assert screen.end() == 0
    # By logging's handler of last resort, which shows warnings only.
    assert screen.shown.count(SENTENCE) == 1


def test_without_a_terminal_it_is_a_warning() -> None:
    program = "\n".join(line.strip() for line in SHOWING.splitlines())
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        check=True,
    )
    assert ran.stderr.count(SENTENCE) == 1
    assert ran.stdout == ""


def test_a_program_can_ask_to_be_told(caplog: pytest.LogCaptureFixture) -> None:
    told: list[tuple[str, str, str]] = []
    done = threading.Event()

    def on_number(request_id: str, number: str) -> None:
        told.append((request_id, number, threading.current_thread().name))
        done.set()

    with caplog.at_level(logging.INFO, "sudoagent"):
        show_number("427", "refund", "id-1", on_number)
    assert done.wait(30)
    assert told == [("id-1", "427", "sudoagent-number")]
    assert "427" in caplog.text
