"""Counters as Prometheus reads them; nothing in them that somebody outside could choose."""

from __future__ import annotations

from sudoagent_bot.metrics import Metrics, Sample


def values(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return dict(line.rsplit(" ", 1) for line in lines)


def test_what_is_counted_is_told():
    metrics = Metrics()
    metrics.click("settled")
    metrics.click("settled")
    metrics.click("not_a_reviewer")
    metrics.vote("approve")
    metrics.repaint("painted")
    metrics.home("published")
    metrics.delivery("repeated")
    told = values(metrics.text())
    assert told['sudoagent_bot_clicks_total{result="settled"}'] == "2"
    assert told['sudoagent_bot_clicks_total{result="not_a_reviewer"}'] == "1"
    assert told['sudoagent_bot_votes_total{choice="approve"}'] == "1"
    assert told['sudoagent_bot_repaints_total{result="painted"}'] == "1"
    assert told['sudoagent_bot_homes_total{result="published"}'] == "1"
    assert told['sudoagent_bot_deliveries_total{result="repeated"}'] == "1"


def test_acknowledgements_are_a_cumulative_histogram():
    metrics = Metrics()
    for seconds in (0.001, 0.005, 0.3, 7.0):
        metrics.acknowledged(seconds)
    told = values(metrics.text())
    name = "sudoagent_bot_acknowledge_seconds"
    assert told[f'{name}_bucket{{le="0.005"}}'] == "2"
    assert told[f'{name}_bucket{{le="0.25"}}'] == "2"
    assert told[f'{name}_bucket{{le="0.5"}}'] == "3"
    assert told[f'{name}_bucket{{le="3.0"}}'] == "3"
    assert told[f'{name}_bucket{{le="+Inf"}}'] == told[f"{name}_count"] == "4"
    assert float(told[f"{name}_sum"]) == 7.306


def test_values_of_the_moment_are_gauges_and_unknown_ones_are_left_out():
    text = Metrics().text((Sample("up", "It is.", True), Sample("depth", "How deep.", None)))
    assert "# TYPE up gauge\nup 1\n" in text
    assert "depth" not in text


def test_every_name_is_explained_once():
    text = Metrics().text()
    explained = [line.split()[2] for line in text.splitlines() if line.startswith("# HELP")]
    assert len(explained) == len(set(explained)) == 6
    assert text.endswith("\n")
