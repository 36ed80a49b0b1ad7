"""What is told about messages and screens reads as a person would read it."""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from sudoagent.playground import Message, View
from sudoagent.playground.answers import text_of
from sudoagent.playground.cast import CHANNEL
from sudoagent.playground.screen import screen_of
from sudoagent.playground.timeline import Post
from sudoagent.playground.workspace import Event, Workspace
from support.slack_pieces import actions, button, modal, section, text_input


def posted(workspace: Workspace, text: str, **more: Any) -> Post:
    post = Post(CHANNEL, workspace.timeline.next_ts(), "U0SUDOAGENT", text, **more)
    return workspace.post(post)


def test_each_person_sees_their_own_screen() -> None:
    workspace = Workspace(lambda: 1000.0)
    parent = posted(workspace, "parent")
    posted(workspace, "reply", thread_ts=parent.ts)
    posted(workspace, "for Bob", visible_to="U0BOB")
    workspace.surfaces.open("U0BOB", modal(section("x")))
    bob = screen_of(workspace, workspace.users["U0BOB"], CHANNEL, parent.ts)
    assert [message.text for message in bob["messages"]] == ["parent", "for Bob"]
    assert [message.text for message in bob["thread"]] == ["parent", "reply"]
    assert len(bob["views"]) == 1
    gus = screen_of(workspace, workspace.users["U0GUS"], "C0GENERAL", None)
    assert [channel["name"] for channel in gus["channels"]] == ["approvals"]
    assert gus["channel"] == CHANNEL
    assert [message.text for message in gus["messages"]] == ["parent"]


def test_somebody_in_no_channel_sees_an_empty_screen() -> None:
    workspace = Workspace()
    for channel in workspace.channels.values():
        channel.members.discard("U0GUS")
    shown = screen_of(workspace, workspace.users["U0GUS"], CHANNEL, None)
    assert (shown["channel"], shown["messages"], shown["home"]) == (None, [], None)


def test_the_thread_of_a_deleted_message_is_still_shown() -> None:
    workspace = Workspace()
    parent = posted(workspace, "parent")
    reply = posted(workspace, "reply", thread_ts=parent.ts)
    workspace.remove(parent)
    shown = screen_of(workspace, workspace.users["U0BOB"], CHANNEL, parent.ts)
    assert [message.ts for message in shown["thread"]] == [reply.ts]


def test_listeners_hear_of_every_change_until_and_after_a_reset() -> None:
    workspace = Workspace()
    heard: list[Event] = []
    workspace.listeners.append(heard.append)
    posted(workspace, "one")
    workspace.reset()
    posted(workspace, "two", visible_to="U0BOB")
    assert [(event.kind, event.reader) for event in heard] == [
        ("message", None),
        ("reset", None),
        ("message", "U0BOB"),
    ]
    assert workspace.version == 3


def test_words_are_what_a_reader_sees() -> None:
    pieces = [
        {"type": "text", "text": "a"},
        {"type": "link", "url": "https://x.example"},
        {"type": "link", "url": "https://y.example", "text": "y"},
        {"type": "user", "user_id": "U0BOB"},
        {"type": "usergroup", "usergroup_id": "S0APPROVERS"},
        {"type": "date", "timestamp": 1, "format": "{time}"},
        {"type": "date", "timestamp": 1, "format": "{time}", "fallback": "then"},
        {"type": "emoji", "name": "eyes"},
        {"type": "broadcast", "range": "here"},
    ]
    line = {"type": "rich_text_section", "elements": pieces}
    blocks = [{"type": "rich_text", "elements": [line]}, section("b"), actions(button("approve"))]
    assert text_of(blocks).splitlines() == [
        "ahttps://x.exampley<@U0BOB><!subteam^S0APPROVERS>1then:eyes:<broadcast>",
        "b",
        "Approve",
    ]


def test_elements_are_listed_with_their_block() -> None:
    message = Message(channel="C", ts="1", user="U", text="t", blocks=[actions(button("go"))])
    assert message.action_ids == ["go"]
    assert message.elements[0]["block_id"] == "buttons"
    assert Message(channel="C", ts="1", user="U", text="t").words == "t"
    view = View(id="V", type="modal", user="U", hash="h", blocks=[text_input()])
    assert view.elements[0]["action_id"] == "text"


async def test_inclusive_flags_and_numbers_come_as_text_too(client: AsyncWebClient) -> None:
    listed = await client.api_call(
        "conversations.list", params={"exclude_archived": "true", "limit": "2"}
    )
    assert len(listed["channels"]) == 2
    wrong = await client.api_call("api.test", params={"limit": "many"})
    assert wrong["args"]["limit"] == "many"
