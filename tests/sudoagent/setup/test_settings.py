"""Of each variable doctor says whether it is there and whether it can be what it should."""

from __future__ import annotations

from pathlib import Path

import pytest

from sudoagent.playground.cast import environment
from sudoagent.setup.result import Check
from sudoagent.setup.settings import read_setup

GOOD = {
    **environment("http://127.0.0.1:8420"),
    "REDIS_URL": "rediss://user:hush-hush@db.example.com:6380/0",
    "SUDOAGENT_SIGNING_KEY": "the-key-of-this-deployment",
    "SUDOAGENT_NAMESPACE": "billing",
    "SUDOAGENT_ADMINS": "U0ALICE, U0BOB",
    "SUDOAGENT_STATE_DIR": "/var/lib/sudoagent",
}


def found(name: str, **variables: str) -> Check:
    _, checks = read_setup({**GOOD, **variables})
    return next(check for check in checks if check.name == name)


def test_complete_settings_are_in_order():
    setup, checks = read_setup(GOOD)
    assert {check.status for check in checks} == {"ok"}
    assert setup.wrong == frozenset()
    assert setup.reviewers == ("U0ALICE", "U0BOB", "U0CAROL")
    assert setup.admins == ("U0ALICE", "U0BOB")
    assert setup.namespace == "billing"


def test_no_secret_is_shown():
    setup, checks = read_setup(GOOD)
    shown = repr(setup) + repr(checks)
    for secret in ("hush-hush", "xoxb-playground", "xapp-playground", "the-key-of-this"):
        assert secret not in shown


def test_with_nothing_set_each_missing_variable_is_named_with_what_to_do():
    setup, checks = read_setup({})
    missing = {check.name: check for check in checks if check.status == "failed"}
    assert missing.keys() == {"bot token", "app token", "channel", "reviewers"}
    for check in missing.values():
        assert "is not set" in check.sentence
        assert check.cure
        assert "export " in check.cure
    skipped = {check.name for check in checks if check.status == "skipped"}
    assert skipped == {"requester", "server", "namespace", "signing key"}
    assert (setup.keyring, setup.redis_url, setup.namespace) == (None, None, "default")


def test_a_file_of_texts_is_read(tmp_path: Path) -> None:
    texts = tmp_path / "texts.toml"
    assert "cannot be read" in str(found("texts", SUDOAGENT_TEXTS=str(texts)).cure)
    texts.write_text("nonsense = 'x'\n")
    wrong = found("texts", SUDOAGENT_TEXTS=str(texts))
    assert wrong.status == "failed"
    assert "nonsense" in str(wrong.cure)
    texts.write_text("")
    assert found("texts", SUDOAGENT_TEXTS=str(texts)).status == "ok"


def test_blank_counts_as_unset():
    assert found("channel", SUDOAGENT_CHANNEL="  ").sentence == "SUDOAGENT_CHANNEL is not set"


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("xapp-1-A0-secret", "another kind of token (xapp-"),
        ("xoxp-secret", "another kind of token (xoxp-"),
        ('"xoxb-secret"', "quotation mark"),
        ("xoxb-sec ret", "blanks"),
        ("xoxb-secret\u200b", "characters that no token has"),
    ],
)
def test_a_token_that_cannot_be_one_is_told_apart_and_not_shown(token: str, said: str):
    setup, _ = read_setup({**GOOD, "SLACK_BOT_TOKEN": token})
    check = found("bot token", SLACK_BOT_TOKEN=token)
    assert check.status == "failed"
    assert said in check.sentence
    assert "secret" not in check.sentence
    assert setup.bot_token is None
    assert setup.wrong == {"SLACK_BOT_TOKEN"}


def test_a_token_of_an_unknown_kind_is_a_warning():
    check = found("app token", SLACK_APP_TOKEN="token")
    assert check.status == "warning"
    assert "xapp-" in check.sentence


def test_the_key_is_named_by_its_fingerprint_whether_given_or_derived():
    given = found("signing key")
    derived = found("signing key", SUDOAGENT_SIGNING_KEY="")
    assert given.status == derived.status == "ok"
    assert "derived from the bot token" in derived.sentence
    rotating = found("signing key", SUDOAGENT_SIGNING_KEY=f"{'a' * 16},{'b' * 16}")
    assert "1 more accepted" in rotating.sentence


@pytest.mark.parametrize(
    ("name", "variable", "value"),
    [
        ("reviewers", "SUDOAGENT_REVIEWERS", "alice@example.com"),
        ("requester", "SUDOAGENT_REQUESTER", "@ravi"),
        ("server", "REDIS_URL", "http://db.example.com"),
        ("namespace", "SUDOAGENT_NAMESPACE", "a b"),
        ("signing key", "SUDOAGENT_SIGNING_KEY", "short"),
        ("admins", "SUDOAGENT_ADMINS", "S0ADMINS"),
        ("Slack", "SLACK_API_URL", "slack.com"),
        ("state", "SUDOAGENT_STATE_DIR", "here"),
    ],
)
def test_what_cannot_be_used_is_said_to_be_wrong(name: str, variable: str, value: str):
    check = found(name, **{variable: value})
    assert (check.status, check.sentence) == ("failed", f"{variable} cannot be used")
    assert check.cure
    assert read_setup({**GOOD, variable: value})[0].wrong == {variable}


def test_http_mode_has_no_app_token():
    setup, checks = read_setup({**GOOD, "SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "s" * 32})
    assert setup.http
    assert [c.status for c in checks if c.name == "app token"] == ["skipped"]


def test_the_mode_can_be_said_as_to_the_bot():
    both = {**GOOD, "SLACK_SIGNING_SECRET": "s" * 32}
    assert not read_setup(both)[0].http
    assert read_setup({**both, "SUDOAGENT_MODE": "http"})[0].http
    assert not read_setup({**both, "SUDOAGENT_MODE": "socket", "SLACK_APP_TOKEN": ""})[0].http
    setup, checks = read_setup({**GOOD, "SUDOAGENT_MODE": "http"})
    assert setup.http
    assert [c.status for c in checks if c.name == "signing secret"] == ["failed"]
