"""`sudoagent audit`: what people and scripts see of the log."""

from __future__ import annotations

import csv
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sudoagent.audit import JsonlAuditLogger, RedisStreamAuditLogger
from sudoagent.audit.checkpoint import checkpoints_path, create_key
from sudoagent.cli.audit import audit
from sudoagent.cli.audit_output import duration
from support.audit import MOMENT, entry, objects, outcome, written
from support.valkey import Server


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    return tmp_path / "sudo_audit.jsonl"


def run(*args: str) -> Result:
    result = CliRunner().invoke(audit, args)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def alter(log: Path, old: bytes, new: bytes) -> None:
    log.write_bytes(log.read_bytes().replace(old, new, 1))


APPROVAL: dict[str, Any] = {
    "kwargs": {"user_id": "u_1", "amount": 120.5},
    "policy": {"id": "shop.Refunds", "hash": "abcdef"},
    "policy_decision": "require_approval",
    "policy_reason": "refunds above 100 need a person",
    "approved": True,
    "approver": "slack",
    "votes": [
        {
            "choice": "approve",
            "team_id": "T1",
            "user_id": "U0ALICE",
            "at": MOMENT.isoformat(),
            "comment": "fine",
        }
    ],
    "slack_channel": "C1",
    "slack_message_ts": f"{MOMENT.timestamp() - 33:.6f}",
    "call_digest": "d1gest",
}


@pytest.fixture
def story(log: Path) -> str:
    """An approved call, a denied one and one without an outcome; the id of the first."""
    logger = JsonlAuditLogger(log, durability="os", agent="billing")
    approved = entry(metadata=APPROVAL)
    logger.log(approved)
    logger.log(
        outcome(
            approved,
            timestamp=MOMENT + timedelta(seconds=1),
            outcome="error",
            error_type="TimeoutError",
            error="the bank did not answer",
        )
    )
    denied = [{**APPROVAL["votes"][0], "choice": "deny", "user_id": "U0BOB"}]
    logger.log(entry(decision="deny", action="drop", metadata={**APPROVAL, "votes": denied}))
    logger.log(entry(action="lost"))
    return approved.request_id


def test_an_intact_log(log: Path) -> None:
    head = written(log, 3).head
    result = run("verify")
    assert result.exit_code == 0
    assert "✔ sudo_audit.jsonl is intact" in result.output
    assert f"3 entries in 1 file · head {head}" in result.output


def test_a_tampered_log_is_exit_code_1_with_file_line_offset_and_kind(log: Path) -> None:
    written(log, 3)
    offset = log.read_bytes().index(b"\n") + 1
    alter(log, b"number 2", b"number 7")
    result = run("verify", str(log))
    assert result.exit_code == 1
    assert f"{log}:2:{offset}: altered: the bytes of entry 2 do not fit its hash" in result.output


def test_an_unreadable_log_is_exit_code_2_with_a_sentence(log: Path) -> None:
    result = run("verify")
    assert result.exit_code == 2
    assert "sudo_audit.jsonl cannot be read: No such file or directory" in result.output
    assert run("verify", str(log.parent)).exit_code == 2


def test_an_anchor_from_slack(log: Path) -> None:
    head = written(log, 3).head
    assert head is not None
    assert run("verify", "--anchor", head).exit_code == 0
    wrong = run("verify", "--anchor", "3:000000000000")
    assert wrong.exit_code == 1
    assert "the anchor saw 3:000000000000" in wrong.output
    assert run("verify", "--anchor", "3:00").exit_code == 2
    assert run("verify", "--anchor", "tomorrow").exit_code == 2


def test_verify_as_json(log: Path) -> None:
    written(log, 3)
    alter(log, b"number 2", b"number 7")
    document = json.loads(run("verify", "--json").stdout)
    assert document["intact"] is False
    assert document["entries"] == 2
    assert document["damage"][0]["kind"] == "altered"
    assert document["damage"][0]["line"] == 2
    assert document["files"] == [str(log)]


def test_several_logs_are_verified_at_once(log: Path) -> None:
    other = log.with_name("other.jsonl")
    written(log, 2)
    written(other, 2)
    result = run("verify", "--json", str(log), str(other))
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


