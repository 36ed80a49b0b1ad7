"""What the terminal shows: the call and why it is asked about, as plain text."""

from __future__ import annotations

import io
import re
import time
from typing import Any

import pytest

from sudoagent import Context, Decision, PolicyResult
from sudoagent.approvers._layout import lay_out
from sudoagent.approvers._question import ask, insist, say_fallback, show_question
from sudoagent.approvers.terminal import Question
from sudoagent.redaction import present

ID = "0b6c2f9e-3b0a-4c56-9f5e-2f1d3c4b5a69"


def question(ctx: Context, **rules: Any) -> Question:
    result = PolicyResult(
        **{"decision": Decision.REQUIRE_APPROVAL, "reason": "over the limit", **rules}
    )
    shown = present(ctx)
    layout = lay_out(shown.arguments, result.highlight)
    return Question(ctx, result, ID, shown, layout, time.monotonic() + 60)


def screen(ctx: Context, **rules: Any) -> str:
    stream = io.StringIO()
    show_question(stream, question(ctx, **rules))
    ask(stream)
    return re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())


def test_everything_that_matters_is_there() -> None:
    metadata = {"agent": "billing bot", "justification": "a customer asked", "environment": "live"}
    ctx = Context("refund_user", (), {"user_id": "alice", "amount": 1500.0}, metadata)

    shown = screen(ctx, risk="high")

    for text in (
        "approve refund_user?",
        'user_id  "alice"',
        "amount   1500.0",
        "over the limit",
        "billing bot",
        "a customer asked",
        "live",
        "high",
        ID,
        "Run it? [y/N, or: n why not]",
    ):
        assert text in shown
    assert "Not all of it is shown" not in shown


def test_a_call_without_arguments_says_so() -> None:
    assert "without arguments" in screen(Context("restart"))


def test_what_is_cut_or_missing_is_said() -> None:
    cut = screen(Context("pay", (), {"note": "x" * 10_000}))
    many = screen(Context("pay", (), {f"a{n}": n for n in range(50)}))
    nameless = screen(Context("p" * 61, (), {"a": 1}))

    assert "(cut)" in cut
    assert "34 more are not shown" in many
    assert "type yes in full" in cut
    assert "type yes in full" in many
    assert "type yes in full" in nameless


@pytest.mark.parametrize(
    "hostile",
    [
        "[bold red]approved[/]",
        ":warning:",
        "\x1b[2J\x1b[H",
        "\x1b]0;title\x07",
        "\u202eecila",
        "\r\n  Run it? [y/N] y",
        "\u2028\u2029\x85\x0b\x0c",
        "\u200b" * 50,
    ],
)
def test_nothing_in_a_call_styles_moves_or_hides(hostile: str) -> None:
    metadata = {"agent": hostile, "environment": hostile}
    ctx = Context(f"pay{hostile}", (), {"to": hostile, hostile: 1}, metadata)

    lines = screen(ctx, reason=f"because {hostile}").splitlines()

    # Each line is one that the frame was drawn around.
    assert all(line.isprintable() for line in lines)
    assert all(line.startswith(("│", "╭", "╰", "  Run it?", "  Not all")) for line in lines if line)
    assert sum("Run it? [y/N, or" in line for line in lines) == 1


def test_the_agents_own_words_cannot_fill_the_screen() -> None:
    metadata = dict.fromkeys(("agent", "justification", "environment"), "x" * 50000)

    assert len(screen(Context("a" * 5_000, (), {"amount": 5}, metadata)).splitlines()) < 24


def test_secrets_are_not_shown() -> None:
    token = "xoxb-" + "1234567890-" * 2 + "abcdefghijklmnopqrstuvwx"
    ctx = Context("login", (), {"password": "gr33n-h0rse", "note": token}, {"agent": token})

    shown = screen(ctx, reason=f"not with {token}")

    assert "gr33n-h0rse" not in shown
    assert token not in shown


def test_nor_are_those_that_the_caller_or_the_policy_quotes() -> None:
    said = {"agent": "bot", "justification": "log in with gr33n-h0rse"}
    ctx = Context("login", (), {"password": "gr33n-h0rse"}, said)

    shown = screen(ctx, reason="gr33n-h0rse is a new password")

    assert "gr33n-h0rse" not in shown
    assert "log in with" in shown


def test_short_sentences() -> None:
    stream = io.StringIO()
    insist(stream)
    say_fallback(stream, "Slack [red]cannot\x1b[2J be reached")

    shown = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    assert "Type yes in full, or n: " in shown
    assert "sudoagent Slack [red]cannot\\x1b[2J be reached" in shown
