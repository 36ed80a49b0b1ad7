"""Without a terminal, or in the background of one, nobody can be asked there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from support.asking_program import program
from support.terminal import Screen

Start = Callable[..., Screen]


def test_without_one_it_is_a_denial_that_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(program())
    shown = subprocess.run(
        [sys.executable, path],
        input="y\n",
        capture_output=True,
        text=True,
        start_new_session=True,
    ).stdout

    assert "ENDED ApproverUnavailable there is no terminal to ask in" in shown
    assert "SlackApprover()" in shown


def test_whatever_feeds_standard_input_does_not_answer(in_terminal: Start) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"y\ny\nyes\n")
    os.close(writing)
    screen = in_terminal(program(), stdin=reading)
    os.close(reading)
    screen.until("n why not]")
    screen.type("n")
    screen.end()

    assert "ENDED ApprovalDenied" in screen.shown


def test_in_the_background_nobody_can_be_asked(in_terminal: Start) -> None:
    screen = in_terminal(
        "import os, signal\n"
        "signal.signal(signal.SIGTTOU, signal.SIG_IGN)\n"
        "if os.fork():\n    os.wait()\n    os._exit(0)\n"
        "os.setpgid(0, 0)\n" + program()
    )
    screen.end()

    assert "ENDED ApproverUnavailable the program runs in the background" in screen.shown
