"""The root of the command: help loads nothing, mistakes are one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from sudoagent.cli import main
from sudoagent.cli._main import _COMMANDS, _root
from support.audit import written


def test_every_command_that_help_names_exists() -> None:
    for name in _COMMANDS:
        done = CliRunner().invoke(_root, [name, "--help"])
        assert done.exit_code == 0, done.output
        assert "Usage:" in done.output


def test_an_unknown_command_is_said_to_be_one() -> None:
    done = CliRunner().invoke(_root, ["sudo"])
    assert done.exit_code == 2
    assert "No such command 'sudo'" in done.output


def test_a_wrong_setting_is_a_sentence_and_exit_code_78(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REDIS_URL", "http://example.org")
    with pytest.raises(SystemExit) as ended:
        main(["status"])
    assert ended.value.code == 78
    said = capsys.readouterr().err
    assert said.startswith("sudoagent: ")
    assert "Traceback" not in said


def test_a_server_that_is_away_is_a_sentence_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    with pytest.raises(SystemExit) as ended:
        main(["status"])
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("sudoagent: ")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize("command", ["verify", "tail", "stats", "unfinished", "search"])
def test_a_locale_without_the_characters_changes_no_exit_code(
    tmp_path: Path, encoding: str, command: str
) -> None:
    written(tmp_path / "sudo_audit.jsonl", 1)
    done = subprocess.run(
        [sys.executable, "-m", "sudoagent", "audit", command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_an_output_that_is_closed_changes_no_exit_code(tmp_path: Path) -> None:
    written(tmp_path / "sudo_audit.jsonl", 1)
    for command in ("verify", "tail", "stats"):
        done = subprocess.run(
            ["sh", "-c", f'exec "$0" -m sudoagent audit {command} >&-', sys.executable],
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")


def test_a_port_that_cannot_be_one_is_said_to_be_none() -> None:
    done = CliRunner().invoke(_root, ["playground", "--port", "70000"])
    assert (done.exit_code, "--port" in done.output) == (2, True)


def test_help_loads_neither_slack_nor_redis_nor_rich() -> None:
    script = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from sudoagent.cli._main import _root\n"
        "assert CliRunner().invoke(_root, ['--help']).exit_code == 0\n"
        "heavy = {'slack_sdk', 'slack_bolt', 'redis', 'aiohttp', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_python_m_is_the_same_command() -> None:
    command = [sys.executable, "-m", "sudoagent", "--version"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.startswith("sudoagent, version ")
