"""`sudoagent slack manifest`, as somebody types it who makes the app."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from sudoagent.cli._main import _root
from sudoagent.errors import ConfigurationError

REPOSITORY = Path(__file__).parents[3]


def manifest(*options: str) -> Result:
    return CliRunner().invoke(_root, ["slack", "manifest", *options])


def scopes(*options: str) -> set[str]:
    done = manifest("--json", *options)
    assert done.exit_code == 0, done.output
    return set(json.loads(done.output)["oauth_config"]["scopes"]["bot"])


def test_the_repositorys_manifest_is_what_the_command_prints():
    assert (REPOSITORY / "manifest.yaml").read_text("utf-8") == manifest().output


def test_a_feature_more_and_a_feature_less_change_the_scopes_and_nothing_else():
    usual = scopes()
    assert scopes("--with", "dms") - usual == {"im:write"}
    assert usual - scopes("--without", "groups") == {"usergroups:read"}
    assert scopes("--with", "groups") == usual
    assert scopes("--with", "public", "--with", "home") - usual == {"chat:write.public"}


def test_http_mode_and_another_name():
    url = "https://approvals.example.com/slack/events"
    done = manifest("--json", "--http", url, "--name", "Approvals")
    document = json.loads(done.output)
    assert document["display_information"]["name"] == "Approvals"
    assert document["settings"]["interactivity"]["request_url"] == url


def test_what_slack_would_not_take_is_a_sentence():
    assert isinstance(manifest("--http", "http://example.com").exception, ConfigurationError)
    assert manifest("--with", "wildcards").exit_code == 2


def test_help_explains_every_feature():
    done = manifest("--help")
    for feature in ("groups", "commands", "channels", "home", "dms", "public", "recovery"):
        assert f"  {feature} " in done.output


def test_printing_a_manifest_loads_no_network():
    script = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from sudoagent.cli._main import _root\n"
        "assert CliRunner().invoke(_root, ['slack', 'manifest']).exit_code == 0\n"
        "heavy = {'slack_sdk', 'redis', 'aiohttp', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
