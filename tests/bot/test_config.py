"""The bot is told everything by variables; what is missing or wrong is said, all of it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from sudoagent.errors import ConfigurationError
from sudoagent_bot.config import Http, Place, read_config

COMPLETE = {"SLACK_BOT_TOKEN": "xoxb-0123456789abcdef", "SLACK_APP_TOKEN": "xapp-0123456789abcdef"}


def problems(environ: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        read_config(environ)
    return raised.value.reason.splitlines()


def test_two_tokens_are_enough():
    config = read_config(COMPLETE)
    assert config.api_url == "https://slack.com/api/"
    assert config.redis_url is None
    assert config.namespace == "default"
    assert config.state_dir is None
    assert config.audit_path == Path("sudo_bot_audit.jsonl")
    assert config.admins == frozenset()


def test_everything_can_be_said():
    config = read_config(
        {
            **COMPLETE,
            "SLACK_API_URL": "http://127.0.0.1:8765/api",
            "REDIS_URL": "rediss://:secret@redis.example:6380/1",
            "SUDOAGENT_SIGNING_KEY": "new-key-0123456789, old-key-0123456789",
            "SUDOAGENT_NAMESPACE": "staging",
            "SUDOAGENT_STATE_DIR": "/var/lib/sudoagent",
            "SUDOAGENT_BOT_AUDIT": "/var/log/bot.jsonl",
            "SUDOAGENT_ADMINS": "U0ALICE, W0BOB",
        }
    )
    assert config.api_url == "http://127.0.0.1:8765/api/"
    assert config.redis_url == "rediss://:secret@redis.example:6380/1"
    assert len(config.keyring.key_ids) == 2
    assert config.namespace == "staging"
    assert config.state_dir == Path("/var/lib/sudoagent")
    assert config.audit_path == Path("/var/log/bot.jsonl")
    assert config.admins == {"U0ALICE", "W0BOB"}


def test_each_missing_variable_has_a_line_that_says_how_to_supply_it():
    bot, app = problems({})
    assert bot.startswith("SLACK_BOT_TOKEN is not set")
    assert "OAuth & Permissions" in bot
    assert app.startswith("SLACK_APP_TOKEN is not set")
    assert "connections:write" in app


def test_an_empty_variable_counts_as_unset():
    assert len(problems({"SLACK_BOT_TOKEN": " ", "SLACK_APP_TOKEN": ""})) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_BOT_TOKEN", "xapp-0123456789abcdef"),
        ("SLACK_BOT_TOKEN", "xoxb-012345 6789abcdef"),
        ("SLACK_BOT_TOKEN", "xoxb-0123456789\nX-Evil: 1"),
        ("SLACK_APP_TOKEN", "xoxb-0123456789abcdef"),
        ("SLACK_APP_TOKEN", "xapp-Ünïcode-0123456789"),
        ("SLACK_API_URL", "slack.com/api"),
        ("SLACK_API_URL", "http://slack.example/api/"),
        ("REDIS_URL", "memcached://localhost"),
        ("SUDOAGENT_SIGNING_KEY", "too-short"),
        ("SUDOAGENT_SIGNING_KEY", "long-enough-0123456789,"),
        ("SUDOAGENT_NAMESPACE", "{evil}:*"),
        ("SUDOAGENT_ADMINS", "alice"),
        ("SUDOAGENT_ADMINS", ","),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str):
    (problem,) = problems({**COMPLETE, name: value})
    assert name in problem


def test_no_secret_is_shown():
    secrets = {
        **COMPLETE,
        "REDIS_URL": "redis://:hunter2hunter2@localhost",
        "SUDOAGENT_SIGNING_KEY": "a-signing-key-0123456789",
    }
    shown = repr(read_config(secrets))
    assert not any(part in shown for part in ("0123456789", "hunter2"))
    swapped = {
        "SLACK_BOT_TOKEN": COMPLETE["SLACK_APP_TOKEN"],
        "SLACK_APP_TOKEN": COMPLETE["SLACK_BOT_TOKEN"],
    }
    assert not any("0123456789" in line for line in problems(swapped))


def test_the_key_is_derived_from_the_token_as_the_library_does_it():
    from sudoagent.review.seal import Keyring

    assert read_config(COMPLETE).keyring.key_ids == Keyring([COMPLETE["SLACK_BOT_TOKEN"]]).key_ids


HTTP = {"SLACK_BOT_TOKEN": "xoxb-0123456789abcdef", "SLACK_SIGNING_SECRET": "8f742231b10e8888"}


def test_a_signing_secret_in_the_place_of_an_app_token_means_http():
    config = read_config(HTTP)
    assert config.app_token is None
    assert config.http == Http(place=Place(host=None, port=3000), signing_secret="8f742231b10e8888")
    assert "8f742231b10e8888" not in repr(config)


def test_with_both_it_is_socket_mode_unless_told_otherwise():
    both = {**COMPLETE, **HTTP}
    assert read_config(both).http is None
    assert read_config({**both, "SUDOAGENT_MODE": "socket"}).http is None
    told = read_config(
        {**both, "SUDOAGENT_MODE": "http", "PORT": "8080", "SUDOAGENT_HOST": "127.0.0.1"}
    )
    assert told.http is not None
    assert told.http.place == Place(host="127.0.0.1", port=8080)
    assert told.app_token is None


def test_each_mode_misses_its_own_secret():
    (problem,) = problems({**COMPLETE, "SUDOAGENT_MODE": "http"})
    assert problem.startswith("SLACK_SIGNING_SECRET is not set")
    (problem,) = problems({**HTTP, "SUDOAGENT_MODE": "socket"})
    assert problem.startswith("SLACK_APP_TOKEN is not set")


def test_health_and_counters_are_told_on_this_machine_where_a_port_is_named():
    assert read_config(COMPLETE).monitoring is None
    port = {**COMPLETE, "SUDOAGENT_METRICS_PORT": "9100"}
    assert read_config(port).monitoring == Place(host="127.0.0.1", port=9100)
    wide = {**port, "SUDOAGENT_METRICS_HOST": "0.0.0.0"}
    assert read_config(wide).monitoring == Place(host="0.0.0.0", port=9100)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SUDOAGENT_MODE", "webhook"),
        ("PORT", "http"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "8" * 5000),
        ("SUDOAGENT_METRICS_PORT", "9100.0"),
        ("SLACK_SIGNING_SECRET", "xoxb-0123456789abcdef"),
        ("SLACK_SIGNING_SECRET", "8f74 2231"),
    ],
)
def test_a_wrong_variable_of_http_mode_is_named(name: str, value: str):
    (problem,) = problems({**HTTP, "SUDOAGENT_MODE": "http", name: value})
    assert name in problem


def test_other_words_are_read_from_a_file(tmp_path: Path):
    words = tmp_path / "texts.toml"
    words.write_text('BUTTON_APPROVE = "Freigeben"\n', "utf-8")
    config = read_config({**COMPLETE, "SUDOAGENT_TEXTS": str(words)})
    assert config.wording == {"BUTTON_APPROVE": "Freigeben"}
    assert read_config(COMPLETE).wording == {}


def test_words_that_cannot_be_shown_are_named(tmp_path: Path):
    words = tmp_path / "texts.toml"
    words.write_text('BUTTON_APROVE = "Ja"\nWANTS = "x"\n', "utf-8")
    found = problems({**COMPLETE, "SUDOAGENT_TEXTS": str(words)})
    assert [line.split(": ")[:2] for line in found] == [
        ["SUDOAGENT_TEXTS", "BUTTON_APROVE"],
        ["SUDOAGENT_TEXTS", "WANTS"],
    ]
