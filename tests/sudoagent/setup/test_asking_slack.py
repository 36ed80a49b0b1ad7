"""What doctor finds out from Slack (the playground): tokens, channel, reviewers, requester."""

from __future__ import annotations

import pytest

from sudoagent.playground import AsyncPlayground
from sudoagent.playground.cast import APP_TOKEN, BOT_TOKEN, CHANNEL, SCOPES, TEAM
from sudoagent.setup.channel import Place, check_channel
from sudoagent.setup.greeting import Greeting, greet
from sudoagent.setup.people import check_requester, check_reviewers
from sudoagent.setup.result import Check
from sudoagent.setup.tokens import check_app_token, check_bot_token
from sudoagent.slack.client import SlackClient

NOWHERE = "http://127.0.0.1:1/api/"


@pytest.fixture
def client(aslack: AsyncPlayground) -> SlackClient:
    """The app's bot token."""
    return SlackClient(BOT_TOKEN, aslack.environment["SLACK_API_URL"])


def app(aslack: AsyncPlayground, token: str = APP_TOKEN) -> SlackClient:
    return SlackClient(token, aslack.environment["SLACK_API_URL"])


# Tokens


async def test_a_bot_token_that_works_says_who_and_where(client: SlackClient):
    check, identity = await check_bot_token(client)
    assert check.status == "ok"
    assert "@approvals in the workspace Playground" in check.sentence
    assert identity is not None
    assert identity.team_id == TEAM


async def test_a_revoked_token_is_told_from_an_unknown_one(
    client: SlackClient, aslack: AsyncPlayground
):
    await aslack.revoke_token()
    check, identity = await check_bot_token(client)
    assert (check.status, identity) == ("failed", None)
    assert "token_revoked" in check.sentence
    assert "install the app again" in (check.cure or "")
    check, _ = await check_bot_token(app(aslack, "xoxb-unknown"))
    assert "invalid_auth" in check.sentence


async def test_the_app_token_in_the_bot_tokens_place_is_no_bot(aslack: AsyncPlayground):
    check, identity = await check_bot_token(app(aslack))
    assert (check.status, identity) == ("failed", None)


async def test_slack_out_of_reach_is_not_the_tokens_fault():
    check, _ = await check_bot_token(SlackClient(BOT_TOKEN, NOWHERE))
    assert "cannot be asked" in check.sentence
    check = await check_app_token(SlackClient(APP_TOKEN, NOWHERE))
    assert "cannot be asked" in check.sentence
    assert await greet(BOT_TOKEN, NOWHERE) == Greeting()


async def test_an_app_token_that_works_opens_connections(aslack: AsyncPlayground):
    assert (await check_app_token(app(aslack))).status == "ok"
    assert (await check_app_token(None)).status == "skipped"


async def test_a_bot_token_in_the_app_tokens_place_is_found(client: SlackClient):
    check = await check_app_token(client)
    assert check.status == "failed"
    assert "not_allowed_token_type" in check.sentence
    assert "connections:write" in (check.cure or "")


async def test_a_busy_slack_is_a_warning_for_the_app_token(aslack: AsyncPlayground):
    await aslack.fail("apps.connections.open", "rate_limited", retry_after=60)
    assert (await check_app_token(app(aslack))).status == "warning"


async def test_slack_tells_scopes_and_time(aslack: AsyncPlayground):
    greeting = await greet(BOT_TOKEN, aslack.environment["SLACK_API_URL"])
    assert greeting.scopes == SCOPES
    assert greeting.ahead is not None
    assert abs(greeting.ahead) < 30


# The channel


async def look(
    client: SlackClient, named: str, granted: frozenset[str] = SCOPES
) -> tuple[dict[str, Check], Place | None]:
    checks, place = await check_channel(client, named, granted, "approvals")
    return {check.status: check for check in checks}, place


@pytest.mark.parametrize("named", ["#approvals", "approvals", CHANNEL])
async def test_the_channel_is_found_by_name_and_by_id(client: SlackClient, named: str):
    checks, place = await look(client, named)
    assert "#approvals (C0APPROVALS): the app is in it" in checks["ok"].sentence
    assert "another organisation" in checks["warning"].sentence
    assert place is not None
    assert place.members is not None
    assert "U0ALICE" in place.members


async def test_a_private_channel_that_the_app_is_in_is_good(client: SlackClient):
    checks, _ = await look(client, "C0FINANCE")
    assert checks.keys() == {"ok"}


