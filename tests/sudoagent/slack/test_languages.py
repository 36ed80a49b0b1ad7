"""In another language: only its words are shown, everywhere, and within Slack's limits."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sudoagent.playground.blockkit import check_message, check_view
from sudoagent.review.request import Argument
from sudoagent.slack.messages import Run, card
from sudoagent.slack.modals import arguments_modal, deny_modal
from sudoagent.slack.reminders import copy_card, reminder, widening_call
from sudoagent.slack.threads import run_reply, vote_reply
from sudoagent.slack.wording import current_words, read_wording, use_wording

from .everything_shown import STATES, VOTES, asked, messages, views
from .reading import nodes
from .requests_at_hand import HOSTILE, vote

LATIN = string.ascii_letters
# Letters that no text of ours and none of the data is made of.
PSEUDO = str.maketrans(LATIN, "".join(chr(0x10D0 + number % 33) for number in range(52)))


@pytest.fixture(autouse=True)
def usual_words_afterwards() -> Iterator[None]:
    yield
    use_wording({})


def pseudo(text: str, times: int = 1) -> str:
    """Translate a text, but what stands in braces; ``times`` makes it longer."""
    parts = []
    for literal, name, _, _ in string.Formatter().parse(text):
        parts.append(literal.translate(PSEUDO) * times)
        if name is not None:
            parts.append(f"{{{name}}}")
    return "".join(parts)


def pseudo_language(times: int = 1) -> dict[str, str]:
    return {
        name: words if name.startswith("AT_") else pseudo(words, times)
        for name, words in current_words().items()
    }


# Where the text of a node is, and where a screen reader finds its label.
_READ = ("text", "accessibility_label", "alt_text")
# Marks inside values are the same in the log: they are data, not a sentence.
_MARKS = re.compile(r"…\[\d+ characters,? cut\]…|<!date\^[^>]*>|\\[xuU][0-9a-f]+|\bnull\b")


def shown_texts(shown: Any) -> Iterator[str]:
    for node in nodes(shown):
        yield from (node[key] for key in _READ if isinstance(node.get(key), str))


def latin(words: str) -> str:
    """The Latin letters that are shown."""
    return "".join(re.findall("[A-Za-z]+", _MARKS.sub("", words)))


def test_only_translated_words_are_shown() -> None:
    use_wording(pseudo_language())
    for where, message in messages():
        for words in (message.text, *shown_texts(message.blocks)):
            # A person's name on a lock screen is an id where Slack does not tell it.
            assert latin(re.sub(r"U0\w+", "", words)) == "", (where, words)
    for where, view in views():
        for words in shown_texts(view):
            assert latin(words) == "", (where, words)


@pytest.mark.parametrize("times", [1, 3])
def test_long_words_of_another_language_stay_within_slacks_limits(times: int) -> None:
    use_wording(pseudo_language(times))
    for where, message in messages():
        assert check_message([*message.blocks]) == [], where
        assert message.text
    for where, view in views():
        assert check_view(view) == [], where


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_calls_stay_within_the_limits_in_a_long_language(name: str) -> None:
    use_wording(pseudo_language(2))
    hostile = HOSTILE[name]
    for state in STATES:
        assert check_message([*card(hostile, state=state, votes=VOTES).blocks]) == []
    assert check_view(deny_modal(hostile, "C1", "1.1")) == []
    assert check_view(arguments_modal(hostile, "C1", "1.1", may_approve=True)) == []
    assert check_message([*reminder(hostile, hostile.reviewers).blocks]) == []


def test_the_longest_words_that_are_taken_can_be_shown(tmp_path: Path) -> None:
    def longest(name: str, words: str) -> str:
        room = max(100, 3 * len(words)) - len(words)
        return words if name.startswith("AT_") else "ж" * room + words

    wording = {name: longest(name, words) for name, words in current_words().items()}
    lines = "".join(f"{name} = {_quoted(words)}\n" for name, words in wording.items())
    toml = tmp_path / "texts.toml"
    toml.write_text(lines, "utf-8")
    use_wording(read_wording(toml))
    for where, message in messages():
        assert check_message([*message.blocks]) == [], where
    for where, view in views():
        assert check_view(view) == [], where


def _quoted(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def test_a_lock_screen_shows_who_and_what_and_never_with_what() -> None:
    secret = asked(
        arguments=(Argument(name="слово", value="тайна", type="str"),),
        agent_reason="тайна",
        policy_reason="тайна",
        environment="тайна",
    )
    votes = (vote("approve", "U000001", "тайна"),)
    for state in STATES:
        told = card(secret, state=state, votes=votes).text
        assert "возврат" in told
        assert "тайна" not in told
    run = Run(outcome="error", seconds=1.0, error="тайна")
    for message in (
        run_reply(secret, run),
        vote_reply(secret, votes[0], "Алиса"),
        reminder(secret, ("U000001",)),
        widening_call(secret, ("U000001",)),
        copy_card(secret, votes, widened=True),
    ):
        assert "тайна" not in message.text
        assert message.text.strip()


def test_every_button_says_aloud_what_it_does_to_what() -> None:
    for where, message in messages():
        for node in nodes(message.blocks):
            if node.get("type") == "button":
                assert "возврат" in node["accessibility_label"], where
