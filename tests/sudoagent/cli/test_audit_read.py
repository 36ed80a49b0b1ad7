"""`sudoagent audit tail`, `show`, `search`, `stats`, `unfinished` and `export`."""

from __future__ import annotations

import csv
import json
import os
import re
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sudoagent import AllowAllPolicy, Editable, JsonlAuditLogger, SudoEngine, Verdict
from sudoagent.cli.audit_output import duration
from support.audit import MOMENT, entry, outcome, written
from support.audit_cli import alter, run
from support.parts import Answers, Asks, engine

FORMS = ("csv", "ndjson", "cef", "ocsf")


def test_tail_shows_the_newest_entries_on_one_line_each(audit_log: Path, audit_story: str) -> None:
    result = run("tail", "-n", "2")
    lines = result.output.splitlines()
    assert len(lines) == 2
    assert re.match(r"2026-01-31 12:30:15\.123  \w{8}  ✘ deny      drop\(user_id=", lines[0])
    assert len(run("tail", "-n", "0").output.splitlines()) == 0
    assert run("tail", "-n", "-1").exit_code == 2
    assert len(run("tail").output.splitlines()) == 4


def test_tail_as_json_is_the_lines_themselves(audit_log: Path, audit_story: str) -> None:
    assert run("tail", "--json").stdout_bytes == audit_log.read_bytes()


def test_tail_reads_a_long_file_from_its_end(audit_log: Path) -> None:
    logger = written(audit_log, 1)
    for _ in range(5):
        logger.log(entry(metadata={"args": ["x" * 50_000]}))
    assert len(run("tail", "-n", "4", "--json").stdout.splitlines()) == 4


def test_tail_names_what_is_no_entry(audit_log: Path) -> None:
    audit_log.write_text("hello\n")
    assert "6 bytes that are no entry" in run("tail").output


