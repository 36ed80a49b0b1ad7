"""Prints how well redaction does on the labelled corpora, by family.

Recall: of the samples with a secret, how many came out without it. Precision: of the samples that
were changed, how many held a secret.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from sudoagent.redaction import REDACTED, Redactor
from support.redaction.corpus import corpus
from support.redaction.held_out import held_out
from support.redaction.maker import Sample
from support.redaction.unseen import unseen

_REDACTOR = Redactor()


def verdict(sample: Sample) -> str:
    """Return ``found``, ``missed``, ``kept`` or ``spoiled``."""
    reduced = _REDACTOR.value(sample.value, sample.name)
    shown = json.dumps(reduced, ensure_ascii=False)
    if sample.secret is not None:
        return "missed" if sample.secret in shown else "found"
    # An earlier redaction is ordinary text.
    return "kept" if reduced == sample.value or REDACTED not in shown else "spoiled"


def report(title: str, samples: Iterable[Sample]) -> bool:
    """Print one corpus; return whether it meets 99 % and 99 %."""
    table = Table("family", "samples", "recall", "precision", title=title)
    counts: dict[str, Counter[str]] = {}
    for sample in samples:
        outcome = verdict(sample)
        counts.setdefault(sample.family, Counter())[outcome] += 1
        if "-v" in sys.argv and outcome in ("missed", "spoiled"):
            print(outcome, sample, "->", _REDACTOR.value(sample.value, sample.name))
    whole = sum(counts.values(), Counter())
    for family, count in [*counts.items(), ("all", whole)]:
        table.add_row(
            family,
            str(count.total()),
            _percent(count, "found", "missed"),
            _percent(count, "found", "spoiled"),
        )
    Console().print(table)
    return min(_share(whole, "found", "missed"), _share(whole, "found", "spoiled")) >= 0.99


def _share(count: Counter[str], good: str, bad: str) -> float:
    return count[good] / ((count[good] + count[bad]) or 1)


def _percent(count: Counter[str], good: str, bad: str) -> str:
    if not count["found"]:
        return f"{count['spoiled']} spoiled" if bad == "spoiled" else "–"
    return f"{_share(count, good, bad):.1%}"


if __name__ == "__main__":
    met = [
        report("corpus", corpus()),
        report("held-out corpus", held_out()),
        report("third corpus", unseen()),
    ]
    sys.exit(not all(met))
