"""Asking the person at the terminal, in a real one."""

from __future__ import annotations

import math
import os
import pwd
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sudoagent import ConfigurationError, Context, Decision, InteractiveApprover, PolicyResult
from support.asking_program import program
from support.terminal import Screen

Start = Callable[..., Screen]

ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture(params=["blocking", "awaiting"])
def asking(request: pytest.FixtureRequest, in_terminal: Start) -> Callable[..., Screen]:
    """Start a program that asks, and wait for its question."""

    def ask(*, stdin: Any = None, **fields: object) -> Screen:
        screen = in_terminal(program(request.param, **fields), stdin=stdin)
        screen.until("n why not]")
        return screen

    return ask


class TestAnswers:
    def test_a_plain_yes_runs_it(self, asking: Start) -> None:
        answers = ["y", "yes", "Y", "YES", "  y  "]
        screen = asking(times=len(answers))
        for number, answer in enumerate(answers, start=1):
            screen.until("n why not]", times=number)
            screen.type(answer)
        screen.end()

        assert screen.shown.count("ENDED paid") == len(answers)
        assert f'"user_id": "{ME}"' in screen.shown
        assert '"approver": "terminal"' in screen.shown

    def test_everything_else_is_a_no_and_the_words_say_why(self, asking: Start) -> None:
        comments = {
            "": None,
            "n": None,
            "no": None,
            "N": None,
            "n too much": "too much",
            "no  far too much ": "far too much",
            "what is this?": "what is this?",
            "y but only 100": "y but only 100",
            "yess": "yess",
            "true": "true",
            "1": "1",
            "\u0443": "\u0443",  # a Cyrillic letter that looks like y
            "\uff59": "\uff59",  # a wide y
        }
        screen = asking(times=len(comments))
        for number, answer in enumerate(comments, start=1):
            screen.until("n why not]", times=number)
            screen.type(answer)
        screen.end()

        shown = " ".join(screen.shown.split())
        for comment in comments.values():
            assert f"ENDED ApprovalDenied denied by {ME} in the terminal {comment} {ME}" in shown
        assert "paid" not in shown

    def test_the_end_of_input_is_a_no(self, asking: Start) -> None:
        screen = asking()
        screen.press("\x04")
        screen.end()

        assert "ENDED ApprovalDenied" in screen.shown

    def test_ctrl_c_is_an_interrupt_and_is_recorded(self, asking: Start) -> None:
        screen = asking()
        screen.press("\x03")
        screen.end()

        assert "LOG deny" in " ".join(screen.shown.split())
        assert "ENDED KeyboardInterrupt" in screen.shown
        assert "paid" not in screen.shown

    def test_what_was_typed_before_the_question_answers_something_else(
        self, in_terminal: Start
    ) -> None:
        waits = "import select\nprint('BUSY', flush=True)\nselect.select([0], [], [])\n" + program()
        screen = in_terminal(waits)
        screen.until("BUSY")
        screen.type("y")
        screen.until("n why not]")
        screen.type("n")
        screen.end()

        assert "ENDED ApprovalDenied" in screen.shown

    def test_a_terminal_that_hands_over_single_keys_is_not_answered_by_one(
        self, in_terminal: Start
    ) -> None:
        raw = "import tty\nbefore = tty.setraw(0)\n" + program()
        screen = in_terminal(raw)
        screen.until("n why not]")
        screen.press("y")
        screen.press("uck\n")
        screen.end()

        assert "ENDED ApprovalDenied" in screen.shown
        assert "yuck" in screen.shown  # and what is typed is seen


class TestHidden:
    @pytest.mark.parametrize(
        "arguments",
        [
            "{'note': 'x' * 10_000}",
            "{f'a{n}': n for n in range(99)}",
            "{'command': 'login api_key=`rm -rf /`'}",
        ],
    )
    def test_a_quick_yes_is_not_enough(self, asking: Start, arguments: str) -> None:
        screen = asking(arguments=arguments)
        screen.type("y")
        screen.until("Type yes in full")
        screen.type("yes")
        screen.end()

        assert "ENDED paid" in screen.shown

    def test_a_no_is_enough(self, asking: Start) -> None:
        screen = asking(arguments="{'note': 'x' * 10_000}")
        screen.type("y")
        screen.until("Type yes in full")
        screen.type("")
        screen.end()

        assert "ENDED ApprovalDenied" in screen.shown

    def test_what_cannot_be_read_is_asked_about_only_when_the_policy_says_so(
        self, asking: Start
    ) -> None:
        screen = asking(arguments="{'rows': iter([1])}", rules=", allow_uninspectable=True")
        screen.type("yes")
        screen.end()

        assert "ENDED paid" in screen.shown


class TestWaiting:
    @pytest.mark.parametrize("fields", [{"options": "timeout=2.0"}, {"rules": ", timeout=2.0"}])
    def test_silence_is_a_no(self, asking: Start, fields: dict[str, str]) -> None:
        screen = asking(**fields)
        screen.end()

        assert "ENDED ApprovalExpired nobody answered in time" in screen.shown

    def test_a_cancelled_task_withdraws_the_question_and_frees_the_screen(
        self, in_terminal: Start, tmp_path: Path
    ) -> None:
        screen = in_terminal(
            program("awaiting").split("for _ in")[0]
            + """
import os
async def main():
    first = asyncio.ensure_future(sudo.aexecute(refund, number=1))
    while not os.path.exists("seen"):
        await asyncio.sleep(0.01)
    second = asyncio.ensure_future(sudo.aexecute(refund, number=2))
    third = asyncio.ensure_future(sudo.aexecute(refund, number=3))
    await asyncio.sleep(0.2)
    second.cancel()  # while it waits for the screen
    first.cancel()
    print("ENDED", await third)
asyncio.run(main())
"""
        )
        screen.until("number  1")
        (tmp_path / "seen").touch()
        screen.until("number  3")
        screen.until("n why not]", times=2)
        screen.type("y")
        screen.end()

        assert "ENDED paid" in screen.shown
        assert "number  2" not in screen.shown

    def test_one_question_at_a_time(self, in_terminal: Start) -> None:
        screen = in_terminal(
            program().split("for _ in")[0]
            + """
from concurrent.futures import ThreadPoolExecutor
def attempt(number):
    try:
        return number, sudo.execute(refund, number=number)
    except ApprovalDenied:
        return number, "denied"
with ThreadPoolExecutor(3) as pool:
    print("ENDED", dict(pool.map(attempt, range(3))))
"""
        )
        for number, answer in enumerate(("y", "n", "y"), start=1):
            screen.until("n why not]", times=number)
            screen.type(answer)
        screen.end()

        assert screen.shown.count("'paid'") == 2


@pytest.mark.parametrize("timeout", [0, -1, math.inf, math.nan, True, "60", None])
def test_a_timeout_is_a_time(timeout: Any) -> None:
    with pytest.raises(ConfigurationError, match="timeout"):
        InteractiveApprover(timeout=timeout)


def test_a_very_long_timeout_is_no_error(in_terminal: Start) -> None:
    screen = in_terminal(program(options="timeout=3e9"))
    screen.until("n why not]")
    screen.type("y")
    screen.end()

    assert "ENDED paid" in screen.shown


def test_used_by_itself_it_does_not_ask_about_what_cannot_be_shown() -> None:
    asks = PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="large")
    ctx = Context("pay", (), {"rows": iter([1])})

    verdict = InteractiveApprover().approve(ctx, asks, "an id")

    assert not verdict
    assert verdict.reason == "these arguments cannot be shown to a person: rows"
