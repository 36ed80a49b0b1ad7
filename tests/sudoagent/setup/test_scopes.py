"""The table of permissions agrees with the code, and with Slack's own as the playground has it."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sudoagent.playground.methods import METHODS as PLAYGROUND
from sudoagent.setup.scopes import ALWAYS, APP_SCOPE, FEATURES, METHODS, PURPOSES, scopes_for

ROOT = Path(__file__).parents[3]
# The playground is Slack; what the others name alike are files and hosts.
ELSEWHERE = {"playground", "redaction", "embedded"}
FAMILIES = (
    "api|apps|auth|bookmarks|bots|chat|conversations|dnd|files|pins|reactions|team|usergroups"
)
METHOD = re.compile(rf"(?:{FAMILIES}|users|views)(?:\.[a-z][A-Za-z]*)+")
# What Slack asks for without a method of ours: /sudo, and posting where the app is no member.
WITHOUT_A_METHOD = {"commands", "chat:write.public"}


def sources() -> Iterator[Path]:
    """Everything that may talk to Slack."""
    for path in itertools.chain(ROOT.glob("src/**/*.py"), ROOT.glob("bot/**/*.py")):
        if not ELSEWHERE.intersection(path.parts) and path.name != "scopes.py":
            yield path


def called() -> set[str]:
    """Return the Web API methods that the code names anywhere, in a string of their own."""
    found = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if METHOD.fullmatch(node.value) else set()
    return found


def test_every_method_that_the_code_calls_is_in_the_table():
    assert {"chat.postMessage", "views.open"} <= called()
    assert called() - METHODS.keys() == set()


def test_every_scope_has_a_purpose_a_feature_and_a_method():
    of_methods = {scope for scopes in METHODS.values() for scope in scopes} - {APP_SCOPE}
    assert of_methods | WITHOUT_A_METHOD == PURPOSES.keys()
    assert set(scopes_for(tuple(FEATURES))) == PURPOSES.keys()


@pytest.mark.parametrize("method", METHODS)
def test_the_table_agrees_with_the_playgrounds(method: str):
    slack = PLAYGROUND[method]
    assert slack.bearer in (("app",) if METHODS[method] == (APP_SCOPE,) else ("bot", "either"))
    # The playground also knows im:read, which nothing here has a use for.
    known = set(slack.scopes) - {"im:read"} or ({APP_SCOPE} if slack.bearer == "app" else set())
    assert set(METHODS[method]) == known


def test_nothing_chosen_needs_two_scopes():
    assert scopes_for(()) == ALWAYS == ("chat:write", "users:read")


def test_reading_direct_messages_takes_both_features():
    assert "im:history" not in scopes_for(("dms",))
    assert "im:history" not in scopes_for(("recovery",))
    assert "im:history" in scopes_for(("dms", "recovery"))


def test_an_unknown_feature_is_refused():
    with pytest.raises(ValueError, match="wildcards"):
        scopes_for(("wildcards",))  # type: ignore[arg-type]