async def test_a_misspelt_name_is_guessed(client: SlackClient):
    checks, place = await look(client, "#aprovals")
    assert place is None
    assert "no channel #aprovals" in checks["failed"].sentence
    assert "did you mean #approvals?" in (checks["failed"].cure or "")
    checks, _ = await look(client, "#zzz")
    assert "did you mean" not in (checks["failed"].cure or "")


async def test_an_unknown_id_is_refused_by_slack(client: SlackClient):
    checks, _ = await look(client, "C0NOWHERE")
    assert "channel_not_found" in checks["failed"].sentence


async def test_an_archived_channel_is_found_by_name_and_by_id(client: SlackClient):
    for named in ("#old-approvals", "C0OLD"):
        checks, _ = await look(client, named)
        assert "is archived" in checks["failed"].sentence


async def test_a_channel_without_the_app_says_how_to_invite_it(client: SlackClient):
    checks, _ = await look(client, "C0BOARD")
    assert "the app is not in #board" in checks["failed"].sentence
    assert checks["failed"].cure == "type /invite @approvals there"


async def test_an_app_that_may_post_anywhere_needs_no_invitation(client: SlackClient):
    checks, _ = await look(client, "C0BOARD", SCOPES | {"chat:write.public"})
    assert "without being in it" in checks["ok"].sentence


async def test_without_the_scopes_the_channel_cannot_be_looked_at(
    client: SlackClient, aslack: AsyncPlayground
):
    for scope in ("channels:read", "groups:read"):
        await aslack.remove_scope(scope)
    checks, place = await look(client, CHANNEL)
    assert place is None
    assert "channels:read" in checks["warning"].sentence


async def test_members_that_slack_does_not_tell_are_not_known(
    client: SlackClient, aslack: AsyncPlayground
):
    await aslack.fail("conversations.members", "error", error="fetch_members_failed")
    checks, place = await look(client, "C0FINANCE")
    assert "ok" in checks
    assert place == Place("C0FINANCE", "#finance-approvals", None)


async def test_a_person_in_the_channels_place_is_a_direct_message(client: SlackClient):
    checks, _ = await look(client, "U0ALICE")
    assert "direct message" in checks["skipped"].sentence


# People


async def reviewers(client: SlackClient, *ids: str, place: Place | None = None) -> list[Check]:
    return list(await check_reviewers(client, ids, TEAM, place))


async def test_reviewers_are_people_and_groups(client: SlackClient):
    place = Place(CHANNEL, "#approvals", frozenset({"U0ALICE", "U0CAROL"}))
    alice, group = await reviewers(client, "U0ALICE", "S0ONCALL", place=place)
    assert (alice.status, group.status) == ("ok", "ok")
    assert "Alice Moreau (U0ALICE)" in alice.sentence
    assert "1 member" in group.sentence


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("U0GUS", "is a guest"),
        ("U0SAM", "another workspace"),
        ("U0DANA", "is deactivated"),
        ("U0ROBO", "is a bot"),
        ("U0NOBODY", "user_not_found"),
        ("S0NOBODY", "no_such_subteam"),
    ],
)
async def test_whose_click_would_not_count_is_found(client: SlackClient, who: str, why: str):
    (check,) = await reviewers(client, who)
    assert check.status == "failed"
    assert why in check.sentence
    assert check.cure


async def test_a_reviewer_who_is_not_in_the_channel_sees_nothing(client: SlackClient):
    place = Place(CHANNEL, "#approvals", frozenset({"U0ALICE"}))
    bob, group = await reviewers(client, "U0BOB", "S0APPROVERS", place=place)
    assert (bob.status, group.status) == ("warning", "warning")
    assert "is not in #approvals" in bob.sentence
    assert "2 are not in #approvals" in group.sentence


async def test_groups_without_the_scope_say_so(client: SlackClient, aslack: AsyncPlayground):
    await aslack.remove_scope("usergroups:read")
    (check,) = await reviewers(client, "S0APPROVERS")
    assert check.status == "failed"
    assert "missing_scope (usergroups:read)" in check.sentence
    assert "OAuth & Permissions" in (check.cure or "")


async def test_the_requester_is_somebody_and_not_alone(client: SlackClient):
    assert (await check_requester(client, None, ["U0ALICE"])).status == "skipped"
    assert "Ravi" in (await check_requester(client, "U0RAVI", ["U0ALICE"])).sentence
    alone = await check_requester(client, "U0ALICE", ["U0ALICE"])
    assert (alone.status, "only reviewer" in alone.sentence) == ("failed", True)
    unknown = await check_requester(client, "U0NOBODY", ["U0ALICE"])
    assert "user_not_found" in unknown.sentence
