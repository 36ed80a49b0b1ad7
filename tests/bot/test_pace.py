"""How fast Slack may be asked, by one bot or several."""

from __future__ import annotations

from sudoagent_bot.pace import Pace


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_expiries_keep_a_pace():
    clock = Clock()
    pace = Pace(40.0, clock)
    assert pace.wait() == 0
    pace.spend()
    assert pace.wait() == 1.5
    clock.now += 1.5
    assert pace.wait() == 0


def test_two_bots_keep_half_the_pace_each():
    pace = Pace(40.0, Clock())
    pace.spend(sharing=2)
    assert pace.wait() == 3.0
    pace.spend(sharing=0)
    assert pace.wait() == 4.5


def test_idle_time_is_not_saved_up():
    clock = Clock()
    pace = Pace(40.0, clock)
    clock.now += 3600
    pace.spend()
    assert pace.wait() == 1.5


def test_a_pause_holds_and_a_shorter_one_does_not_shorten_it():
    clock = Clock()
    pace = Pace(float("inf"), clock)
    pace.spend()
    assert pace.wait() == 0
    pace.pause(30.0)
    pace.pause(1.0)
    assert pace.wait() == 30.0


def test_a_few_may_come_at_once_and_then_the_pace_holds():
    clock = Clock()
    pace = Pace(60.0, clock, burst=3)
    waits = []
    for _ in range(5):
        waits.append(pace.wait())
        pace.spend()
    assert waits == [0, 0, 0, 1.0, 2.0]
    clock.now += 3600
    assert pace.wait() == 0


def test_a_pause_holds_back_what_might_have_come_at_once():
    pace = Pace(60.0, Clock(), burst=3)
    pace.pause(30.0)
    assert pace.wait() == 30.0
    assert Pace(60.0, Clock(), burst=3).wait() == 0
