"""`sudoagent audit verify`, and what all audit commands have in common."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sudoagent.audit import RedisStreamAuditLogger
from sudoagent.audit.checkpoint import checkpoints_path, create_key
from support.audit import entry, objects, written
from support.audit_cli import alter, run
from support.valkey import Server


def test_an_intact_log(audit_log: Path) -> None:
    head = written(audit_log, 3).head
    result = run("verify")
    assert result.exit_code == 0
    assert "✔ sudo_audit.jsonl is intact" in result.output
    assert f"3 entries in 1 file · head {head}" in result.output


def test_a_tampered_log_is_exit_code_1_with_file_line_offset_and_kind(audit_log: Path) -> None:
    written(audit_log, 3)
    offset = audit_log.read_bytes().index(b"\n") + 1
    alter(audit_log, b"number 2", b"number 7")
    result = run("verify", str(audit_log))
    assert result.exit_code == 1
    assert (
        f"{audit_log}:2:{offset}: altered: the bytes of entry 2 do not fit its hash"
        in result.output
    )


def test_an_unreadable_log_is_exit_code_2_with_a_sentence(audit_log: Path) -> None:
    result = run("verify")
    assert result.exit_code == 2
    assert "sudo_audit.jsonl cannot be read: No such file or directory" in result.output
    assert run("verify", str(audit_log.parent)).exit_code == 2


def test_an_anchor_from_slack(audit_log: Path) -> None:
    head = written(audit_log, 3).head
    assert head is not None
    assert run("verify", "--anchor", head).exit_code == 0
    wrong = run("verify", "--anchor", "3:000000000000")
    assert wrong.exit_code == 1
    assert "the anchor saw 3:000000000000" in wrong.output
    assert run("verify", "--anchor", "3:00").exit_code == 2
    assert run("verify", "--anchor", "tomorrow").exit_code == 2


def test_verify_as_json(audit_log: Path) -> None:
    written(audit_log, 3)
    alter(audit_log, b"number 2", b"number 7")
    document = json.loads(run("verify", "--json").stdout)
    assert document["intact"] is False
    assert document["entries"] == 2
    assert document["damage"][0]["kind"] == "altered"
    assert document["damage"][0]["line"] == 2
    assert document["files"] == [str(audit_log)]


def test_several_logs_are_verified_at_once(audit_log: Path) -> None:
    other = audit_log.with_name("other.jsonl")
    written(audit_log, 2)
    written(other, 2)
    result = run("verify", "--json", str(audit_log), str(other))
    documents = [json.loads(line) for line in result.stdout.splitlines()]
    assert [document["intact"] for document in documents] == [True, True]


def test_a_log_in_redis(valkey_server: Server, namespace: str) -> None:
    logger = RedisStreamAuditLogger(valkey_server.url, namespace=namespace)
    logger.log(entry())
    logger.close()
    result = run("verify", valkey_server.url, "--namespace", namespace)
    assert result.exit_code == 0, result.output
    assert "1 entries" in result.output
    assert run("verify", "redis://127.0.0.1:1/0").exit_code == 2


def test_keys_checkpoints_and_their_verification(audit_log: Path) -> None:
    written(audit_log, 3)
    made = run("keygen", "key")
    assert "private key: key" in made.output
    unsigned = run("verify", "--public-key", "key.pub")
    assert (unsigned.exit_code, "unsigned" in unsigned.output) == (1, True)
    assert run("checkpoint", "--key", "key").exit_code == 0
    document = json.loads(run("checkpoint", "--key", "key", "--to", "elsewhere", "--json").stdout)
    assert document["seq"] == 3
    assert checkpoints_path(audit_log).exists()
    assert run("verify", "--public-key", "key.pub").exit_code == 0
    assert run("verify", "--public-key", "key.pub", "--checkpoints", "elsewhere").exit_code == 0


@pytest.mark.parametrize("file", ["key", "log.txt", "nowhere"])
def test_a_key_that_cannot_be_read_proves_nothing(audit_log: Path, file: str) -> None:
    written(audit_log, 3)
    create_key(audit_log.with_name("key"))
    audit_log.with_name("log.txt").write_text("no key")
    result = run("verify", "--public-key", file)
    assert (result.exit_code, "--public-key" in result.stderr) == (2, True)


def test_a_damaged_log_is_not_signed(audit_log: Path) -> None:
    written(audit_log, 3)
    create_key(audit_log.with_name("key"))
    alter(audit_log, b"number 2", b"number 7")
    result = run("checkpoint", "--key", "key")
    assert result.exit_code == 1
    assert not checkpoints_path(audit_log).exists()


@pytest.mark.parametrize(
    "command", ["verify", "tail", "show", "search", "stats", "unfinished", "export"]
)
def test_help_and_missing_logs(audit_log: Path, command: str) -> None:
    assert run(command, "--help").exit_code == 0
    args = ["abc"] if command == "show" else []
    result = run(command, *args)
    assert result.exit_code == 2
    assert "cannot be read" in result.output


def test_nothing_is_coloured_when_piped(audit_log: Path, audit_story: str) -> None:
    for command in (["verify"], ["tail"], ["show", audit_story], ["stats"], ["unfinished"]):
        assert "\x1b[" not in run(*command).output


def test_a_terminal_gets_colours_and_a_table_of_damage(audit_log: Path) -> None:
    written(audit_log, 60)
    lines = audit_log.read_bytes().splitlines(keepends=True)
    audit_log.write_bytes(b"".join(line.replace(b"number", b"nomber") for line in lines))
    command = (
        f"{sys.executable} -m sudoagent audit verify; {sys.executable} -m sudoagent audit tail"
    )
    result = subprocess.run(
        ["script", "-qec", command, "/dev/null"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"},
        timeout=60,
        check=False,
    )
    output = result.stdout.decode()
    assert "\x1b[" in output
    assert "What was found" in output
    assert "and 10 more: see --json" in output
    assert objects(audit_log)


def test_a_large_log_is_read_with_a_progress_bar(audit_log: Path) -> None:
    written(audit_log, 3)
    program = (
        "import sudoagent.cli.audit_output as o; o._LARGE = 1;"
        "from sudoagent.cli import main; main(['audit', 'verify'])"
    )
    result = subprocess.run(
        ["script", "-qec", f'{sys.executable} -c "{program}"', "/dev/null"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm"},
        timeout=60,
        check=False,
    )
    assert "verifying" in result.stdout.decode()
    assert "intact" in result.stdout.decode()