def test_keys_checkpoints_and_their_verification(log: Path) -> None:
    written(log, 3)
    made = run("keygen", "key")
    assert "private key: key" in made.output
    unsigned = run("verify", "--public-key", "key.pub")
    assert (unsigned.exit_code, "unsigned" in unsigned.output) == (1, True)
    assert run("checkpoint", "--key", "key").exit_code == 0
    document = json.loads(run("checkpoint", "--key", "key", "--to", "elsewhere", "--json").stdout)
    assert document["seq"] == 3
    assert checkpoints_path(log).exists()
    assert run("verify", "--public-key", "key.pub").exit_code == 0
    assert run("verify", "--public-key", "key.pub", "--checkpoints", "elsewhere").exit_code == 0


def test_a_damaged_log_is_not_signed(log: Path) -> None:
    written(log, 3)
    create_key(log.with_name("key"))
    alter(log, b"number 2", b"number 7")
    result = run("checkpoint", "--key", "key")
    assert result.exit_code == 1
    assert not checkpoints_path(log).exists()


def test_tail_shows_the_newest_entries_on_one_line_each(log: Path, story: str) -> None:
    result = run("tail", "-n", "2")
    lines = result.output.splitlines()
    assert len(lines) == 2
    assert re.match(r"2026-01-31 12:30:15\.123  \w{8}  ✘ deny      drop\(user_id=", lines[0])
    assert len(run("tail", "-n", "0").output.splitlines()) == 0
    assert len(run("tail").output.splitlines()) == 4


def test_tail_as_json_is_the_lines_themselves(log: Path, story: str) -> None:
    assert run("tail", "--json").stdout_bytes == log.read_bytes()


def test_tail_reads_a_long_file_from_its_end(log: Path) -> None:
    logger = written(log, 1)
    for _ in range(5):
        logger.log(entry(metadata={"args": ["x" * 50_000]}))
    assert len(run("tail", "-n", "4", "--json").stdout.splitlines()) == 4


def test_tail_names_what_is_no_entry(log: Path) -> None:
    log.write_text("hello\n")
    assert "6 bytes that are no entry" in run("tail").output


def test_tail_follows_a_log_through_rotation(log: Path) -> None:
    logger = written(log, 1)
    command = [sys.executable, "-m", "sudoagent", "audit", "tail", "-f", "--json", str(log)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    try:
        guard = threading.Timer(60, process.kill)
        guard.start()
        seen = [json.loads(process.stdout.readline())["seq"]]
        logger.log(entry())
        seen.append(json.loads(process.stdout.readline())["seq"])
        log.rename(log.with_name("sudo_audit.jsonl.1"))
        logger.log(entry())
        seen += [json.loads(process.stdout.readline())["seq"] for _ in range(2)]
        assert seen == [1, 2, 3, 4]
        process.send_signal(2)
        assert process.wait(20) == 0
    finally:
        guard.cancel()
        process.kill()
        process.wait()
        process.stdout.close()


def test_show_tells_the_story_of_a_call(log: Path, story: str) -> None:
    for wanted in (story, story[:9]):
        output = run("show", wanted).output
        order = ["asked", "approves", "allow", "error"]
        assert [word for word in re.findall(r"\w+", output) if word in order][:4] == order
        for fact in (
            "2026-01-31 12:29:42.123",
            "+33.0 s",
            "U0ALICE of T1: “fine”",
            "TimeoutError: the bank did not answer",
            "120.5",
            "shop.Refunds",
            "entries 1, 2",
            "billing",
        ):
            assert fact in output


def test_show_as_json(log: Path, story: str) -> None:
    document = json.loads(run("show", story, "--json").stdout)
    assert document["request_id"] == story
    assert [one["event"] for one in document["entries"]] == ["decision", "outcome"]


def test_show_of_an_unknown_call_is_exit_code_1(log: Path, story: str) -> None:
    result = run("show", "ffffffff-0000")
    assert (result.exit_code, "No call" in result.output) == (1, True)


def test_show_of_a_beginning_that_several_calls_share_lists_them(log: Path) -> None:
    logger = written(log, 0)
    for name in ("ab1", "ab2"):
        logger.log(entry(request_id=name))
    result = run("show", "ab")
    assert result.exit_code == 1
    assert "ab1\nab2" in result.output


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--action", "refund_*"], 2),
        (["--reviewer", "U0BOB"], 1),
        (["--decision", "deny"], 1),
        (["--outcome", "error"], 1),
        (["--text", "BANK"], 1),
        (["--since", "2026-01-31", "--until", "2026-02-01"], 4),
        (["--since", "2026-01-31T12:30:16Z"], 1),
        (["--limit", "3"], 3),
    ],
    ids=str,
)
def test_search(log: Path, story: str, options: list[str], count: int) -> None:
    result = run("search", *options)
    assert (result.exit_code, len(result.output.splitlines())) == (0, count)
    assert len(run("search", "--json", *options).stdout.splitlines()) == count


