"""What the pure checks make of what was found: clock, greeting, scopes, server, bots, freeze."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sudoagent.review.seal import Keyring
from sudoagent.review.store import FreezeState, ServerFacts
from sudoagent.setup.bots import check_bots
from sudoagent.setup.clock import check_clock
from sudoagent.setup.freeze import check_freeze
from sudoagent.setup.greeting import Greeting, read_greeting
from sudoagent.setup.permissions import check_scopes
from sudoagent.setup.result import Check, any_failed, failed, good, of_failure
from sudoagent.setup.scopes import DEFAULTS, scopes_for
from sudoagent.setup.server import check_embedded, check_facts
from sudoagent.setup.settings import Setup, read_setup
from sudoagent.slack.failures import AnswerLost, SlackRefused, advice

FACTS = ServerFacts(
    product="Valkey",
    version="9.1.0",
    address="redis://db:6379",
    embedded=False,
    role="master",
    replicas=0,
    appends=True,
    eviction_policy="noeviction",
    memory_limited=True,
    clock_skew_ms=0,
    protected=True,
    reads_flags=True,
)
OURS = Keyring(["the-key-of-this-deployment"])
THEIRS = Keyring(["the-key-of-another-one"])
ALL = frozenset(scopes_for(DEFAULTS))


def setup_of(**variables: str) -> Setup:
    return read_setup({"SLACK_BOT_TOKEN": "xoxb-1", "SUDOAGENT_CHANNEL": "C01", **variables})[0]


def by_name(checks: tuple[Check, ...]) -> dict[str, Check]:
    return {check.name: check for check in checks}


# The clock


@pytest.mark.parametrize(
    ("ahead", "status"),
    [
        (None, "skipped"),
        (0.4, "ok"),
        (-4, "ok"),
        (30, "warning"),
        (-119, "warning"),
        (121, "failed"),
        (-3600, "failed"),
    ],
)
def test_the_clock_is_judged_by_how_far_it_is_off(ahead: float | None, status: str):
    assert check_clock(ahead).status == status


def test_which_way_the_clock_is_off_is_said():
    assert "30 s ahead of Slack's" in check_clock(30).sentence
    assert "30 s behind Slack's" in check_clock(-30).sentence


def test_the_greeting_tells_scopes_and_time():
    headers = {"X-OAuth-Scopes": "chat:write, users:read,", "Date": "Thu, 01 Jan 1970 00:01:40 GMT"}
    assert read_greeting(headers, 160.5) == Greeting(frozenset({"chat:write", "users:read"}), 60.0)


@pytest.mark.parametrize("date", [{}, {"Date": "yesterday"}, {"Date": ""}])
def test_a_greeting_without_headers_tells_nothing(date: dict[str, str]):
    assert read_greeting(date, 1.0) == Greeting(None, None)


# Scopes


def test_enough_scopes_are_enough():
    assert check_scopes(ALL, setup_of())[0].status == "ok"


def test_what_the_settings_need_is_told_from_what_other_features_would():
    few = frozenset({"chat:write", "users:read"})
    assert check_scopes(few, setup_of(SUDOAGENT_REVIEWERS="U01"))[0].status == "ok"
    (check,) = check_scopes(few, setup_of(SUDOAGENT_REVIEWERS="U01,S01"))
    assert check.status == "failed"
    assert "usergroups:read (who is in a group of reviewers?)" in check.sentence
    assert check.cure is not None
    assert "Reinstall" in check.cure
    (check,) = check_scopes(few, setup_of(SUDOAGENT_ADMINS="U01"))
    assert "commands" in check.sentence
    (check,) = check_scopes(few, setup_of(SUDOAGENT_CHANNEL="U0ALICE"))
    assert "im:write" in check.sentence
    assert "manifest --with dms" in (check.cure or "")


def test_scopes_that_nothing_uses_are_a_warning():
    (_, check, _) = check_scopes(ALL | {"files:write", "admin"}, setup_of())
    assert check.status == "warning"
    assert "admin, files:write" in check.sentence


def test_what_recovery_would_need_is_mentioned_once():
    assert by_name(check_scopes(ALL, setup_of()))["recovery"].status == "skipped"
    assert "recovery" not in by_name(check_scopes(ALL | {"channels:history"}, setup_of()))


def test_scopes_that_slack_does_not_tell_are_skipped():
    assert [check.status for check in check_scopes(None, setup_of())] == ["skipped"]


# The server


def test_a_good_server_is_good_in_every_respect():
    assert {check.status for check in check_facts(FACTS)} == {"ok"}


@pytest.mark.parametrize(
    ("changes", "name", "status", "said"),
    [
        ({"version": "7.1.9"}, "server", "failed", "Valkey 7.1.9 is too old"),
        ({"product": "Redis", "version": "6.0.16"}, "server", "failed", "too old"),
        ({"version": "unknown"}, "server", "failed", "too old"),
        ({"role": "slave"}, "role", "failed", "slave"),
        ({"appends": False}, "durability", "warning", "loses pending requests"),
        ({"eviction_policy": "allkeys-lru"}, "memory", "failed", "allkeys-lru"),
        ({"protected": False}, "protection", "warning", "without TLS"),
        ({"clock_skew_ms": -9000}, "clock", "warning", "-9 s"),
    ],
)
def test_each_defect_of_a_server_is_named(
    changes: dict[str, object], name: str, status: str, said: str
):
    checks = by_name(check_facts(replace(FACTS, **changes)))
    assert (checks[name].status, checks[name].cure is not None) == (status, True)
    assert said in checks[name].sentence
    assert {check.status for other, check in checks.items() if other != name} == {"ok"}


def test_an_eviction_policy_without_a_limit_drops_nothing_yet():
    facts = replace(FACTS, eviction_policy="volatile-lru", memory_limited=False)
    assert by_name(check_facts(facts))["memory"].status == "warning"


@pytest.mark.parametrize("version", ["6.2.0", "7.0.15", "8.2.1"])
def test_redis_from_6_2_is_new_enough(version: str):
    facts = replace(FACTS, product="Redis", version=version, replicas=2)
    assert {check.status for check in check_facts(facts)} == {"ok"}


def test_a_server_to_start_is_only_looked_for_when_one_is_needed(monkeypatch: pytest.MonkeyPatch):
    assert check_embedded(setup_of(REDIS_URL="redis://db:6379")).status == "skipped"
    assert check_embedded(setup_of()).status == "ok"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "/nonexistent")
    check = check_embedded(setup_of())
    assert check.status == "failed"
    assert "pip install" in (check.cure or "")


# Bots


def test_no_bot_is_a_failure():
    bots, key = check_bots({}, OURS, "billing")
    assert (bots.status, key.status) == ("failed", "skipped")
    assert "billing" in bots.sentence
    assert "sudoagent-bot" in (bots.cure or "")


def test_bots_with_the_same_key_agree():
    bots, key = check_bots({"a": OURS.key_ids, "b": OURS.key_ids}, OURS, "default")
    assert (bots.status, key.status) == ("ok", "ok")
    assert "2 bots are listening" in bots.sentence


def test_one_bot_of_two_with_another_key_is_found():
    _, key = check_bots({"a": OURS.key_ids, "bbbbbbbbbbbb": THEIRS.key_ids}, OURS, "default")
    assert key.status == "failed"
    assert f"bot bbbbbbbb does not accept the key {OURS.key_ids[0]}" in key.sentence
    assert "SUDOAGENT_SIGNING_KEY" in (key.cure or "")


def test_a_bot_that_signs_with_a_key_that_is_not_accepted_here_is_found():
    rotated = Keyring(["the-key-of-tomorrow!", "the-key-of-this-deployment"])
    _, key = check_bots({"a": rotated.key_ids}, OURS, "default")
    assert key.status == "failed"
    assert rotated.key_ids[0] in key.sentence
    # While both sides accept both, either may sign.
    _, key = check_bots({"a": rotated.key_ids}, Keyring(["the-key-of-this-deployment"] * 1), "x")
    assert key.status == "failed"
    both = Keyring(["the-key-of-this-deployment", "the-key-of-tomorrow!"])
    assert check_bots({"a": rotated.key_ids}, both, "x")[1].status == "ok"


def test_bots_that_do_not_say_and_a_missing_key_are_skipped():
    assert check_bots({"a": ()}, OURS, "default")[1].status == "skipped"
    assert check_bots({"a": OURS.key_ids}, None, "default")[1].status == "skipped"


# Freeze, and what a check is


def test_a_freeze_is_a_warning_that_shows_who_and_why_harmlessly():
    assert check_freeze(FreezeState(frozen=False)).status == "ok"
    state = FreezeState(frozen=True, reason="incident\x1b[2J", by="ann@host", at=0)
    check = check_freeze(state)
    assert check.status == "warning"
    assert "1970-01-01T00:00:00+00:00 by ann@host: incident" in check.sentence
    assert "\x1b" not in check.sentence


def test_only_a_failure_fails():
    assert any_failed([good("a", "b"), failed("a", "b", "c")])
    assert not any_failed([good("a", "b"), Check("a", "warning", "b")])


def test_slacks_refusal_becomes_its_code_and_the_advice():
    reason = advice("auth.test", "missing_scope", "users:read")
    check = of_failure("x", "it fails", SlackRefused("auth.test", reason, code="missing_scope"))
    assert check.sentence == "it fails: missing_scope (users:read)"
    assert (check.cure or "").startswith("the app lacks a scope: add it")


def test_a_failure_without_a_code_is_told_as_it_is():
    check = of_failure("x", "it fails", AnswerLost("auth.test", "Slack did not answer"))
    assert (check.sentence, check.status) == ("it fails: Slack did not answer", "failed")