def test_tail_follows_a_log_through_rotation(audit_log: Path) -> None:
    logger = written(audit_log, 1)
    command = [sys.executable, "-m", "sudoagent", "audit", "tail", "-f", "--json", str(audit_log)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    try:
        guard = threading.Timer(60, process.kill)
        guard.start()
        seen = [json.loads(process.stdout.readline())["seq"]]
        logger.log(entry())
        seen.append(json.loads(process.stdout.readline())["seq"])
        audit_log.rename(audit_log.with_name("sudo_audit.jsonl.1"))
        logger.log(entry())
        seen += [json.loads(process.stdout.readline())["seq"] for _ in range(2)]
        assert seen == [1, 2, 3, 4]
        process.send_signal(2)
        assert process.wait(60) == 0
    finally:
        guard.cancel()
        process.kill()
        process.wait()
        process.stdout.close()


def test_show_tells_the_story_of_a_call(audit_log: Path, audit_story: str) -> None:
    for wanted in (audit_story, audit_story[:9]):
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


def test_show_tells_what_a_reviewer_edited(tmp_path: Path) -> None:
    path = tmp_path / "edited.jsonl"
    approver = Answers(Verdict(outcome="approved", reason="half of it", edits={"amount": 450.0}))
    sudo = engine(Asks(), approver, JsonlAuditLogger(path))
    told = sudo.authorize("refund", {"amount": 1500.0}, editable={"amount": Editable(le=500)})
    output = run("show", told.request_id, str(path)).output
    assert "Edited by the reviewer" in output
    assert "1500.0 → 450.0" in output
    assert "as approved" in output


def test_show_as_json(audit_log: Path, audit_story: str) -> None:
    document = json.loads(run("show", audit_story, "--json").stdout)
    assert document["request_id"] == audit_story
    assert [one["event"] for one in document["entries"]] == ["decision", "outcome"]


def test_show_of_an_unknown_call_is_exit_code_1(audit_log: Path, audit_story: str) -> None:
    result = run("show", "ffffffff-0000")
    assert (result.exit_code, "No call" in result.output) == (1, True)


def test_show_of_a_beginning_that_several_calls_share_lists_them(audit_log: Path) -> None:
    logger = written(audit_log, 0)
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
def test_search(audit_log: Path, audit_story: str, options: list[str], count: int) -> None:
    result = run("search", *options)
    assert (result.exit_code, len(result.output.splitlines())) == (0, count)
    assert len(run("search", "--json", *options).stdout.splitlines()) == count


def test_a_search_that_finds_nothing_is_exit_code_1(audit_log: Path, audit_story: str) -> None:
    assert run("search", "--since", "1h").exit_code == 1
    assert run("search", "--request-id", "nobody").exit_code == 1
    assert run("search", "--since", "eventually").exit_code == 2


def test_stats_count_calls_days_and_reviewers(audit_log: Path, audit_story: str) -> None:
    output = run("stats").output
    assert re.search(r"refund_user\s+1\s+1\s+0\s+0%\s+1\s+33\.0 s\s+1\s+0", output)
    assert re.search(r"drop\s+1\s+0\s+1\s+100%", output)
    assert re.search(r"2026-01-31\s+█+▒+\s+3", output)
    assert re.search(r"U0BOB\s+0\s+1", output)


def test_stats_as_json(audit_log: Path, audit_story: str) -> None:
    document = json.loads(run("stats", "--json").stdout)
    assert document["total"]["calls"] == 3
    assert document["days"] == {"2026-01-31": {"allowed": 2, "denied": 1}}
    assert document["reviewers"]["U0ALICE"] == {"approve": 1}
    assert document["actions"]["lost"]["unfinished"] == 1


def test_stats_of_nothing(audit_log: Path) -> None:
    written(audit_log, 1)
    assert "No decisions" in run("stats", "--since", "2027-01-01").output


def test_unfinished_calls_are_listed_with_the_state_of_their_process(audit_log: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    logger = written(audit_log, 1)
    host = json.dumps(socket.gethostname()).encode()
    for action, old, new in (
        ("running", b"", b""),
        ("gone", b'"pid":%d' % os.getpid(), b'"pid":%d' % gone.pid),
        ("elsewhere", b'"host":' + host, b'"host":"another"'),
    ):
        logger.log(entry(action=action, timestamp=datetime.now(UTC)))
        before, last = audit_log.read_bytes().rsplit(b'{"timestamp"', 1)
        audit_log.write_bytes(before + b'{"timestamp"' + last.replace(old, new))
    output = run("unfinished").output
    assert re.search(r"running\s.*running\?", output)
    assert re.search(r"gone\s.*process is gone", output)
    assert re.search(r"elsewhere\s.*on another host", output)
    documents = [json.loads(line) for line in run("unfinished", "--json").stdout.splitlines()]
    assert [one["entry"]["action"] for one in documents][1:] == ["running", "gone", "elsewhere"]


def test_a_finished_call_is_not_unfinished(audit_log: Path) -> None:
    logger = written(audit_log, 0)
    call = entry()
    logger.log(call)
    logger.log(outcome(call))
    logger.log(entry(decision="deny"))
    assert "Every allowed call has an outcome" in run("unfinished").output


@pytest.mark.parametrize("form", ["csv", "ndjson", "cef", "ocsf"])
def test_export(audit_log: Path, audit_story: str, form: str) -> None:
    result = run("export", "--format", form)
    assert result.exit_code == 0
    assert len(result.stdout_bytes.splitlines()) == 4 + (form == "csv")
    assert run("export", "--format", form, "-o", f"out.{form}").output == ""
    assert Path(f"out.{form}").read_bytes() == result.stdout_bytes


def test_export_never_overwrites(audit_log: Path, audit_story: str) -> None:
    Path("there").write_text("precious")
    result = run("export", "-o", "there")
    assert result.exit_code == 2
    assert Path("there").read_text() == "precious"
    assert run("export", "-o", str(audit_log)).exit_code == 2


def test_export_as_json_is_the_entries(audit_log: Path, audit_story: str) -> None:
    assert run("export", "--json").stdout_bytes == audit_log.read_bytes()
    with open(audit_log) as file:
        assert len(list(csv.reader(file))) == 4


def test_the_log_cannot_act_on_the_terminal(audit_log: Path) -> None:
    evil = "\x1b[2J\x1b]0;title\x07\x9b31m\rfake\n[bold]markup[/bold]"
    logger = written(audit_log, 0)
    call = entry(action=evil, reason=evil, metadata={"kwargs": {evil: evil}, "approver": evil})
    logger.log(call)
    logger.log(outcome(call, outcome="error", error_type=evil, error=evil))
    alter(audit_log, b"fake", b"FAKE")
    for command in (["tail"], ["show", call.request_id], ["search"], ["stats"], ["unfinished"]):
        output = run(*command).output
        assert not set(output) & {"\x1b", "\x07", "\x9b", "\r"}, command
    assert "[bold]markup[/bold]" in run("tail").output


def test_times_that_are_none_break_no_command(audit_log: Path, audit_story: str) -> None:
    content = audit_log.read_bytes()
    for broken in (
        b"2026-99-31T12:30:15.123456Z",
        b"2026-01-31T12:30:15.123456",
        b"0001-01-01T00:00:00+14:00",  # no such moment in UTC
        b"9999-12-31T23:59:59-14:00",
        b"\\u001b[2J\\u001b]0;title",
    ):
        audit_log.write_bytes(content.replace(b"2026-01-31T12:30:15.123456Z", broken))
        for command in (["tail"], ["show", audit_story], ["stats"], ["unfinished"], ["search"]):
            result = run(*command)
            assert result.exit_code == 0, command
            assert "\x1b" not in result.output, command


def test_numbers_that_are_too_large_break_no_command(audit_log: Path) -> None:
    call = entry()
    logger = written(audit_log, 0)
    logger.log(call)
    logger.log(outcome(call))
    alter(audit_log, b'"duration_ms":1.5', b'"duration_ms":1' + b"0" * 400)
    for command in (["tail"], ["show", call.request_id], ["search"]):
        assert run(*command).exit_code == 0, command


def test_nothing_but_text_is_written_for_programs_either(audit_log: Path) -> None:
    written(audit_log, 1)
    alter(audit_log, b'"reason":"entry', '"reason":"\\u001b[2J\x9b31m\u202e'.encode())
    commands = [["search", "--json"], *(["export", "--format", form] for form in FORMS)]
    for command in commands:
        output = run(*command).output
        assert not set(output) & {"\x1b", "\x9b", "\u202e"}, command


def test_a_call_without_named_arguments_shows_the_positional_ones(audit_log: Path) -> None:
    call = entry(metadata={"args": ["alpha", 7], "asked_at": MOMENT.isoformat()})
    logger = written(audit_log, 0)
    logger.log(call)
    output = run("show", call.request_id).output
    assert re.search(r"0\s+\"alpha\"", output)
    assert re.search(r"1\s+7", output)


def test_a_refusal_shows_the_error_that_led_to_it(audit_log: Path) -> None:
    call = entry(decision="deny", error_type="KeyError", error="no such policy")
    written(audit_log, 0).log(call)
    assert "no such policy" in run("show", call.request_id).output


def test_an_outcome_whose_decision_is_elsewhere_is_shown(audit_log: Path) -> None:
    lonely = outcome(entry())
    written(audit_log, 0).log(lonely)
    assert "success" in run("show", lonely.request_id).output


def test_recoveries_are_seen_in_the_numbers_and_in_verification(audit_log: Path) -> None:
    written(audit_log, 1)
    with open(audit_log, "ab") as file:
        file.write(b'{"timest')
    written(audit_log, 1)
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


def test_a_call_that_was_only_authorised_is_not_unfinished(
    audit_log: Path,
) -> None:
    sudo = SudoEngine(policy=AllowAllPolicy(), logger=JsonlAuditLogger(audit_log))
    sudo.authorize("mcp.pay", {"amount": 5})
    assert run("unfinished", "--json").stdout == ""
    assert json.loads(run("stats", "--json").stdout)["actions"]["mcp.pay"]["unfinished"] == 0
