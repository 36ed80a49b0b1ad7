"""The thread under a card: votes and outcomes, by name, pinging nobody."""

from __future__ import annotations

import json

import pytest

from sudoagent.playground.blockkit import check_message
from sudoagent.slack.messages import Message, Run
from sudoagent.slack.threads import run_marker, run_reply, vote_marker, vote_reply

from .reading import nodes, sentences, words
from .requests_at_hand import HOSTILE, INVISIBLE, hostile_text, request, vote


def pings(message: Message) -> bool:
    kinds = {node.get("type") for node in nodes(message.blocks)}
    return bool(kinds & {"user", "usergroup", "broadcast", "mrkdwn"}) or "<" in message.text


def test_a_vote_is_told_with_its_comment() -> None:
    message = vote_reply(request(), vote("deny", "U0ALICE", "Wrong customer"), "Alice Moreau")
    assert sentences(message) == "⛔ Alice Moreau denied.\nWrong customer"
    assert message.text == "⛔ Alice Moreau denied."


def test_somebody_without_a_name_is_told_by_id() -> None:
    assert sentences(vote_reply(request(), vote("approve", "U0ALICE"))) == "✅ U0ALICE approved."


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (Run(outcome="success", seconds=2), "▶️ refund_user is done, after 2.0 s."),
        (
            Run(outcome="error", seconds=2, error="ValueError: [redacted]"),
            "❌ refund_user failed after 2.0 s.\n"
            "The error, without secrets:\nValueError: [redacted]",
        ),
        (
            Run(outcome="cancelled", seconds=None, error="frozen by U0ADMIN"),
            "🚫 refund_user was not begun: nothing ran.\nWhy:\nfrozen by U0ADMIN",
        ),
    ],
)
def test_the_outcome_is_told_with_its_error(run: Run, told: str) -> None:
    assert sentences(run_reply(request(), run)) == told


def test_the_outcome_comes_with_the_place_in_the_audit_log() -> None:
    told = run_reply(request(), Run(outcome="success", seconds=2, audit_head="14:ba9876543210"))
    assert "log 14:ba9876543210" in words(told)


def test_a_reply_is_known_by_its_marker_and_no_other_is() -> None:
    alice, bob = vote("approve", "U0ALICE"), vote("approve", "U0BOB")
    replies = {
        vote_marker(alice): vote_reply(request(), alice),
        vote_marker(bob): vote_reply(request(), bob),
        run_marker(request()): run_reply(request(), Run(outcome="success", seconds=2)),
    }
    for marker in replies:
        marked = [
            other
            for other, message in replies.items()
            if any(marker in str(block["block_id"]) for block in message.blocks)
        ]
        assert marked == [marker]


@pytest.mark.parametrize("name", HOSTILE)
def test_replies_are_valid_and_ping_nobody(name: str) -> None:
    text = hostile_text()
    for message in (
        vote_reply(HOSTILE[name], vote("deny", "<!channel>", text), text),
        run_reply(HOSTILE[name], Run(outcome="error", seconds=1, error=text, audit_head=text)),
    ):
        assert check_message(list(message.blocks)) == []
        assert not pings(message)
        everything = json.dumps(message.blocks, ensure_ascii=False) + message.text
        assert not [char for char in INVISIBLE if not char.isprintable() and char in everything]
