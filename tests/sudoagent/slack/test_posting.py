"""One card, whatever becomes of Slack's answer."""

from __future__ import annotations

import pytest

from sudoagent.playground import Playground
from sudoagent.playground.cast import BOT_TOKEN, CHANNEL
from sudoagent.slack import posting
from sudoagent.slack.blocks import rich_text, sentence
from sudoagent.slack.client import SlackClient
from sudoagent.slack.failures import AnswerLost, SlackRefused, SlackUnreachable
from sudoagent.slack.messages import Message
from sudoagent.slack.posting import post

POST = "chat.postMessage"
MARKER = "0f2c6f0e"
MESSAGE = Message("fallback", (rich_text(f"call:{MARKER}:pending.0", [sentence("hello")]),))


OTHER = Message("other", (rich_text("call:other", [sentence("other")]),))


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "_LOOKS", (0.0, 0.05))


@pytest.fixture
def client(slack: Playground) -> SlackClient:
    return SlackClient(BOT_TOKEN, slack.environment["SLACK_API_URL"], timeout=20.0)


async def test_a_message_is_posted_where_it_belongs(client: SlackClient, slack: Playground) -> None:
    posted = await post(client, "#approvals", MESSAGE, marker=MARKER)
    (message,) = slack.messages(CHANNEL)
    assert (posted.channel, posted.ts) == (CHANNEL, message.ts)
    assert message.words == "hello"
    assert message.text == "fallback"


async def test_a_reply_goes_into_the_thread(client: SlackClient, slack: Playground) -> None:
    card = await post(client, CHANNEL, MESSAGE, marker=MARKER)
    await post(client, CHANNEL, MESSAGE, marker=MARKER, thread_ts=card.ts)
    assert len(slack.replies(card.ts)) == 1


@pytest.mark.parametrize("channel", [CHANNEL, "#approvals", "approvals"])
async def test_when_the_answer_is_lost_the_message_is_found(
    client: SlackClient, slack: Playground, channel: str
) -> None:
    slack.fail(POST, "lost_response")
    posted = await post(client, channel, MESSAGE, marker=MARKER)
    (message,) = slack.messages(CHANNEL)
    assert (posted.channel, posted.ts) == (CHANNEL, message.ts)


@pytest.mark.parametrize("fault", ["lost_request", "server_error"])
async def test_a_message_that_is_certainly_not_there_is_posted_again(
    client: SlackClient, slack: Playground, fault: str
) -> None:
    slack.fail(POST, fault)
    await post(client, CHANNEL, MESSAGE, marker=MARKER)
    assert len(slack.messages(CHANNEL)) == 1


async def test_a_message_that_never_arrives_is_given_up(
    client: SlackClient, slack: Playground
) -> None:
    slack.fail(POST, "lost_request", times=2)
    with pytest.raises(SlackUnreachable, match="never appeared"):
        await post(client, CHANNEL, MESSAGE, marker=MARKER)
    assert slack.messages(CHANNEL) == []


async def test_a_message_that_is_not_wanted_any_more_is_not_posted_again(
    client: SlackClient, slack: Playground
) -> None:
    slack.fail(POST, "lost_request")
    with pytest.raises(SlackUnreachable):
        await post(client, CHANNEL, MESSAGE, marker=MARKER, wanted=lambda: False)
    assert slack.messages(CHANNEL) == []


async def test_without_permission_to_look_no_second_message_is_risked(
    client: SlackClient, slack: Playground
) -> None:
    for scope in ("channels:history", "groups:history", "im:history"):
        slack.remove_scope(scope)
    slack.fail(POST, "lost_response")
    with pytest.raises(AnswerLost, match=r"could not be found out.*scope"):
        await post(client, CHANNEL, MESSAGE, marker=MARKER)
    assert len(slack.messages(CHANNEL)) == 1


async def test_a_channel_that_is_not_listed_cannot_be_looked_into(
    client: SlackClient, slack: Playground
) -> None:
    slack.fail(POST, "server_error")
    with pytest.raises(AnswerLost, match="no channel is called #nowhere"):
        await post(client, "#nowhere", MESSAGE, marker=MARKER)


async def test_a_lost_reply_is_found_in_its_thread(client: SlackClient, slack: Playground) -> None:
    card = await post(client, CHANNEL, OTHER, marker="other")
    slack.fail(POST, "lost_response")
    reply = await post(client, CHANNEL, MESSAGE, marker=MARKER, thread_ts=card.ts)
    assert [message.ts for message in slack.replies(card.ts)] == [reply.ts]


async def test_what_somebody_may_have_posted_before_is_looked_for_first(
    client: SlackClient, slack: Playground
) -> None:
    card = await post(client, CHANNEL, OTHER, marker="other")
    for thread_ts in (None, card.ts):
        first = await post(client, CHANNEL, MESSAGE, marker=MARKER, thread_ts=thread_ts)
        again = await post(
            client, CHANNEL, MESSAGE, marker=MARKER, thread_ts=thread_ts, since=float(card.ts)
        )
        assert again.ts == first.ts
    assert (len(slack.messages(CHANNEL)), len(slack.replies(card.ts))) == (2, 1)


async def test_what_is_not_there_yet_is_posted(client: SlackClient, slack: Playground) -> None:
    card = await post(client, CHANNEL, OTHER, marker="other")
    since = float(card.ts)
    await post(client, CHANNEL, MESSAGE, marker=MARKER, thread_ts=card.ts, since=since)
    assert len(slack.replies(card.ts)) == 1


async def test_a_long_thread_is_looked_through_to_its_end(
    client: SlackClient, slack: Playground
) -> None:
    card = await post(client, CHANNEL, OTHER, marker="other")
    for number in range(205):
        slack.as_person("U0ALICE").say(f"chatter {number}", thread_ts=card.ts)
    first = await post(client, CHANNEL, MESSAGE, marker=MARKER, thread_ts=card.ts)
    again = await post(
        client, CHANNEL, MESSAGE, marker=MARKER, thread_ts=card.ts, since=float(card.ts)
    )
    assert again.ts == first.ts


async def test_a_refusal_is_passed_on(client: SlackClient, slack: Playground) -> None:
    slack.archive(CHANNEL)
    with pytest.raises(SlackRefused, match="archived"):
        await post(client, CHANNEL, MESSAGE, marker=MARKER)
