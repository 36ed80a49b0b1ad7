"""Whoever reads the log next year learns which rules decided."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sudoagent import AllowAllPolicy
from sudoagent.policy_identity import policy_identity


def hash_of(source: str) -> str:
    scope: dict[str, Any] = {"__name__": "rules"}
    exec(source, scope)
    return policy_identity(scope["Limit"]())["hash"]


RULE = """
class Limit:
    top = 500
    def evaluate(self, ctx, extra=0):
        if ctx.kwargs["amount"] in {1, 2, "three"}:
            return any(word in "ab" for word in ctx.kwargs)
        return ctx.kwargs["amount"] <= self.top + extra + self.bonus
    @property
    def bonus(self):
        return 7
    @staticmethod
    def other():
        return lambda: 9
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("top = 500", "top = 501"),
        ("extra=0", "extra=1"),
        ("<=", "<"),
        ('"amount"', '"other"'),
        ("return 7", "return 8"),
        ("lambda: 9", "lambda: 10"),
        ("{1, 2", "{1, 3"),
        ("any(", "all("),
        ("word in", "word not in"),
    ],
)
def test_the_hash_changes_with_the_rules(old: str, new: str) -> None:
    assert hash_of(RULE.replace(old, new, 1)) != hash_of(RULE)


def test_the_hash_does_not_change_with_what_is_no_rule() -> None:
    commented = '"""A module."""\n\n' + RULE.replace("top = 500", "top = 500  # euros")

    assert hash_of(commented) == hash_of(RULE)


def test_a_rule_that_is_inherited_counts() -> None:
    inherited = RULE.replace("class Limit", "class Base") + "\nclass Limit(Base): pass\n"

    assert hash_of(inherited) != hash_of(inherited.replace("500", "501"))


def test_the_hash_is_the_same_in_every_process(tmp_path: Path) -> None:
    program = tmp_path / "rules.py"
    program.write_text(
        f"{RULE}\nfrom sudoagent.policy_identity import policy_identity\n"
        "print(policy_identity(Limit())['hash'])\n"
    )

    def run(seed: str) -> bytes:
        env = {"PYTHONHASHSEED": seed}
        return subprocess.run(
            [sys.executable, program], env=env, check=True, capture_output=True
        ).stdout

    assert run("1") == run("2") != b""


def test_a_policy_may_name_itself() -> None:
    class FromFile:
        policy_id = "refunds.toml"
        policy_hash = "abc123"

        def evaluate(self, ctx: Any) -> Any: ...

    assert dict(policy_identity(FromFile())) == {"id": "refunds.toml", "hash": "abc123"}


def test_the_name_is_the_classs_own() -> None:
    identity = policy_identity(AllowAllPolicy())

    assert identity["id"] == "sudoagent.policies.AllowAllPolicy"
    assert len(identity["hash"]) == 16
