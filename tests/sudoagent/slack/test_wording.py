"""A company's own words: what may stand in the file, and what the commands make of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from sudoagent.cli._main import _root
from sudoagent.errors import ConfigurationError
from sudoagent.slack import texts
from sudoagent.slack.messages import card
from sudoagent.slack.reminders import reminder
from sudoagent.slack.wording import (
    current_words,
    read_wording,
    template,
    use_wording,
    wording_from,
)

from .reading import sentences
from .requests_at_hand import request


@pytest.fixture(autouse=True)
def usual_words_afterwards() -> Iterator[None]:
    yield
    use_wording({})


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "texts.toml"


def reading(path: Path, words: str) -> Mapping[str, str]:
    path.write_text(words, "utf-8")
    return read_wording(path)


def test_the_template_is_a_file_that_changes_nothing(toml: Path) -> None:
    assert reading(toml, template()) == current_words()


def test_some_words_are_replaced_and_all_others_stay(toml: Path) -> None:
    wording = reading(
        toml,
        'BUTTON_APPROVE = "Freigeben"\n'
        'RISK.high = "🔴 hoch"\n'
        'EDIT_LIMITS.ge_le = "Zwischen {ge} und {le}."\n'
        '[reminder]\nFALLBACK_REMINDER = "Erinnerung: {action} wartet"\n',
    )
    use_wording(wording)
    shown = card(request(risk="high"))
    words = str(shown.blocks)
    assert "'Freigeben'" in words
    assert "🔴 hoch" in words
    assert "All arguments" in words
    assert reminder(request(), ()).text == "Erinnerung: refund_user wartet"
    assert texts.EDIT_LIMITS["ge", "le"] == "Zwischen {ge} und {le}."


def test_another_file_does_not_inherit_from_the_first(toml: Path) -> None:
    use_wording(reading(toml, 'BUTTON_APPROVE = "Freigeben"'))
    use_wording(reading(toml, 'BUTTON_DETAILS = "Alles"'))
    assert (texts.BUTTON_APPROVE, texts.BUTTON_DETAILS) == ("Approve", "Alles")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ('BUTTON_APROVE = "Ja"', "BUTTON_APROVE: no text .* did you mean BUTTON_APPROVE?"),
        ('Z = "?"', "Z: no text is called that$"),
        ('HEADER = "Ja"', "HEADER: no text"),
        ('HEADER.gone = "Ja"', "HEADER.gone: no text"),
        ("BUTTON_APPROVE = 7", "BUTTON_APPROVE: this has to be text"),
        ('BUTTON_APPROVE = " "', "BUTTON_APPROVE: this has to be text, and not empty"),
        ('BUTTON_APPROVE = ["Ja"]', "BUTTON_APPROVE: this has to be text"),
        ('BUTTON_APPROVE = "{action}"', r"BUTTON_APPROVE: has \{action\}"),
        ('WANTS = "{agent} will es."', r"WANTS: it lacks \{action\}"),
        ('WANTS = "{agnt} {action}"', r"WANTS: it lacks \{agent\} and has \{agnt\}"),
        ('WANTS = "{agent.__class__} {action}"', "WANTS: its braces cannot be filled in"),
        ('WANTS = "{agent!r} {action}"', "WANTS: its braces cannot be filled in"),
        ('WANTS = "{agent:>99999999} {action}"', "WANTS: its braces cannot be filled in"),
        ('WANTS = "{} {action}"', "WANTS: its braces cannot be filled in"),
        ('WANTS = "{agent {action}"', "WANTS: its braces cannot be filled in"),
        ('AT_DAY = "gestern"', "AT_DAY: this has to be made of what Slack fills in"),
        ('AT_DAY = "{date}>|<!channel>"', "AT_DAY: this has to be made"),
        ('AT_DAY = "{day}"', "AT_DAY: this has to be made"),
        ('BUTTON_APPROVE = "a\\u0007b"', "BUTTON_APPROVE: it contains control characters"),
        (f'BUTTON_APPROVE = "{"ja" * 200}"', "BUTTON_APPROVE: it has 400 characters"),
        ("BUTTON_APPROVE", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_shown_is_refused_by_name(
    toml: Path, words: str, complaint: str
) -> None:
    with pytest.raises(ConfigurationError, match=complaint) as refused:
        reading(toml, words)
    assert refused.value.reason.startswith("SUDOAGENT_TEXTS: ")


def test_everything_that_is_wrong_is_said_at_once(toml: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        reading(toml, 'NOTHING = "x"\nWANTS = "x"\nBUTTON_DENY = "Nein"\n')
    assert len(refused.value.reason.splitlines()) == 2


def test_a_file_that_is_none_is_refused(tmp_path: Path, toml: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere.toml"):
        with pytest.raises(ConfigurationError, match="cannot be read"):
            read_wording(path)
    toml.write_bytes(b'A = "\xff"')
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_wording(toml)
    toml.write_text("#" * 1_000_001)
    with pytest.raises(ConfigurationError, match="too large"):
        read_wording(toml)


def test_braces_may_be_moved_and_repeated(toml: Path) -> None:
    use_wording(reading(toml, 'WANTS = "{action}! {action}, so {agent}: {{…}}"'))
    assert "refund_user! refund_user, so An agent: {…}" in sentences(card(request()))


def test_other_forms_of_a_moment_are_taken(toml: Path) -> None:
    use_wording(reading(toml, 'AT_SOON = "{time} Uhr"\nAT_DAY = "{date_long}, {time}"'))
    assert "^{time} Uhr|" in str(card(request()).blocks)


def test_the_variable_names_the_file(toml: Path) -> None:
    toml.write_text('BUTTON_APPROVE = "Ja"', "utf-8")
    assert wording_from({"SUDOAGENT_TEXTS": f" {toml} "}) == {"BUTTON_APPROVE": "Ja"}
    assert wording_from({"SUDOAGENT_TEXTS": " "}) == {}
    assert wording_from({}) == {}


def test_the_command_prints_what_is_shown_now(toml: Path) -> None:
    toml.write_text('BUTTON_APPROVE = "Ja"', "utf-8")
    shown = CliRunner().invoke(_root, ["slack", "texts"], env={"SUDOAGENT_TEXTS": str(toml)})
    assert shown.exit_code == 0
    printed = tomllib.loads(shown.output)
    assert printed["BUTTON_APPROVE"] == "Ja"
    assert printed["BUTTON_DENY"] == "Deny…"
    assert printed["HEADER"]["approved"] == "✅ Approved: {action}"


def test_the_command_says_what_is_wrong_with_the_file(toml: Path) -> None:
    toml.write_text('BUTTON_APROVE = "Ja"', "utf-8")
    shown = CliRunner().invoke(_root, ["slack", "texts"], env={"SUDOAGENT_TEXTS": str(toml)})
    assert shown.exit_code != 0
    assert "did you mean BUTTON_APPROVE?" in shown.output
