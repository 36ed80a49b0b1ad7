"""Runs the Python blocks of the documentation, in order, each document in a folder of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An empty folder, no settings, and no terminal in which somebody could be asked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("document"))
        patch.setattr("sudoagent.approvers._tty._PATH", "/nonexistent")
        for name in [n for n in os.environ if n.startswith(("SLACK_", "SUDOAGENT_", "REDIS_"))]:
            patch.delenv(name)
        yield


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["*.md"],
    fixtures=["alone"],
).pytest()