def test_a_search_that_finds_nothing_is_exit_code_1(log: Path, story: str) -> None:
    assert run("search", "--since", "1h").exit_code == 1
    assert run("search", "--request-id", "nobody").exit_code == 1
    assert run("search", "--since", "eventually").exit_code == 2


def test_stats_count_calls_days_and_reviewers(log: Path, story: str) -> None:
    output = run("stats").output
    assert re.search(r"refund_user\s+1\s+1\s+0\s+0%\s+1\s+33\.0 s\s+1\s+0", output)
    assert re.search(r"drop\s+1\s+0\s+1\s+100%", output)
    assert re.search(r"2026-01-31\s+█+▒+\s+3", output)
    assert re.search(r"U0BOB\s+0\s+1", output)


def test_stats_as_json(log: Path, story: str) -> None:
    document = json.loads(run("stats", "--json").stdout)
    assert document["total"]["calls"] == 3
    assert document["days"] == {"2026-01-31": {"allowed": 2, "denied": 1}}
    assert document["reviewers"]["U0ALICE"] == {"approve": 1}
    assert document["actions"]["lost"]["unfinished"] == 1


def test_stats_of_nothing(log: Path) -> None:
    written(log, 1)
    assert "No decisions" in run("stats", "--since", "2027-01-01").output


def test_unfinished_calls_are_listed_with_the_state_of_their_process(log: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    logger = written(log, 1)
    host = json.dumps(socket.gethostname()).encode()
    for action, old, new in (
        ("running", b"", b""),
        ("gone", b'"pid":%d' % os.getpid(), b'"pid":%d' % gone.pid),
        ("elsewhere", b'"host":' + host, b'"host":"another"'),
    ):
        logger.log(entry(action=action, timestamp=datetime.now(UTC)))
        before, last = log.read_bytes().rsplit(b'{"timestamp"', 1)
        log.write_bytes(before + b'{"timestamp"' + last.replace(old, new))
    output = run("unfinished").output
    assert re.search(r"running\s.*running\?", output)
    assert re.search(r"gone\s.*process is gone", output)
    assert re.search(r"elsewhere\s.*on another host", output)
    documents = [json.loads(line) for line in run("unfinished", "--json").stdout.splitlines()]
    assert [one["entry"]["action"] for one in documents][1:] == ["running", "gone", "elsewhere"]


def test_a_finished_call_is_not_unfinished(log: Path) -> None:
    logger = written(log, 0)
    call = entry()
    logger.log(call)
    logger.log(outcome(call))
    logger.log(entry(decision="deny"))
    assert "Every allowed call has an outcome" in run("unfinished").output


@pytest.mark.parametrize("form", ["csv", "ndjson", "cef", "ocsf"])
def test_export(log: Path, story: str, form: str) -> None:
    result = run("export", "--format", form)
    assert result.exit_code == 0
    assert len(result.stdout_bytes.splitlines()) == 4 + (form == "csv")
    assert run("export", "--format", form, "-o", f"out.{form}").output == ""
    assert Path(f"out.{form}").read_bytes() == result.stdout_bytes


def test_export_never_overwrites(log: Path, story: str) -> None:
    Path("there").write_text("precious")
    result = run("export", "-o", "there")
    assert result.exit_code == 2
    assert Path("there").read_text() == "precious"
    assert run("export", "-o", str(log)).exit_code == 2


def test_export_as_json_is_the_entries(log: Path, story: str) -> None:
    assert run("export", "--json").stdout_bytes == log.read_bytes()
    with open(log) as file:
        assert len(list(csv.reader(file))) == 4


def test_the_log_cannot_act_on_the_terminal(log: Path) -> None:
    evil = "\x1b[2J\x1b]0;title\x07\x9b31m\rfake\n[bold]markup[/bold]"
    logger = written(log, 0)
    call = entry(action=evil, reason=evil, metadata={"kwargs": {evil: evil}, "approver": evil})
    logger.log(call)
    logger.log(outcome(call, outcome="error", error_type=evil, error=evil))
    alter(log, b"fake", b"FAKE")
    for command in (["tail"], ["show", call.request_id], ["search"], ["stats"], ["unfinished"]):
        output = run(*command).output
        assert not set(output) & {"\x1b", "\x07", "\x9b", "\r"}, command
    assert "[bold]markup[/bold]" in run("tail").output


@pytest.mark.parametrize(
    "command", ["verify", "tail", "show", "search", "stats", "unfinished", "export"]
)
def test_help_and_missing_logs(log: Path, command: str) -> None:
    assert run(command, "--help").exit_code == 0
    args = ["abc"] if command == "show" else []
    result = run(command, *args)
    assert result.exit_code == 2
    assert "cannot be read" in result.output


def test_nothing_is_coloured_when_piped(log: Path, story: str) -> None:
    for command in (["verify"], ["tail"], ["show", story], ["stats"], ["unfinished"]):
        assert "\x1b[" not in run(*command).output


def test_a_terminal_gets_colours_and_a_table_of_damage(log: Path) -> None:
    written(log, 60)
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(line.replace(b"number", b"nomber") for line in lines))
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
    assert objects(log)


