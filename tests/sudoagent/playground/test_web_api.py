"""Slack's own SDK against the playground: what it answers, and how it says no."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sudoagent.playground import AsyncPlayground, NotSeenError, PlaygroundError
from sudoagent.playground.cast import APP_TOKEN, BOT_TOKEN
from support.slack_pieces import ScriptedApp, actions, button, modal, refused, section


async def test_what_reads_takes_no_json(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.api_call("users.info", json={"user": "U0ALICE"})
    assert (await client.users_info(user="U0ALICE"))["user"]["id"] == "U0ALICE"


async def test_who_am_i(client: AsyncWebClient) -> None:
    me = await client.auth_test()
    assert (me["user_id"], me["bot_id"], me["team_id"]) == (
        "U0SUDOAGENT",
        "B0SUDOAGENT",
        "T0PLAYGROUND",
    )
    assert "chat:write" in me.headers["X-OAuth-Scopes"]
    assert (await client.api_test(foo="bar"))["args"]["foo"] == "bar"
    as_app = AsyncWebClient(APP_TOKEN, base_url=client.base_url)
    assert (await as_app.auth_test())["app_id"] == "A0SUDOAGENT"


@pytest.mark.parametrize(
    ("token", "method", "error"),
    [
        ("", "auth.test", "not_authed"),
        ("xoxb-somebody-elses", "auth.test", "invalid_auth"),
        (BOT_TOKEN, "apps.connections.open", "not_allowed_token_type"),
        (APP_TOKEN, "chat.postMessage", "not_allowed_token_type"),
        (BOT_TOKEN, "chat.postCard", "unknown_method"),
    ],
)
async def test_tokens_and_methods_that_are_not_good(
    api_url: str, token: str, method: str, error: str
) -> None:
    client = AsyncWebClient(token, base_url=api_url, retry_handlers=[])
    assert (await refused(client, method))["error"] == error


async def test_a_revoked_token_and_a_missing_scope(
    client: AsyncWebClient, aslack: AsyncPlayground
) -> None:
    await aslack.remove_scope("chat:write")
    answer = await refused(client, "chat.postMessage", channel="#approvals", text="x")
    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
    await aslack.revoke_token()
    assert (await refused(client, "auth.test"))["error"] == "token_revoked"


async def test_form_json_and_query_mean_the_same(api_url: str, aslack: AsyncPlayground) -> None:
    told = {"channel": "C0APPROVALS", "text": "one", "token": BOT_TOKEN}
    async with aiohttp.ClientSession() as session:
        for how in ({"data": told}, {"json": told}, {"params": told}):
            async with session.post(f"{api_url}chat.postMessage", **how) as response:
                assert (await response.json())["ok"]
        for body, error in (("{", "invalid_json"), ("[]", "json_not_object"), ("", "not_authed")):
            url, headers = f"{api_url}auth.test", {"Content-Type": "application/json"}
            async with session.post(url, data=body, headers=headers) as response:
                assert (await response.json())["error"] == error
    assert [message.text for message in await aslack.messages()] == ["one"] * 3


FACTS = {
    "U0ALICE": {"is_admin": True, "is_bot": False, "deleted": False, "team_id": "T0PLAYGROUND"},
    "U0GUS": {"is_restricted": True},
    "U0SAM": {"is_stranger": True, "team_id": "T0ELSEWHERE"},
    "U0DANA": {"deleted": True},
    "U0ROBO": {"is_bot": True},
}


@pytest.mark.parametrize(("user", "facts"), FACTS.items())
async def test_people(client: AsyncWebClient, user: str, facts: dict[str, Any]) -> None:
    told = (await client.users_info(user=user))["user"]
    assert {name: told[name] for name in facts} == facts


async def test_groups_and_bots(client: AsyncWebClient) -> None:
    members = await client.usergroups_users_list(usergroup="S0APPROVERS")
    assert members["users"] == ["U0ALICE", "U0BOB", "U0CAROL"]
    groups = (await client.usergroups_list(include_users=True))["usergroups"]
    assert groups[0]["users"] == members["users"]
    assert "users" not in (await client.usergroups_list())["usergroups"][0]
    assert (await refused(client, "usergroups.users.list", usergroup="S0"))["error"] == (
        "no_such_subteam"
    )
    assert (await client.bots_info(bot="B0SUDOAGENT"))["bot"]["name"] == "Approvals"
    assert (await refused(client, "bots.info", bot="B0"))["error"] == "bot_not_found"
    assert len((await client.users_list())["members"]) == 9
    assert (await refused(client, "users.info", user="U0NOBODY"))["error"] == "user_not_found"


async def test_views_need_a_trigger_that_is_fresh(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    view = modal(section("x"))
    assert (await refused(client, "views.open", view=view, trigger_id="1.2.x"))["error"] == (
        "invalid_trigger_id"
    )
    await aslack.as_person("U0BOB").slash("/sudo")
    trigger_id = scripted.payloads[-1]["trigger_id"]
    wrong = await refused(client, "views.open", view={"type": "modal"}, trigger_id=trigger_id)
    assert wrong["error"] == "invalid_arguments"
    home = {"type": "home", "blocks": [section("x")]}
    assert (await refused(client, "views.open", view=home, trigger_id=trigger_id))["error"] == (
        "invalid_arguments"
    )
    await client.views_open(view=view, trigger_id=trigger_id)
    assert (await refused(client, "views.open", view=view, trigger_id=trigger_id))["error"] == (
        "exchanged_trigger_id"
    )
    await aslack.hurry(trigger=0.0)
    await aslack.as_person("U0BOB").slash("/sudo")
    late = {"view": view, "trigger_id": scripted.payloads[-1]["trigger_id"]}
    await asyncio.sleep(0.01)
    assert (await refused(client, "views.open", **late))["error"] == "expired_trigger_id"
    assert (await refused(client, "views.update", view=view, view_id="V0"))["error"] == "not_found"


async def test_bad_weather(client: AsyncWebClient, aslack: AsyncPlayground) -> None:
    post = {"channel": "#approvals", "text": "x"}
    await aslack.fail("chat.postMessage", "rate_limited", retry_after=7)
    limited = await refused(client, "chat.postMessage", **post)
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    await aslack.fail("*", "error", error="fatal_error")
    assert (await refused(client, "chat.postMessage", **post))["error"] == "fatal_error"
    await aslack.fail("chat.postMessage", "server_error")
    with pytest.raises(SlackApiError):
        await client.api_call("chat.postMessage", json=post)
    assert await aslack.messages() == []
    await aslack.fail("chat.postMessage", "lost_request")
    with pytest.raises(aiohttp.ClientError):
        await client.api_call("chat.postMessage", json=post)
    await aslack.fail("chat.postMessage", "timeout", seconds=0.01)
    with pytest.raises(aiohttp.ClientError):
        await client.api_call("chat.postMessage", json=post)
    assert await aslack.messages() == []
    await aslack.fail("chat.postMessage", "lost_response")
    with pytest.raises(aiohttp.ClientError):
        await client.api_call("chat.postMessage", json=post)
    assert len(await aslack.messages()) == 1
    await aslack.slow_down("chat.postMessage", 0.01)
    await client.api_call("chat.postMessage", json=post)
    errors = [call.error for call in await aslack.calls("chat.postMessage")]
    assert errors == [
        "rate_limited",
        "error",
        "server_error",
        "lost_request",
        "timeout",
        "lost_response",
        None,
    ]


async def test_rate_limits(client: AsyncWebClient, aslack: AsyncPlayground) -> None:
    await aslack.rate_limits(True, users_info=1)
    await client.users_info(user="U0BOB")
    limited = await refused(client, "users.info", user="U0BOB")
    assert limited.status_code == 429
    assert 50 <= int(limited.headers["Retry-After"]) <= 60
    await aslack.rate_limits(False)
    await client.users_info(user="U0BOB")


async def test_a_response_url_takes_five_messages(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    await client.chat_postMessage(channel="#approvals", text="?", blocks=[actions(button("go"))])
    bob = aslack.as_person("U0BOB")
    await bob.click("go")
    hook = AsyncWebhookClient(scripted.payloads[-1]["response_url"])
    assert (await hook.send(text="for you")).body == "ok"
    assert (await hook.send(text="for all", response_type="in_channel")).body == "ok"
    assert (await hook.send(text="Done", replace_original=True)).status_code == 200
    assert (await hook.send(delete_original=True)).status_code == 200
    assert (await hook.send()).status_code == 400
    used = await hook.send(text="once more")
    assert (used.status_code, "used_url" in used.body) == (404, True)
    assert [message.text for message in await bob.ephemerals()] == ["for you"]
    assert [message.text for message in await aslack.messages()] == ["for all"]
    gone = await AsyncWebhookClient(f"{aslack.url}/response/guess").send(text="x")
    assert gone.status_code == 404


async def test_orders_that_make_no_sense_are_refused_in_words(aslack: AsyncPlayground) -> None:
    bob = aslack.as_person("U0BOB")
    with pytest.raises(PlaygroundError, match="Bob Okafor sees no 'approve'"):
        await bob.click("approve")
    with pytest.raises(PlaygroundError, match="no modal open"):
        await bob.submit()
    with pytest.raises(PlaygroundError, match="nobody called U0NOBODY"):
        await aslack.as_person("U0NOBODY").say("boo")
    with pytest.raises(PlaygroundError, match="Sam Stranger is not in general"):
        await aslack.as_person("U0SAM").say("boo", channel="#general")
    with pytest.raises(PlaygroundError, match="archived"):
        await bob.say("boo", channel="#old-approvals")
    with pytest.raises(PlaygroundError, match="not a slash command"):
        await bob.slash("sudo")
    with pytest.raises(PlaygroundError, match="no channel nowhere"):
        await aslack.archive("nowhere")
    with pytest.raises(PlaygroundError, match="there is no message"):
        await aslack.delete_message("1.0")
    with pytest.raises(PlaygroundError, match="user_disabled"):
        await aslack.as_person("U0DANA").direct_messages()
    with pytest.raises(NotSeenError, match="not seen in 0"):
        await aslack.wait_for_message("nothing", timeout=0)
    with pytest.raises(NotSeenError, match="no modal"):
        await bob.view(timeout=0)
    with pytest.raises(NotSeenError, match="0 of 1"):
        await aslack.wait_for_connections(timeout=0)
