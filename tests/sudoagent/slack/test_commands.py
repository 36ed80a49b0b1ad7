"""What `/sudo` answers: private, within limits, nothing parsed that a caller chose."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from sudoagent.playground.blockkit import check_message
from sudoagent.slack import command_texts
from sudoagent.slack.commands import pending_answer, plain_answer, show_answer, status_answer
from sudoagent.slack.home import Frozen, Waiting

from .reading import buttons, nodes, sentences
from .requests_at_hand import HOSTILE, hostile_text, request, vote

FREEZE = Frozen(by="T0/U0BOB", at=1_795_348_773_000, reason="incident *812*")


def asked(**changes: Any) -> Waiting:
    return Waiting(request=request(id=str(uuid.uuid4()), **changes))


def test_a_sentence_is_the_answer_and_what_is_read_aloud() -> None:
    answer = plain_answer(command_texts.HELP)
    assert answer.text == command_texts.HELP
    assert sentences(answer) == command_texts.HELP
    assert check_message(list(answer.blocks)) == []


def test_everybody_learns_whether_it_is_frozen_and_only_some_why() -> None:
    assert sentences(status_answer(False, None, None)) == command_texts.STATUS_OPEN
    assert sentences(status_answer(True, None, None)) == command_texts.STATUS
    told = sentences(status_answer(True, FREEZE, 3))
    assert "Frozen by U0BOB" in told
    assert "incident *812*" in told
    assert "Waiting for a decision: 3" in told


def test_what_waits_is_listed_with_its_id() -> None:
    one, other = asked(agent="billing"), asked(risk="high")
    told = sentences(pending_answer([one, other], everybodys=False))
    assert "Waiting for you: 2" in told
    assert f"billing wants to run refund_user; expires 2026-11-22 12:09 UTC; {one.request.id}" in (
        told
    )
    assert "🔴" in told
    assert "Waiting for somebody: 1" in sentences(pending_answer([one], everybodys=True))
    assert "… and 5 more." in sentences(pending_answer([one] * 25, everybodys=False))


@pytest.mark.parametrize(
    ("everybodys", "words"), [(True, command_texts.NOTHING_AT_ALL), (False, command_texts.NOTHING)]
)
def test_nothing_waits(everybodys: bool, words: str) -> None:
    assert pending_answer([], everybodys=everybodys).text == words


def test_one_request_is_shown_without_buttons() -> None:
    answer = show_answer(request(), state="pending", votes=(), ended_at=None, cause=None)
    assert buttons(answer) == {}
    assert command_texts.WHERE in sentences(answer)
    ended = show_answer(
        request(),
        state="denied",
        votes=(vote("deny", "U0BOB", "wrong customer"),),
        ended_at=1_795_348_773_000,
        cause=None,
    )
    assert "wrong customer" in sentences(ended)
    assert command_texts.WHERE not in sentences(ended)


@pytest.mark.parametrize("name", HOSTILE)
def test_the_worst_is_within_limits_and_parses_nothing(name: str) -> None:
    worst = HOSTILE[name]
    frozen = Frozen(by=hostile_text(), at=1, reason=hostile_text())
    answers = (
        pending_answer([Waiting(request=worst)] * 30, everybodys=True),
        show_answer(worst, state="pending", votes=(), ended_at=None, cause=None),
        status_answer(True, frozen, 10**6),
    )
    for answer in answers:
        assert check_message(list(answer.blocks)) == []
        parsed = [node for node in nodes(answer.blocks) if node.get("type") == "mrkdwn"]
        assert all(node["text"].startswith("⏳ Expires <!date^") for node in parsed)
        assert "<!channel>" not in answer.text
