"""Messages that concern no single request."""

from __future__ import annotations

import pytest

from sudoagent.playground.blockkit import check_message
from sudoagent.slack.notices import held_back_marker, held_back_notice

from .reading import nodes, sentences
from .requests_at_hand import hostile_text

SINCE = 1_795_348_773_000


@pytest.mark.parametrize(
    ("asker", "count", "told"),
    [
        ("U0RAVI", 7, "7 requests of U0RAVI were held back"),
        ("billing-agent", 1, "1 request of billing-agent was held back"),
        ("", 2, "2 requests of an agent were held back"),
    ],
)
def test_reviewers_are_told_how_many_were_held_back(asker: str, count: int, told: str) -> None:
    message = held_back_notice(asker, count, SINCE)
    assert told in sentences(message)
    assert message.text == f"Requests held back: {count}"


def test_whatever_the_agent_calls_itself_pings_nobody() -> None:
    message = held_back_notice(hostile_text(), 3, SINCE)
    assert check_message(list(message.blocks)) == []
    assert {node.get("type") for node in nodes(message.blocks)}.isdisjoint(
        {"user", "usergroup", "broadcast", "mrkdwn", "link"}
    )


@pytest.mark.parametrize("asker", ["U0RAVI", "", "\ud800", hostile_text()])
def test_a_notice_is_known_by_its_marker(asker: str) -> None:
    (block,) = held_back_notice(asker, 3, SINCE).blocks
    assert str(block["block_id"]).startswith(held_back_marker(asker, SINCE))
    assert not str(block["block_id"]).startswith(held_back_marker("somebody else", SINCE))
    assert not str(block["block_id"]).startswith(held_back_marker(asker, SINCE + 3_600_000))