def test_times_that_are_none_break_no_command(log: Path, story: str) -> None:
    content = log.read_bytes()
    for broken in (b"2026-99-31T12:30:15.123456Z", b"2026-01-31T12:30:15.123456"):
        log.write_bytes(content.replace(b"2026-01-31T12:30:15.123456Z", broken))
        for command in (["tail"], ["show", story], ["stats"], ["unfinished"], ["search"]):
            assert run(*command).exit_code == 0, command


def test_a_call_without_named_arguments_shows_the_positional_ones(log: Path) -> None:
    call = entry(metadata={"args": ["alpha", 7], "asked_at": MOMENT.isoformat()})
    logger = written(log, 0)
    logger.log(call)
    output = run("show", call.request_id).output
    assert re.search(r"0\s+\"alpha\"", output)
    assert re.search(r"1\s+7", output)


def test_a_refusal_shows_the_error_that_led_to_it(log: Path) -> None:
    call = entry(decision="deny", error_type="KeyError", error="no such policy")
    written(log, 0).log(call)
    assert "no such policy" in run("show", call.request_id).output


def test_an_outcome_whose_decision_is_elsewhere_is_shown(log: Path) -> None:
    lonely = outcome(entry())
    written(log, 0).log(lonely)
    assert "success" in run("show", lonely.request_id).output


def test_recoveries_are_seen_in_the_numbers_and_in_verification(log: Path) -> None:
    written(log, 1)
    with open(log, "ab") as file:
        file.write(b'{"timest')
    written(log, 1)
    assert "1 recoveries" in run("stats").output
    assert "note: " in run("verify").output
    assert "recovery" in run("tail").output
    assert len(run("unfinished", "--json").stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (0.25, "0.25 ms"),
        (999, "999 ms"),
        (1500, "1.5 s"),
        (150_000, "2 min"),
        (7_200_000, "2 h"),
        (10 * 86_400_000, "10 days"),
        ("soon", ""),
        (True, ""),
    ],
)
def test_lengths_of_time_are_said_as_people_say_them(milliseconds: object, said: str) -> None:
    assert duration(milliseconds) == said


def test_a_large_log_is_read_with_a_progress_bar(log: Path) -> None:
    written(log, 3)
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
