"""Of 100 secrets at least 99 are found, and of 100 things taken out at least 99 are secrets."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from sudoagent.redaction import Redactor
from support.redaction.corpus import corpus
from support.redaction.held_out import held_out
from support.redaction.maker import Sample
from support.redaction.unseen import unseen

CORPORA = pytest.mark.parametrize("make", [corpus, held_out, unseen])
SEED = 20_260_101


@CORPORA
def test_recall_is_at_least_99_percent(make: Callable[[int], list[Sample]]) -> None:
    secrets = [sample for sample in make(SEED) if sample.secret is not None]
    missed = [sample for sample in secrets if sample.secret in _shown(sample)]
    assert len(secrets) > 500
    assert len(missed) <= len(secrets) * 0.01, missed


@CORPORA
def test_precision_is_at_least_99_percent(make: Callable[[int], list[Sample]]) -> None:
    samples = make(SEED)
    ordinary = [sample for sample in samples if sample.secret is None]
    spoiled = [s for s in ordinary if Redactor().value(s.value, s.name) != s.value]
    found = len(samples) - len(ordinary)
    assert len(spoiled) <= (found + len(spoiled)) * 0.01, spoiled


@CORPORA
def test_redacting_again_changes_nothing(make: Callable[[int], list[Sample]]) -> None:
    redactor = Redactor()
    for sample in make(SEED):
        once = redactor.value(sample.value, sample.name)
        assert redactor.value(once, sample.name) == once, sample


def _shown(sample: Sample) -> str:
    return json.dumps(Redactor().value(sample.value, sample.name), ensure_ascii=False)
