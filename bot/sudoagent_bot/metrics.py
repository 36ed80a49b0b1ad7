"""What a bot counts, and its Prometheus text. Closed sets of words only: no ids, no values.

The format: prometheus.io/docs/instrumenting/exposition_formats, text version 0.0.4. By hand, since
it is a page of lines, and a registry shared by a whole process is more than a bot needs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["CONTENT_TYPE", "Metrics", "Sample"]

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
# Up to the three seconds after which Slack shows a warning sign.
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)

_COUNTERS: Final = {
    "clicks": ("result", "Clicks, dialogs and commands, by what came of them."),
    "votes": ("choice", "Votes that were stored."),
    "repaints": ("result", "Cards: painted, left for later, or dropped."),
    "homes": ("result", "Home tabs: published, left for later, or refused by Slack."),
    "deliveries": ("result", "What Slack delivered over HTTP: taken, repeated or turned away."),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A value of this moment. ``None``: not known, and left out."""

    name: str
    help: str
    value: float | None


class Metrics:
    """The counters of one bot. Belongs to one event loop."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {name: Counter() for name in _COUNTERS}
        self._buckets = [0] * (len(_BUCKETS) + 1)
        self._seconds = 0.0

    def click(self, result: str) -> None:
        """Count a click: ``settled``, or the refusal."""
        self._counts["clicks"][result] += 1

    def vote(self, choice: Literal["approve", "deny"]) -> None:
        """Count a vote that was stored."""
        self._counts["votes"][choice] += 1

    def repaint(self, result: Literal["painted", "later", "dropped"]) -> None:
        """Count an attempt to paint a card."""
        self._counts["repaints"][result] += 1

    def home(self, result: Literal["published", "later", "refused"]) -> None:
        """Count an attempt to publish a Home tab."""
        self._counts["homes"][result] += 1

    def delivery(self, result: Literal["taken", "repeated", "turned_away"]) -> None:
        """Count what came over HTTP."""
        self._counts["deliveries"][result] += 1

    def acknowledged(self, seconds: float) -> None:
        """Note how long Slack waited for an acknowledgement."""
        self._buckets[bisect_left(_BUCKETS, seconds)] += 1
        self._seconds += seconds

    def text(self, samples: tuple[Sample, ...] = ()) -> str:
        """Return everything counted so far, and these values of the moment, for Prometheus."""
        lines = [line for name in _COUNTERS for line in self._counter(name)]
        lines += self._histogram()
        for sample in samples:
            if sample.value is not None:
                lines += _head(sample.name, "gauge", sample.help)
                lines.append(f"{sample.name} {sample.value:g}")
        return "\n".join(lines) + "\n"

    def _counter(self, name: str) -> Iterator[str]:
        label, words = _COUNTERS[name]
        full = f"sudoagent_bot_{name}_total"
        yield from _head(full, "counter", words)
        for value, count in sorted(self._counts[name].items()):
            yield f'{full}{{{label}="{value}"}} {count}'

    def _histogram(self) -> Iterator[str]:
        full = "sudoagent_bot_acknowledge_seconds"
        yield from _head(full, "histogram", "From a delivery of Slack's to its acknowledgement.")
        total = 0
        for bound, count in zip((*map(str, _BUCKETS), "+Inf"), self._buckets, strict=True):
            total += count
            yield f'{full}_bucket{{le="{bound}"}} {total}'
        yield f"{full}_sum {self._seconds:.6f}"
        yield f"{full}_count {total}"


def _head(name: str, kind: str, words: str) -> tuple[str, str]:
    return (f"# HELP {name} {words}", f"# TYPE {name} {kind}")
