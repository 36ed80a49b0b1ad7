"""`sudoagent doctor` on whole deployments: good ones, and ones with something broken."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sudoagent.cli._main import _root
from sudoagent.playground import Playground
from sudoagent.review.store import ReviewStore
from support.bot import SIGNING_KEY, BotProcess, StartBot
from support.valkey import Server

READY = {"ok", "skipped", "warning"}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot that was started just now announces itself, however busy the machine is."""
    monkeypatch.setattr("sudoagent.setup.examination._BOT_SECONDS", 60.0)


@pytest.fixture
def at_once(patient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """No bot is about to announce itself."""
    monkeypatch.setattr("sudoagent.setup.examination._BOT_SECONDS", 0.0)


@dataclass
class Deployment:
    """The variables of a deployment, and doctor's opinion of it."""

    environment: dict[str, str]
    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def doctor(self, *options: str, **variables: str | None) -> Result:
        for name in [n for n in os.environ if n.startswith(("SLACK_", "SUDOAGENT_", "REDIS_"))]:
            self.monkeypatch.delenv(name)
        for name, value in {**self.environment, **variables}.items():
            if value is not None:
                self.monkeypatch.setenv(name, value)
        self.monkeypatch.chdir(self.folder)
        return CliRunner().invoke(_root, ["doctor", *options])

    def findings(self, *options: str, **variables: str | None) -> dict[str, list[dict[str, Any]]]:
        """Return what is found of each ``section/name``; the exit code must say the same."""
        done = self.doctor("--json", *options, **variables)
        document = json.loads(done.output)
        assert done.exit_code == (0 if document["ok"] else 1)
        found: dict[str, list[dict[str, Any]]] = {}
        for check in document["checks"]:
            found.setdefault(f"{check['section']}/{check['name']}", []).append(check)
            assert check["cure"] or check["status"] != "failed", check
        return found

    def failures(self, *options: str, **variables: str | None) -> dict[str, str]:
        """Return the sentences of what failed."""
        found = self.findings(*options, **variables)
        checks = [(where, check) for where, those in found.items() for check in those]
        return {where: c["sentence"] for where, c in checks if c["status"] == "failed"}

    def start(self, *options: str, out: Any = subprocess.PIPE) -> subprocess.Popen[str]:
        """Start doctor as a program."""
        inherited = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
        return subprocess.Popen(
            [sys.executable, "-m", "sudoagent", "doctor", *options],
            env={**inherited, **self.environment, "TERM": "xterm-256color"},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture
def deployment(
    slack: Playground,
    valkey_server: Server,
    namespace: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Deployment:
    """Everything but a bot."""
    environment = {
        **slack.environment,
        "REDIS_URL": valkey_server.url,
        "SUDOAGENT_NAMESPACE": namespace,
        "SUDOAGENT_SIGNING_KEY": SIGNING_KEY,
    }
    return Deployment(environment, tmp_path, monkeypatch)


def test_a_good_deployment_is_good(bot: BotProcess, deployment: Deployment):
    found = deployment.findings()
    assert {check["status"] for those in found.values() for check in those} <= READY
    for where in ("Slack/bot token", "Slack/scopes", "Slack/app token", "Slack/clock"):
        assert found[where][0]["status"] == "ok"
    assert [c["status"] for c in found["Channel and people/reviewer"]] == ["ok"] * 3
    assert found["Bots/bots"][0]["sentence"].startswith("1 bot is listening")
    assert found["Bots/same key"][0]["status"] == "ok"
    assert found["Bots/freeze"][0]["status"] == "ok"
    assert found["Server/scripts"][0]["status"] == "ok"
    done = deployment.doctor()
    assert done.exit_code == 0
    assert "0 to change" in done.output
    assert "`sudoagent doctor --post` tries it" in done.output


def test_what_is_printed_is_one_line_a_check_with_the_cure_below(
    at_once: None, deployment: Deployment
):
    done = deployment.doctor(SUDOAGENT_CHANNEL="#aprovals")
    assert done.exit_code == 1
    lines = done.output.splitlines()
    (at,) = (n for n, line in enumerate(lines) if "no channel #aprovals" in line)
    assert lines[at].startswith("  ✗ channel      there is no channel")
    assert lines[at + 1].strip().startswith("→ did you mean #approvals?")
    for mark in ("  ✓ ", "  ✗ ", "  – "):
        assert any(line.startswith(mark) for line in lines)
    assert "to change" in lines[-2]
    assert "docs/connecting.md" in lines[-1]
    assert "\x1b" not in done.output


def test_nothing_set_is_four_things_to_supply(
    at_once: None, deployment: Deployment, tmp_path: Path
):
    deployment.environment = {"SUDOAGENT_STATE_DIR": str(tmp_path / "state")}
    failures = deployment.failures()
    assert failures.keys() == {
        "Settings/bot token",
        "Settings/app token",
        "Settings/channel",
        "Settings/reviewers",
        "Bots/bots",
    }


def test_a_revoked_token_is_the_only_thing_that_slack_is_blamed_for(
    at_once: None, deployment: Deployment, slack: Playground
):
    slack.revoke_token()
    assert deployment.failures().keys() == {"Slack/bot token", "Bots/bots"}


def test_a_missing_scope_is_found_before_a_click_needs_it(
    bot: BotProcess, deployment: Deployment, slack: Playground
):
    slack.remove_scope("usergroups:read")
    assert deployment.failures() == {}
    failures = deployment.failures(SUDOAGENT_REVIEWERS="U0ALICE,S0APPROVERS")
    assert "usergroups:read" in failures["Slack/scopes"]
    assert "S0APPROVERS cannot be looked up" in failures["Channel and people/reviewer"]


def test_an_archived_channel_and_one_without_the_app(
    bot: BotProcess, deployment: Deployment, slack: Playground
):
    slack.remove_bot("#approvals")
    assert "not in #approvals" in deployment.failures()["Channel and people/channel"]
    slack.archive("#approvals")
    assert "is archived" in deployment.failures()["Channel and people/channel"]


def test_a_guest_as_reviewer(bot: BotProcess, deployment: Deployment):
    failures = deployment.failures(SUDOAGENT_REVIEWERS="U0ALICE,U0GUS")
    assert list(failures) == ["Channel and people/reviewer"]
    assert "Gus Guest (U0GUS) is a guest" in failures["Channel and people/reviewer"]


def test_no_bot(at_once: None, deployment: Deployment):
    assert deployment.failures().keys() == {"Bots/bots"}


def test_a_bot_with_another_signing_key(start_bot: StartBot, deployment: Deployment):
    start_bot(SUDOAGENT_SIGNING_KEY="the-key-of-somebody-else").ready()
    failures = deployment.failures()
    assert list(failures) == ["Bots/same key"]
    assert "refuses every click" in failures["Bots/same key"]


def test_a_server_that_is_away_and_one_that_cannot_be_named(at_once: None, deployment: Deployment):
    assert list(deployment.failures(REDIS_URL="redis://127.0.0.1:1/0")) == ["Server/server"]
    found = deployment.findings(REDIS_URL="mysql://db")
    assert found["Server/server"][0]["status"] == "skipped"
    assert found["Bots/bots"][0]["status"] == "skipped"


def test_slack_out_of_reach_leaves_the_rest_to_be_looked_at(at_once: None, deployment: Deployment):
    found = deployment.findings(SLACK_API_URL="http://127.0.0.1:1/api/")
    assert found["Slack/bot token"][0]["status"] == "failed"
    assert found["Slack/scopes"][0]["status"] == "skipped"
    assert found["Channel and people/channel"][0]["status"] == "skipped"
    assert found["Server/scripts"][0]["status"] == "ok"


def test_a_wrong_address_of_slack_is_not_asked(at_once: None, deployment: Deployment):
    assert "Settings/Slack" in deployment.failures(SLACK_API_URL="slack")


def test_a_damaged_log_is_found(at_once: None, deployment: Deployment, tmp_path: Path):
    (tmp_path / "other.jsonl").write_text('{"seq": 1}\n')
    os.chmod(tmp_path / "other.jsonl", 0o600)
    assert "Audit log/chain" in deployment.failures("--log", "other.jsonl")


def test_a_store_that_goes_away_in_between_is_a_sentence(
    deployment: Deployment, own_server: Server, monkeypatch: pytest.MonkeyPatch
):
    async def gone(store: ReviewStore) -> dict[str, tuple[str, ...]]:
        own_server.kill()
        return await store.presence.bot_keys()

    monkeypatch.setattr("sudoagent.setup.examination._present", gone)
    failures = deployment.failures(REDIS_URL=own_server.url)
    assert "cannot be reached" in failures["Bots/bots"]


# The test request


def test_a_click_shows_that_all_of_it_works(
    bot: BotProcess, deployment: Deployment, slack: Playground
):
    doctor = deployment.start("--post", "--timeout", "60")
    card = slack.wait_for_message("This is a test: nothing runs")
    assert "test_request" in card.words
    slack.as_person("U0BOB").click("approve", ts=card.ts)
    output, _ = doctor.communicate(timeout=90)
    assert doctor.returncode == 0, output
    assert "press a button in Slack within 60 s" in output
    assert "U0BOB answered approve after" in output
    slack.wait_for_revision(card.ts, "Approved", without_buttons=True)
    assert not (deployment.folder / "sudo_audit.jsonl").exists()


def test_without_waiting_the_request_is_posted_and_withdrawn(
    bot: BotProcess, deployment: Deployment, slack: Playground
):
    doctor = deployment.start("--post", "--no-wait")
    output, _ = doctor.communicate(timeout=90)
    assert doctor.returncode == 0, output
    assert "✓ request      posted, and withdrawn at once" in output
    assert "press a button" not in output
    card = slack.wait_for_message("This is a test")
    slack.wait_for_revision(card.ts, without_buttons=True)


def test_ctrl_c_withdraws_the_request(bot: BotProcess, deployment: Deployment, slack: Playground):
    doctor = deployment.start("--post")
    card = slack.wait_for_message("This is a test")
    doctor.send_signal(signal.SIGINT)
    output, _ = doctor.communicate(timeout=90)
    assert doctor.returncode == 1
    assert "Traceback" not in output
    slack.wait_for_revision(card.ts, without_buttons=True)


def test_nobody_clicking_is_a_warning(bot: BotProcess, deployment: Deployment):
    doctor = deployment.start("--post", "--timeout", "1")
    output, _ = doctor.communicate(timeout=90)
    assert doctor.returncode == 0, output
    assert "nobody clicked within" in output


def test_a_request_that_cannot_be_asked_is_not_posted(deployment: Deployment, slack: Playground):
    slack.remove_bot("#approvals")
    doctor = deployment.start("--post")
    output, _ = doctor.communicate(timeout=90)
    assert doctor.returncode == 1
    assert "– request" in output
    assert slack.messages("C0APPROVALS") == []


def test_a_message_that_slack_does_not_take_says_why(
    bot: BotProcess, deployment: Deployment, slack: Playground
):
    slack.fail("chat.postMessage", "error", error="restricted_action", times=5)
    doctor = deployment.start("--post", "--no-wait", "--json")
    output, _ = doctor.communicate(timeout=90)
    assert doctor.returncode == 1
    assert "it could not be asked: Slack refused chat.postMessage: restricted_action" in output


def test_a_frozen_namespace_is_a_warning_and_denies_the_test(
    bot: BotProcess, deployment: Deployment
):
    environment = {**os.environ, **deployment.environment}
    command = [sys.executable, "-m", "sudoagent", "freeze", "--reason", "incident 12"]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    doctor = deployment.start("--post")
    output, _ = doctor.communicate(timeout=90)
    assert doctor.returncode == 1
    assert "frozen since" in output
    assert "✗ request" in output


def test_in_a_terminal_it_is_in_colour(deployment: Deployment):
    ours, theirs = pty.openpty()
    doctor = deployment.start(out=theirs)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(ours)
    assert doctor.wait(90) == 1
    assert "\x1b[32m✓" in shown.decode()
