"""Where the stories take place."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def private_path(tmp_path: Path) -> Path:
    """A directory of one's own, as an audit log wants it."""
    tmp_path.chmod(0o700)
    return tmp_path
