"""A server that answers as Slack should not: the bot takes nothing for granted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from sudoagent.slack.client import SlackClient
from sudoagent.slack.failures import SlackFailure
from sudoagent.slack.messages import Message
from sudoagent_bot.clicks import read_click
from sudoagent_bot.reviewers import NotTold
from sudoagent_bot.web import Web
from support.odd_slack import OddSlack


@pytest.fixture
async def bot_web(strange: OddSlack) -> AsyncIterator[Web]:
    api_url = f"{strange.url}/api/"
    async with aiohttp.ClientSession() as session:
        yield Web(SlackClient("xoxb-odd", api_url), api_url, session, pytest.fail)


@pytest.mark.parametrize("answer", [{}, {"user_id": "U1"}, {"team_id": 1, "user_id": "U1"}])
async def test_a_bot_that_does_not_learn_where_it_is_does_not_serve(
    strange: OddSlack, bot_web: Web, answer: dict[str, Any]
):
    strange.answers["auth.test"] = answer
    with pytest.raises(SlackFailure):
        await bot_web.workspace()


async def test_a_workspace_without_a_name_is_called_by_its_id(strange: OddSlack, bot_web: Web):
    strange.answers["auth.test"] = {"team_id": "T1", "user_id": "U1"}
    assert (await bot_web.workspace()).team == "T1"


@pytest.mark.parametrize("own_id", [{}, {"user_id": None}, {"user_id": 7}])
async def test_a_bot_that_does_not_learn_its_own_id_serves(
    strange: OddSlack, bot_web: Web, own_id: dict[str, Any]
):
    strange.answers["auth.test"] = {"team_id": "T1", **own_id}
    workspace = await bot_web.workspace()
    assert (workspace.team_id, workspace.user_id) == ("T1", None)


@pytest.mark.parametrize("answer", [{}, {"view": None}, {"view": "V1"}])
async def test_a_yes_to_everything_opens_no_dialog(
    strange: OddSlack, bot_web: Web, answer: dict[str, Any]
):
    strange.answers["views.open"] = answer
    with pytest.raises(SlackFailure, match="dialog"):
        await bot_web.open_modal("trigger", {"type": "modal"})


async def test_a_dialog_that_was_opened_is_open(strange: OddSlack, bot_web: Web):
    strange.answers["views.open"] = {"view": {"id": "V1"}}
    await bot_web.open_modal("trigger", {"type": "modal"})


@pytest.mark.parametrize("user", [None, "U1", ["U1"]])
async def test_nobody_described_is_not_told(strange: OddSlack, bot_web: Web, user: Any):
    strange.answers["users.info"] = {"user": user}
    with pytest.raises(NotTold):
        await bot_web.person("U1")


@pytest.mark.parametrize("users", [None, "U1", {"U1": True}, ["U1", 2]])
async def test_a_group_that_is_not_listed_is_not_told(strange: OddSlack, bot_web: Web, users: Any):
    strange.answers["usergroups.users.list"] = {"users": users}
    with pytest.raises(NotTold):
        await bot_web.members("S1")


def click(response_url: str | None) -> Any:
    return read_click(
        {
            "user": {"id": "U1", "team_id": "T1"},
            "channel": {"id": "C1"},
            **({"response_url": response_url} if response_url else {}),
        }
    )


async def test_the_response_url_of_the_configured_host_is_used(strange: OddSlack, bot_web: Web):
    await bot_web.whisper(click(f"{strange.url}/response/1"), Message("no", ()))
    ((method, body),) = strange.asked
    assert method == "1"
    assert (body["text"], body["response_type"]) == ("no", "ephemeral")


@pytest.mark.parametrize(
    "response_url",
    [
        None,
        "http://127.0.0.1:1/response",
        "https://hooks.slack.com.evil.example/x",
        "https://hooks.slack.com@evil.example/x",
        "http://hooks.slack.com/plain",
        "https://[broken/x",
        "file:///etc/passwd",
    ],
)
async def test_no_other_address_is_called(
    strange: OddSlack, bot_web: Web, response_url: str | None
):
    await bot_web.whisper(click(response_url), Message("no", ()))
    ((method, body),) = strange.asked
    assert method == "chat.postEphemeral"
    assert (body["channel"], body["user"], body["text"]) == ("C1", "U1", "no")


async def test_a_response_url_is_not_followed_elsewhere(strange: OddSlack, bot_web: Web):
    await bot_web.whisper(click(f"{strange.url}/moved"), Message("no", ()))
    assert [method for method, _ in strange.asked] == ["moved", "chat.postEphemeral"]


async def test_nobody_is_told_nothing(strange: OddSlack, bot_web: Web):
    await bot_web.whisper(read_click({}), Message("no", ()))
    assert strange.asked == []
