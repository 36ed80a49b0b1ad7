"""The manifest holds what was chosen, and is YAML that says the same as its JSON."""

from __future__ import annotations

import itertools
import json
from typing import get_args

import pytest

from sudoagent.errors import ConfigurationError
from sudoagent.setup.manifest import as_json, as_yaml, manifest
from sudoagent.setup.scopes import PURPOSES, Feature, scopes_for

from .reading_yaml import read_yaml

FEATURES: tuple[Feature, ...] = get_args(Feature)
URL = "https://approvals.example.com/slack/events"
HOSTILE = (
    "yes",
    "1e3",
    "2026-01-01",
    "a: b",
    "a #b",
    '"quoted"',
    "- dash",
    "back\\slash",
    "ünïcödé ✓",
    "a",
    "{x}",
    "*star",
)


@pytest.mark.parametrize("url", [None, URL])
@pytest.mark.parametrize("count", range(len(FEATURES) + 1))
def test_yaml_and_json_say_the_same(count: int, url: str | None):
    for chosen in itertools.combinations(FEATURES, count):
        document = manifest(chosen, request_url=url)
        assert read_yaml(as_yaml(document)) == document == json.loads(as_json(document))
        assert document["oauth_config"]["scopes"]["bot"] == list(scopes_for(chosen))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stays_the_text_that_it_is(name: str):
    document = manifest(name=name)
    assert read_yaml(as_yaml(document))["display_information"]["name"] == name
    display = document["features"]["bot_user"]["display_name"]
    assert set(display) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-")
    assert display


@pytest.mark.parametrize("name", ["", "   ", "x" * 36, "two\nlines", "esc\x1b[2J"])
def test_a_name_that_slack_would_not_take_is_refused(name: str):
    with pytest.raises(ConfigurationError, match="name"):
        manifest(name=name)


@pytest.mark.parametrize(
    "url",
    [
        "http://approvals.example.com/slack/events",
        "approvals.example.com",
        "https://",
        "https://user:secret@example.com/",
        "https://example.com/a b",
        "https://[broken/",
        "https://example.com/\n  admin: true",
    ],
)
def test_an_address_that_slack_could_not_deliver_to_is_refused(url: str):
    with pytest.raises(ConfigurationError, match="https://"):
        manifest(request_url=url)


def test_every_scope_says_what_it_is_for():
    text = as_yaml(manifest(FEATURES))
    for scope, purpose in PURPOSES.items():
        (line,) = (line for line in text.splitlines() if line.strip().startswith(f"- {scope} "))
        assert line.endswith(f"# {purpose}")


def test_socket_mode_needs_no_address():
    document = manifest(FEATURES)
    assert document["settings"]["socket_mode_enabled"] is True
    assert "url" not in as_json(document)
    assert "SLACK_APP_TOKEN" in as_yaml(document)


def test_http_mode_names_the_address_wherever_slack_delivers():
    document = manifest(FEATURES, request_url=f" {URL} ")
    assert document["settings"]["socket_mode_enabled"] is False
    assert document["settings"]["interactivity"] == {"is_enabled": True, "request_url": URL}
    assert document["settings"]["event_subscriptions"]["request_url"] == URL
    assert document["features"]["slash_commands"][0]["url"] == URL
    assert "SLACK_SIGNING_SECRET" in as_yaml(document)
    assert "SLACK_APP_TOKEN" not in as_yaml(document)


def test_what_is_not_chosen_is_not_there():
    document = manifest(())
    assert list(document["features"]) == ["bot_user"]
    assert "event_subscriptions" not in document["settings"]
    assert document["settings"]["interactivity"]["is_enabled"] is True


def test_direct_messages_open_the_messages_tab_and_home_its_own():
    tabs = manifest(("dms",))["features"]["app_home"]
    assert (tabs["messages_tab_enabled"], tabs["home_tab_enabled"]) == (True, False)
    tabs = manifest(("home",))["features"]["app_home"]
    assert (tabs["messages_tab_enabled"], tabs["home_tab_enabled"]) == (False, True)
