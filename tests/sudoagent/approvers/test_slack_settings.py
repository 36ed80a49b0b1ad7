"""What SlackApprover is told: wrong settings stop it, missing ones are named when it must ask."""

from __future__ import annotations

import math
import uuid
from pathlib import Path
from typing import Any

import pytest

from sudoagent import ApproverUnavailable, ConfigurationError, FallbackApprover, SlackApprover
from sudoagent.approvers._slack_settings import SlackSettings, read_settings
from sudoagent.follow_up import FollowUp
from sudoagent.slack import texts
from sudoagent.verdict import Verdict

from .slack_deployment import call, over_limit

ENVIRONMENT = {
    "SLACK_BOT_TOKEN": "xoxb-of-the-environment",
    "SLACK_API_URL": "http://127.0.0.1:1/api",
    "SUDOAGENT_CHANNEL": " #approvals ",
    "SUDOAGENT_REVIEWERS": "U0ALICE, S0APPROVERS,,U0ALICE",
    "SUDOAGENT_REQUESTER": "U0RAVI",
    "SUDOAGENT_NAMESPACE": "team-a",
    "SUDOAGENT_STATE_DIR": "/var/lib/sudoagent",
    "REDIS_URL": "redis://localhost:6379/0",
}
DEFAULTS: dict[str, Any] = {
    "channel": None,
    "reviewers": None,
    "timeout": 600.0,
    "requester": None,
    "token": None,
    "api_url": None,
    "redis_url": None,
    "signing_key": None,
    "quorum": 1,
    "deny_quorum": 1,
    "namespace": None,
    "state_dir": None,
    "allow_requester": False,
    "agent": None,
    "bot_wait": 15.0,
    "max_pending": 500,
    "max_pending_per_requester": 50,
    "deny_reason": "optional",
    "number_match": False,
    "on_number": None,
    "follow_up": None,
    "direct": False,
}


def read(environ: dict[str, str] | None = None, **arguments: Any) -> SlackSettings:
    return read_settings(**{**DEFAULTS, **arguments}, environ=environ or {})


