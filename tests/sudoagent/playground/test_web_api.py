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
from support.slack_pieces import ScriptedApp, actions, button, modal, section

RICH: dict[str, Any] = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
}


async def refused(client: AsyncWebClient, method: str, **arguments: Any) -> Any:
    with pytest.raises(SlackApiError) as refusal:
        await client.api_call(method, json=arguments)
    return refusal.value.response


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
        async with session.post(
            f"{api_url}chat.postMessage", data="{", headers=_json()
        ) as response:
            assert (await response.json())["error"] == "not_authed"
    assert [message.text for message in await aslack.messages()] == ["one"] * 3


def _json() -> dict[str, str]:
    return {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0NOWHERE", "channel_not_found"),
        ("#nowhere", "channel_not_found"),
        ("C0OLD", "is_archived"),
        ("#board", "not_in_channel"),
        ("U0DANA", "user_disabled"),
        ("", "invalid_arguments"),
    ],
)
async def test_where_nothing_can_be_posted(
    client: AsyncWebClient, channel: str, error: str
) -> None:
    answer = await refused(client, "chat.postMessage", channel=channel, text="x")
    assert answer["error"] == error


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": "[{"}, "invalid_blocks_format"),
        ({"blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"blocks": [section("x" * 2700)] * 5}, "msg_blocks_too_long"),
        ({"text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        (
            {"text": "x", "metadata": {"event_type": "x", "event_payload": 1}},
            "invalid_metadata_schema",
        ),
        ({"text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
    ],
)
async def test_what_cannot_be_posted(
    client: AsyncWebClient, message: dict[str, Any], error: str
) -> None:
    answer = await refused(client, "chat.postMessage", channel="C0APPROVALS", **message)
    assert answer["error"] == error


async def test_wrong_blocks_are_explained(client: AsyncWebClient) -> None:
    blocks = [actions(button("b", style="blue"))]
    answer = await refused(client, "chat.postMessage", channel="C0APPROVALS", blocks=blocks)
    assert answer["error"] == "invalid_blocks"
    (finding,) = answer["response_metadata"]["messages"]
    assert finding.endswith("[json-pointer:/blocks/0/elements/0/style]")


async def test_post_update_delete(client: AsyncWebClient, aslack: AsyncPlayground) -> None:
    metadata = {"event_type": "asked", "event_payload": {"id": "1"}}
    posted = await client.chat_postMessage(
        channel="#approvals", text="Approve?", blocks=[section("*Approve?*")], metadata=metadata
    )
    assert posted["channel"] == "C0APPROVALS"
    where = {"channel": "C0APPROVALS", "ts": str(posted["ts"])}
    await client.chat_update(**where, text="Done", blocks=[section("Done")])
    (message,) = await aslack.messages("#approvals")
    assert (message.words, message.revision, message.edited) == ("Done", 2, False)
    assert message.metadata == metadata
    await client.chat_update(**where, text="plainly")
    (message,) = await aslack.messages()
    assert (message.words, message.edited) == ("plainly", True)
    await client.chat_delete(**where)
    assert await aslack.messages() == []
    assert (await refused(client, "chat.update", **where, text="x"))["error"] == "message_not_found"


async def test_what_cannot_be_updated(client: AsyncWebClient, aslack: AsyncPlayground) -> None:
    theirs = await aslack.as_person("U0BOB").say("hello")
    where = {"channel": theirs.channel, "ts": theirs.ts}
    assert (await refused(client, "chat.update", **where, text="x"))[
        "error"
    ] == "cant_update_message"
    assert (await refused(client, "chat.delete", **where))["error"] == "cant_delete_message"
    posted = await client.chat_postMessage(channel="#approvals", text="x", blocks=[RICH])
    where = {"channel": "C0APPROVALS", "ts": str(posted["ts"])}
    answer = await refused(client, "chat.update", **where, text="x", blocks=[section("x")])
    assert answer["error"] == "block_mismatch"
    assert (await refused(client, "chat.update", **where))["error"] == "no_text"
    named = await refused(client, "chat.update", channel="#approvals", ts=where["ts"], text="x")
    assert named["error"] == "channel_not_found"
    await aslack.archive("#approvals")
    assert (await refused(client, "chat.update", **where, text="x"))["error"] == "is_inactive"


async def test_threads(client: AsyncWebClient, aslack: AsyncPlayground) -> None:
    parent = str((await client.chat_postMessage(channel="#approvals", text="parent"))["ts"])
    first = await client.chat_postMessage(channel="#approvals", text="first", thread_ts=parent)
    # A reply to a reply lands in the same thread.
    reply_ts = str(first["ts"])
    await client.chat_postMessage(channel="#approvals", text="second", thread_ts=reply_ts)
    assert [reply.text for reply in await aslack.replies(parent)] == ["first", "second"]
    told = await client.conversations_replies(channel="C0APPROVALS", ts=parent, limit=2)
    assert [message["text"] for message in told["messages"]] == ["parent", "first"]
    assert told["has_more"]
    await aslack.delete_message(parent)
    await client.chat_postMessage(channel="#approvals", text="still", thread_ts=parent)
    assert len(await aslack.replies(parent)) == 3
    lost = await refused(client, "conversations.replies", channel="C0APPROVALS", ts="1.000002")
    assert lost["error"] == "thread_not_found"


async def test_ephemeral_messages_are_for_one_reader(
    client: AsyncWebClient, aslack: AsyncPlayground
) -> None:
    await client.chat_postEphemeral(channel="C0APPROVALS", user="U0BOB", text="You may not.")
    assert await aslack.messages() == []
    (told,) = await aslack.as_person("U0BOB").ephemerals()
    assert told.text == "You may not."
    assert (await aslack.as_person("U0BOB").wait_for_ephemeral("may not")).ts == told.ts
    assert await aslack.as_person("U0ALICE").ephemerals() == []
    where = {"channel": "C0FINANCE", "user": "U0GUS", "text": "x"}
    assert (await refused(client, "chat.postEphemeral", **where))["error"] == "user_not_in_channel"
    where |= {"user": "U0BOB", "text": ""}
    assert (await refused(client, "chat.postEphemeral", **where))["error"] == "no_text"
    hidden = {"channel": "C0APPROVALS", "ts": told.ts, "text": "x"}
    assert (await refused(client, "chat.update", **hidden))["error"] == "message_not_found"


async def test_channels(client: AsyncWebClient, aslack: AsyncPlayground) -> None:
    listed = await client.conversations_list(
        types="public_channel,private_channel", exclude_archived=True
    )
    assert {each["name"] for each in listed["channels"]} == {
        "approvals",
        "finance-approvals",
        "general",
        "board",
    }
    paged = await client.conversations_list(limit=1)
    assert len(paged["channels"]) == 1
    assert paged["response_metadata"]["next_cursor"] == "1"
    told = (await client.conversations_info(channel="C0APPROVALS"))["channel"]
    assert (told["name"], told["is_ext_shared"], told["is_member"]) == ("approvals", True, True)
    assert "U0SAM" in (await client.conversations_members(channel="C0APPROVALS"))["members"]
    await aslack.rename("#approvals", "sign-off")
    await client.chat_postMessage(channel="#sign-off", text="found by its new name")
    await aslack.remove_bot("C0FINANCE")
    for method in ("conversations.info", "conversations.history"):
        answer = await refused(client, method, channel="C0FINANCE")
        assert answer["error"] == "channel_not_found"
    assert (await refused(client, "conversations.history", channel="C0BOARD"))["error"] == (
        "not_in_channel"
    )
    await client.chat_postMessage(channel="C0APPROVALS", text="second")
    history = await client.conversations_history(channel="C0APPROVALS")
    assert history["messages"][0]["text"] == "second"
    newest = history["messages"][0]["ts"]
    exact = await client.conversations_history(
        channel="C0APPROVALS", oldest=newest, latest=newest, inclusive=True
    )
    assert len(exact["messages"]) == 1


async def test_direct_messages(client: AsyncWebClient, aslack: AsyncPlayground) -> None:
    opened = await client.conversations_open(users="U0ALICE", return_im=True)
    assert opened["channel"]["user"] == "U0ALICE"
    assert (await client.conversations_open(users=["U0ALICE"]))["already_open"]
    await client.chat_postMessage(channel="U0ALICE", text="psst")
    (told,) = await aslack.as_person("U0ALICE").direct_messages()
    assert (told.text, told.channel) == ("psst", opened["channel"]["id"])
    assert (await client.conversations_list(types="im"))["channels"][0]["is_im"]
    assert (await refused(client, "conversations.open", users="U0NOBODY"))["error"] == (
        "user_not_found"
    )
    assert (await refused(client, "conversations.open", users="U0A,U0B"))["error"] == (
        "too_many_users"
    )
    assert (await refused(client, "conversations.open", users=","))["error"] == "no_users_supplied"


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
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "60")
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
