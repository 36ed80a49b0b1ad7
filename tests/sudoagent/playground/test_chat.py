"""Messages and channels through Slack's own SDK."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sudoagent.playground import AsyncPlayground
from support.slack_pieces import actions, button, refused, section

RICH: dict[str, Any] = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
}


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
