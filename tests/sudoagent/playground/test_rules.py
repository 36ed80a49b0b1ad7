"""Rules without I/O: passes, rate limits, faults, the door, timestamps, views."""

from __future__ import annotations

from typing import Any

import pytest

from sudoagent.playground.doorkeeper import refusal
from sudoagent.playground.passes import Passes, PassRefusedError
from sudoagent.playground.refusal import SlackError
from sudoagent.playground.surfaces import Surfaces
from sudoagent.playground.timeline import Post, Timeline
from sudoagent.playground.weather import Fault, RateLimits, Weather
from support.slack_pieces import modal, section


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_pass_is_taken_so_often_and_no_more() -> None:
    passes: Passes[str] = Passes(Clock(), life=30, uses=2)
    name = passes.issue("about")
    assert [passes.take(name), passes.take(name)] == ["about", "about"]
    with pytest.raises(PassRefusedError) as refused:
        passes.take(name)
    assert refused.value.why == "used"


def test_a_pass_expires_and_nobody_guesses_one() -> None:
    clock = Clock()
    passes: Passes[str] = Passes(clock, life=3)
    name = passes.issue("about")
    clock.now += 3.1
    with pytest.raises(PassRefusedError, match="expired"):
        passes.take(name)
    with pytest.raises(PassRefusedError, match="unknown"):
        passes.take("guess")


def test_messages_are_limited_per_channel_and_fill_up_again() -> None:
    clock = Clock()
    limits = RateLimits(clock, on=True)
    for _ in range(3):
        assert limits.retry_after("chat.postMessage", "C1") is None
    assert limits.retry_after("chat.postMessage", "C1") == 1
    assert limits.retry_after("chat.postMessage", "C2") is None
    clock.now += 1
    assert limits.retry_after("chat.postMessage", "C1") is None


def test_updates_are_limited_to_fifty_a_minute_over_all_channels() -> None:
    limits = RateLimits(Clock(), on=True)
    answers = [limits.retry_after("chat.update", f"C{n}") for n in range(51)]
    assert answers[:50] == [None] * 50
    assert answers[50] == 2


def test_limits_are_off_unless_asked_for_and_can_be_tightened() -> None:
    limits = RateLimits(Clock())
    assert [limits.retry_after("chat.update", "C")] * 60 == [None] * 60
    limits.on = True
    limits.tighten("chat.update", 1)
    assert limits.retry_after("chat.update", "C") is None
    assert limits.retry_after("chat.update", "C") == 60
    assert limits.retry_after("auth.test", "") is None


def test_faults_are_used_up_in_order_those_of_the_method_first() -> None:
    weather = Weather()
    weather.forecast("*", Fault("server_error"), times=1)
    weather.forecast("chat.update", Fault("rate_limited"), times=1)
    kinds = [weather.next_fault("chat.update") for _ in range(3)]
    assert [fault and fault.kind for fault in kinds] == ["rate_limited", "server_error", None]


def test_slowness_is_of_one_method_or_of_all() -> None:
    weather = Weather()
    weather.slow_down("*", 1.0)
    weather.slow_down("views.open", 4.0)
    assert (weather.delay("views.open"), weather.delay("auth.test")) == (4.0, 1.0)


@pytest.mark.parametrize(
    ("host", "origin", "fetch_site"),
    [
        ("127.0.0.1:8420", None, None),
        ("localhost:8420", "http://localhost:8420", "same-origin"),
        ("[::1]:8420", "http://[::1]:8420", "same-origin"),
        ("127.0.0.1:8420", None, "none"),
    ],
)
def test_the_page_and_local_programs_are_welcome(
    host: str, origin: str | None, fetch_site: str | None
) -> None:
    assert refusal(host, origin, fetch_site) is None


@pytest.mark.parametrize(
    ("host", "origin", "fetch_site"),
    [
        ("evil.example:8420", None, None),
        ("evil.example", "http://evil.example", "same-origin"),
        ("", None, None),
        ("127.0.0.1:8420", "https://evil.example", "cross-site"),
        ("127.0.0.1:8420", "http://127.0.0.1:9999", "same-site"),
        ("127.0.0.1:8420", "null", None),
        ("127.0.0.1:8420", None, "cross-site"),
        ("127.0.0.1.evil.example:8420", None, None),
    ],
)
def test_other_websites_are_refused(host: str, origin: str | None, fetch_site: str | None) -> None:
    assert refusal(host, origin, fetch_site)


def test_no_two_posts_share_a_timestamp_even_when_the_clock_stands_still() -> None:
    timeline = Timeline(Clock())
    stamps = [timeline.next_ts() for _ in range(3)]
    assert stamps == ["1000.000000", "1000.000001", "1000.000002"]


def test_a_removed_reply_leaves_its_thread() -> None:
    timeline = Timeline(Clock())
    parent = Post("C", timeline.next_ts(), "U", "parent")
    reply = Post("C", timeline.next_ts(), "U", "reply", thread_ts=parent.ts)
    timeline.add(parent)
    timeline.add(reply)
    told = timeline.as_app_sees(parent)
    assert (told["reply_count"], told["reply_users"]) == (1, ["U"])
    timeline.remove(reply, at=7)
    assert timeline.thread("C", parent.ts) == []
    assert timeline.removed == {reply.ts: 7}
    timeline.remove(parent, at=8)
    assert list(timeline) == []


VIEW: dict[str, Any] = modal(section("x"), external_id="mine")


def test_three_modals_are_the_most_that_stack() -> None:
    surfaces = Surfaces()
    root = surfaces.open("U", modal(section("1")))
    second = surfaces.push("U", modal(section("2")))
    third = surfaces.push("U", modal(section("3")))
    with pytest.raises(SlackError, match="push_limit_reached"):
        surfaces.push("U", modal(section("4")))
    assert third.as_app_sees()["root_view_id"] == root.id
    assert third.as_app_sees()["previous_view_id"] == second.id
    surfaces.close(second)
    assert surfaces.stack("U") == [root]


def test_nothing_can_be_pushed_onto_nothing() -> None:
    with pytest.raises(SlackError, match="not_found"):
        Surfaces().push("U", VIEW)


def test_an_external_id_belongs_to_one_view() -> None:
    surfaces = Surfaces()
    sheet = surfaces.open("U", VIEW)
    assert surfaces.find(external_id="mine") is sheet
    with pytest.raises(SlackError, match="duplicate_external_id"):
        surfaces.open("V", VIEW)
    surfaces.update(sheet, VIEW, "")


def test_an_update_with_an_old_hash_is_refused() -> None:
    surfaces = Surfaces()
    home = {"type": "home", "blocks": [section("x")]}
    before = surfaces.publish("U", home, "").hash
    surfaces.publish("U", home, before)
    with pytest.raises(SlackError, match="hash_conflict"):
        surfaces.publish("U", home, before)


def test_closing_a_view_that_is_gone_changes_nothing() -> None:
    surfaces = Surfaces()
    sheet = surfaces.open("U", VIEW)
    surfaces.clear("U")
    surfaces.close(sheet)
    assert surfaces.stack("U") == []