@pytest.mark.parametrize(
    "wrong",
    [
        {"deny_reason": "always"},
        {"deny_reason": None},
        {"number_match": "low"},
        {"number_match": 1},
        {"on_number": "print"},
    ],
)
def test_ways_of_deciding_that_do_not_exist_are_refused(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(ConfigurationError, match=name):
        read(**wrong)


@pytest.mark.parametrize("address", ["http://db", "db:6379", "redis://a,b", "redis+sentinel://a"])
def test_a_server_that_cannot_be_one_is_refused_before_anything_is_asked(address: str) -> None:
    for read_from in ({"redis_url": address}, {"environ": {"REDIS_URL": address}}):
        with pytest.raises(ConfigurationError, match="REDIS_URL"):
            read(**read_from)


def test_ways_of_deciding_are_kept() -> None:
    settings = read(deny_reason="required", number_match="high", on_number=print)
    assert (settings.deny_reason, settings.number_match) == ("required", "high")
    assert settings.on_number is print


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*ENVIRONMENT, "SUDOAGENT_SIGNING_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_the_environment_is_enough() -> None:
    settings = read(ENVIRONMENT)
    assert settings.token == "xoxb-of-the-environment"
    assert settings.api_url == "http://127.0.0.1:1/api/"
    assert settings.channel == "#approvals"
    assert settings.reviewers == ("U0ALICE", "S0APPROVERS")
    assert settings.requester == "U0RAVI"
    assert settings.namespace == "team-a"
    assert settings.state_dir == "/var/lib/sudoagent"
    assert settings.redis_url == "redis://localhost:6379/0"
    assert settings.keyring is not None


def test_arguments_win_over_the_environment() -> None:
    settings = read(
        ENVIRONMENT,
        channel="C1",
        reviewers=["U1B"],
        token="xoxb-of-the-argument",
        state_dir=Path("/elsewhere"),
        agent=" billing ",
    )
    assert settings.channel == "C1"
    assert settings.reviewers == ("U1B",)
    assert settings.token == "xoxb-of-the-argument"
    assert settings.state_dir == "/elsewhere"
    assert settings.agent == "billing"


def test_empty_variables_count_as_unset() -> None:
    settings = read(dict.fromkeys(ENVIRONMENT, " "))
    assert (settings.token, settings.channel, settings.reviewers) == (None, None, ())
    assert settings.namespace == "default"


def test_a_signing_key_can_be_a_list_of_keys() -> None:
    ring = read({"SUDOAGENT_SIGNING_KEY": "a" * 16 + " , " + "b" * 16}).keyring
    assert ring is not None
    assert len(ring.key_ids) == 2


def test_without_a_signing_key_the_token_is_the_secret() -> None:
    one, other = read(token="xoxb-" + "a" * 20).keyring, read(token="xoxb-" + "b" * 20).keyring
    assert one is not None
    assert other is not None
    assert one.key_ids != other.key_ids


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"reviewers": []}, "Slack ids"),
        ({"reviewers": "U0ALICE"}, "Slack ids"),
        ({"reviewers": ["alice"]}, "names and e-mail addresses"),
        ({"reviewers": ["alice@example.com"]}, "U…"),
        ({"reviewers": [7]}, "Slack ids"),
        ({"requester": "ravi"}, "SUDOAGENT_REQUESTER"),
        ({"channel": " "}, "SUDOAGENT_CHANNEL"),
        ({"token": "xapp-1-of-the-other-kind"}, "SLACK_BOT_TOKEN"),
        ({"token": "xoxb-with a blank inside"}, "SLACK_BOT_TOKEN"),
        ({"signing_key": "short"}, "SUDOAGENT_SIGNING_KEY"),
        ({"api_url": "slack.com"}, "SLACK_API_URL"),
        ({"namespace": "a b"}, "SUDOAGENT_NAMESPACE"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": -1.0}, "timeout"),
        ({"timeout": math.inf}, "timeout"),
        ({"timeout": math.nan}, "timeout"),
        ({"timeout": True}, "timeout"),
        ({"timeout": "600"}, "timeout"),
        ({"quorum": 0}, "quorum"),
        ({"quorum": True}, "quorum"),
        ({"deny_quorum": 1.5}, "deny_quorum"),
        ({"max_pending": 0}, "max_pending"),
        ({"max_pending_per_requester": -1}, "max_pending_per_requester"),
        ({"bot_wait": -1}, "bot_wait"),
        ({"bot_wait": math.nan}, "bot_wait"),
        ({"allow_requester": "no"}, "allow_requester"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_refused_at_once_and_named(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(**wrong)
    assert named in caught.value.reason


def test_errors_and_repr_show_no_secret() -> None:
    canary = "xapp-canary-canary"
    with pytest.raises(ConfigurationError) as caught:
        read(token=canary)
    assert canary not in str(caught.value)
    shown = repr(
        read(token="xoxb-canary-canary", redis_url="redis://:canary@h", signing_key="canary" * 4)
    )
    assert "canary" not in shown


@pytest.mark.usefixtures("nothing_set")
async def test_everything_that_is_missing_is_named_when_it_is_needed() -> None:
    approver = SlackApprover()
    for answer in (approver.approve, approver.aapprove):
        with pytest.raises(ApproverUnavailable) as caught:
            await _maybe(answer(call(), over_limit(), str(uuid.uuid4())))
        assert caught.value.reason == (
            "Slack is not set up: SLACK_BOT_TOKEN, SUDOAGENT_CHANNEL and SUDOAGENT_REVIEWERS are "
            "not set; `sudoagent doctor` says how to supply each"
        )
    assert approver.digest_key is None


def test_ids_of_stand_ins_for_slack_are_ids() -> None:
    settings = read(reviewers=["U1", "W_ALICE", "S-ONCALL"], requester="U_BOB")
    assert settings.reviewers == ("U1", "W_ALICE", "S-ONCALL")
    assert settings.requester == "U_BOB"


@pytest.mark.usefixtures("nothing_set")
def test_a_policy_can_supply_channel_and_reviewers() -> None:
    result = over_limit(channel="#approvals", reviewers=["U0ALICE"])
    with pytest.raises(ApproverUnavailable) as caught:
        SlackApprover().approve(call(), result, str(uuid.uuid4()))
    assert "SLACK_BOT_TOKEN is not set: copy" in caught.value.reason
    assert "SUDOAGENT_CHANNEL" not in caught.value.reason
    assert "SUDOAGENT_REVIEWERS" not in caught.value.reason


@pytest.mark.usefixtures("nothing_set")
def test_another_approver_is_asked_where_slack_is_not_set_up() -> None:
    class Terminal:
        def approve(self, *_: object) -> Verdict:
            return Verdict(outcome="approved", reason="yes", approver="terminal")

    verdict = FallbackApprover(SlackApprover(), Terminal()).approve(call(), over_limit(), "id")
    assert isinstance(verdict, Verdict)
    assert verdict.approver == "terminal"
    assert verdict.note is not None
    assert "Slack is not set up" in verdict.note


async def _maybe(answer: Any) -> Any:
    return await answer if hasattr(answer, "__await__") else answer


def test_direct_messages_need_no_channel_and_do_not_go_to_everybodys() -> None:
    assert read(ENVIRONMENT, direct=True).channel is None
    assert read(ENVIRONMENT, direct=True, channel="#ops").channel == "#ops"
    assert read(ENVIRONMENT).channel == "#approvals"


@pytest.mark.parametrize(
    "wrong",
    [
        {"direct": "yes"},
        {"follow_up": {"remind_after": 60}},
        {"follow_up": FollowUp(remind_after=600)},
    ],
    ids=str,
)
def test_follow_ups_and_places_that_are_none_are_refused(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(ConfigurationError, match=name):
        read(**wrong)


def test_other_words_that_cannot_be_shown_are_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = tmp_path / "texts.toml"
    monkeypatch.setenv("SUDOAGENT_TEXTS", str(words))
    words.write_text('BUTTON_APROVE = "Ja"', "utf-8")
    with pytest.raises(ConfigurationError, match="did you mean BUTTON_APPROVE"):
        SlackApprover()
    words.write_text('BUTTON_APPROVE = "Ja"', "utf-8")
    SlackApprover()
    assert texts.BUTTON_APPROVE == "Ja"
    monkeypatch.delenv("SUDOAGENT_TEXTS")
    SlackApprover()
    assert texts.BUTTON_APPROVE == "Approve"
