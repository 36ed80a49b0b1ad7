"""Slack is asked once a minute about each person and group, and a failure is a no."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from sudoagent_bot.reviewers import NotTold, Reviewers
from sudoagent_bot.rules import Refused

from .test_rules import REQUEST


class Slack:
    """People and groups as a test wants them; counts how often it was asked."""

    def __init__(self) -> None:
        self.people: dict[str, dict[str, Any]] = {
            name: {"id": name, "team_id": "T0HOME"} for name in ("U0ALICE", "U0BOB")
        }
        self.groups: dict[str, set[str]] = {"S0APPROVERS": {"U0BOB"}}
        self.down = False
        self.asked: list[str] = []

    async def person(self, user_id: str) -> Mapping[str, Any]:
        return (await self._answer(user_id, self.people)) or {}

    async def members(self, group_id: str) -> frozenset[str]:
        return frozenset(await self._answer(group_id, self.groups) or ())

    async def _answer(self, name: str, answers: Mapping[str, Any]) -> Any:
        self.asked.append(name)
        await asyncio.sleep(0)
        if self.down:
            raise NotTold("down")
        return answers.get(name)


@pytest.fixture
def slack() -> Slack:
    return Slack()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def refusal(reviewers: Reviewers, user_id: str) -> str | None:
    try:
        await reviewers.check(REQUEST, user_id)
    except Refused as refused:
        return refused.refusal
    return None


async def test_a_listed_member_may_decide(slack: Slack):
    assert await refusal(Reviewers(slack, "T0HOME"), "U0ALICE") is None


async def test_a_member_of_a_listed_group_may_decide(slack: Slack):
    assert await refusal(Reviewers(slack, "T0HOME"), "U0BOB") is None


async def test_outsiders_do_not_make_the_bot_ask_about_them(slack: Slack):
    assert await refusal(Reviewers(slack, "T0HOME"), "U0MALLORY") == "not_a_reviewer"
    assert slack.asked == ["S0APPROVERS"]


async def test_single_reviewers_do_not_make_the_bot_ask_about_groups(slack: Slack):
    await refusal(Reviewers(slack, "T0HOME"), "U0ALICE")
    assert slack.asked == ["U0ALICE"]


async def test_an_answer_is_remembered_for_a_minute(slack: Slack):
    clock = Clock()
    reviewers = Reviewers(slack, "T0HOME", clock)
    assert await refusal(reviewers, "U0BOB") is None
    slack.groups["S0APPROVERS"] = set()
    clock.now = 59.0
    assert await refusal(reviewers, "U0BOB") is None
    clock.now = 60.0
    assert await refusal(reviewers, "U0BOB") == "not_a_reviewer"


async def test_a_hundred_clicks_at_once_ask_once(slack: Slack):
    reviewers = Reviewers(slack, "T0HOME")
    answers = await asyncio.gather(*(refusal(reviewers, "U0BOB") for _ in range(100)))
    assert set(answers) == {None}
    assert sorted(slack.asked) == ["S0APPROVERS", "U0BOB"]


@pytest.mark.parametrize("user_id", ["U0ALICE", "U0BOB"])
async def test_when_slack_cannot_be_asked_nobody_decides(slack: Slack, user_id: str):
    slack.down = True
    reviewers = Reviewers(slack, "T0HOME")
    assert await refusal(reviewers, user_id) == "cannot_check"


async def test_a_failure_is_not_remembered(slack: Slack):
    slack.down = True
    reviewers = Reviewers(slack, "T0HOME")
    assert await refusal(reviewers, "U0ALICE") == "cannot_check"
    slack.down = False
    assert await refusal(reviewers, "U0ALICE") is None


async def test_what_is_remembered_does_not_outlive_its_minute_because_slack_is_down(slack: Slack):
    clock = Clock()
    reviewers = Reviewers(slack, "T0HOME", clock)
    assert await refusal(reviewers, "U0ALICE") is None
    slack.down, clock.now = True, 61.0
    assert await refusal(reviewers, "U0ALICE") == "cannot_check"


async def test_one_clicker_who_gives_up_does_not_spoil_it_for_the_others(slack: Slack):
    reviewers = Reviewers(slack, "T0HOME")
    first = asyncio.ensure_future(refusal(reviewers, "U0ALICE"))
    second = asyncio.ensure_future(refusal(reviewers, "U0ALICE"))
    await asyncio.sleep(0)
    first.cancel()
    assert await second is None
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_what_is_remembered_has_a_limit(slack: Slack, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sudoagent_bot.reviewers._MOST_REMEMBERED", 3)
    names = [f"U0{number}" for number in range(5)]
    slack.people = {name: {"id": name} for name in names}
    reviewers = Reviewers(slack, "T0HOME")
    request = msgspec.structs.replace(REQUEST, reviewers=tuple(names))
    for name in names:
        await reviewers.check(request, name)
    assert len(reviewers._people._answers) <= 3
