"""docs/connecting.md names every check that can fail, and every permission."""

from __future__ import annotations

import ast
from pathlib import Path

from sudoagent.setup.scopes import FEATURES, PURPOSES

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "connecting.md").read_text("utf-8")
JUDGING = {"failed", "warning", "of_failure"}


def names() -> set[str]:
    """Return the names of checks that can fail or warn, as the code spells them."""
    found = set()
    for path in (ROOT / "src" / "sudoagent" / "setup").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in JUDGING and node.args:
                first = node.args[0]
                found |= {first.value} if isinstance(first, ast.Constant) else set()
    return found


def test_every_check_that_can_fail_is_explained():
    assert {"bot token", "scopes", "same key", "chain"} <= names()
    assert {name for name in names() if f"**{name}**" not in PAGE} == set()


def test_every_scope_and_feature_is_explained():
    assert {scope for scope in PURPOSES if f"`{scope}`" not in PAGE} == set()
    assert {feature for feature in FEATURES if f"`{feature}`" not in PAGE} == set()
