"""One line for each event, in which nothing hides and nothing leaks."""

from __future__ import annotations

import logging
import sys

import pytest

from sudoagent_bot.logs import OneLine


def line(message: str, *args: object, error: bool = False) -> str:
    info = sys.exc_info() if error else None
    record = logging.LogRecord("sudoagent_bot.x", logging.INFO, "x.py", 1, message, args, info)
    return OneLine().format(record)


def test_a_record_is_a_time_a_level_a_name_and_words():
    shown = line("connected to %s", "Slack")
    assert shown.endswith(" INFO sudoagent_bot.x: connected to Slack")
    assert shown[:4].isdigit()


@pytest.mark.parametrize("break_", ["\n", "\r", "\u2028", "\x1b[2K", "\x85", "\u202e"])
def test_what_could_imitate_another_line_is_escaped(break_: str):
    shown = line("by %s", f"U0X{break_}2026-01-01 INFO approved")
    assert break_ not in shown
    assert len(shown.splitlines()) == 1


def test_secrets_are_redacted():
    token = "-".join(("xoxb", "1234567890", "abcdefghijklmnop"))
    shown = line("sent %s to redis://:hunter2hunter2@redis.example:6379", token)
    assert "abcdefghijklmnop" not in shown
    assert "hunter2hunter2" not in shown


def test_of_an_exception_type_and_place_are_kept_and_the_text_is_not():
    try:
        raise ValueError("argument user_2")
    except ValueError:
        shown = line("it failed", error=True)
    assert "ValueError at " in shown
    assert "test_logs.py:" in shown
    assert "user_2" not in shown


def test_an_exception_that_was_never_raised_has_no_place():
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "it failed", (), None)
    record.exc_info = (ValueError, ValueError("user_2"), None)
    assert OneLine().format(record).endswith("it failed (ValueError)")
