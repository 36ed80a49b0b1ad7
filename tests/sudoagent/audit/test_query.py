"""Finding, counting and exporting entries."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sudoagent.audit import JsonlAuditLogger
from sudoagent.audit.formats import rendered
from sudoagent.audit.query import Filter, calls, lines_holding, records
from sudoagent.audit.record import Record
from sudoagent.audit.statistics import collect, seconds_to_decide
from support.audit import MOMENT, entry, outcome, written


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def vote(user: str, choice: str = "approve") -> dict[str, Any]:
    return {"choice": choice, "team_id": "T1", "user_id": user, "at": None, "comment": None}


def asked(user: str, choice: str = "approve", seconds: float = 30) -> dict[str, Any]:
    return {
        "kwargs": {"amount": 7},
        "policy_decision": "require_approval",
        "votes": [vote(user, choice)],
        "slack_message_ts": f"{MOMENT.timestamp() - seconds:.6f}",
        "approver": "slack",
    }


@pytest.fixture
def story(log: Path) -> dict[str, str]:
    """Four calls: approved, denied, failed, and one without an outcome."""
    logger = JsonlAuditLogger(log, durability="os")
    approved = entry(metadata=asked("U1"))
    denied = entry(decision="deny", action="drop_table", metadata=asked("U2", "deny", 90))
    failed = entry(timestamp=MOMENT + timedelta(days=1), reason="émigré")
    lost = entry(action="Bank.pay", metadata={"kwargs": {"note": "needle in hay"}})
    logger.log(approved)
    logger.log(denied)
    logger.log(outcome(approved))
    logger.log(failed)
    logger.log(outcome(failed, outcome="error", error_type="ValueError", error="=cmd()"))
    logger.log(lost)
    return {
        "approved": approved.request_id,
        "denied": denied.request_id,
        "failed": failed.request_id,
        "lost": lost.request_id,
    }


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({}, 6),
        ({"action": "refund_user"}, 4),
        ({"action": "Bank.*"}, 1),
        ({"action": "refund"}, 0),
        ({"reviewer": "U2"}, 1),
        ({"reviewer": "U"}, 0),
        ({"decision": "deny"}, 1),
        ({"outcome": "error"}, 1),
        ({"text": "NEEDLE"}, 1),
        ({"text": "ÉMIGRÉ"}, 1),
        ({"since": MOMENT + timedelta(hours=1)}, 1),
        ({"until": MOMENT + timedelta(hours=1)}, 5),
        ({"since": MOMENT, "until": MOMENT}, 0),
        ({"action": "refund_user", "decision": "allow", "outcome": "success"}, 1),
    ],
    ids=str,
)
def test_entries_fit_every_criterion(
    log: Path, story: dict[str, str], wanted: dict[str, Any], count: int
) -> None:
    assert len(list(records([log], Filter(**wanted)))) == count


def test_a_call_is_found_by_its_id_and_by_the_beginning_of_it(
    log: Path, story: dict[str, str]
) -> None:
    for wanted in (story["approved"], story["approved"][:10]):
        found = calls(records([log], Filter(request_id=wanted)))
        assert [one.event for one in found[story["approved"]]] == ["decision", "outcome"]


def test_an_id_inside_other_text_is_not_the_call(log: Path) -> None:
    wanted = str(uuid.uuid4())
    logger = written(log, 1)
    logger.log(entry(reason=f'"request_id":"{wanted}"'))
    assert list(records([log], Filter(request_id=wanted))) == []


def test_rotated_files_are_read_in_order(log: Path) -> None:
    written(log, 20, rotate=2500)
    assert [one.seq for one in records([log])] == list(range(1, max_seq(log) + 1))


def max_seq(log: Path) -> int:
    return max(one.seq for one in records([log]))


@pytest.mark.parametrize("chunk", [64, 100, 1000, 1 << 20])
def test_lines_are_found_across_the_edges_of_what_is_read_at_once(
    log: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr("sudoagent.audit.query._CHUNK", chunk)
    lines = [f"{number} {'x' * (number * 7 % 300)} end{number % 10}\n" for number in range(300)]
    log.write_text("".join(lines) + "last end5")
    found = [line.decode() for line in lines_holding(log, b"end5")]
    assert found == [line for line in lines if "end5" in line] + ["last end5"]
    read: list[int] = []
    assert len(list(lines_holding(log, b"", read.append))) == 301
    assert sum(read) == log.stat().st_size


def test_calls_are_counted_by_action_day_and_reviewer(log: Path, story: dict[str, str]) -> None:
    found = collect(records([log]))
    assert {name: (one.allowed, one.denied) for name, one in found.actions.items()} == {
        "refund_user": (2, 0),
        "drop_table": (0, 1),
        "Bank.pay": (1, 0),
    }
    assert found.actions["refund_user"].failed == 1
    assert found.actions["Bank.pay"].unfinished == 1
    assert found.actions["drop_table"].denied_share == 1
    assert dict(found.days) == {"2026-01-31": [2, 1], "2026-02-01": [1, 0]}
    assert found.reviewers == {"U1": {"approve": 1}, "U2": {"deny": 1}}
    assert found.total.median_wait == pytest.approx(60)
    assert collect([]).total.median_wait is None
    assert collect([]).total.denied_share == 0


def test_recoveries_are_counted(log: Path) -> None:
    written(log, 1)
    with open(log, "ab") as file:
        file.write(b'{"timest')
    written(log, 1)
    assert collect(records([log])).recoveries == 1


@pytest.mark.parametrize(
    ("metadata", "seconds"),
    [
        ({}, None),
        ({"slack_message_ts": "garbage"}, None),
        ({"slack_message_ts": f"{MOMENT.timestamp() - 5:.6f}"}, 5),
        ({"asked_at": (MOMENT - timedelta(seconds=9)).isoformat()}, 9),
        ({"asked_at": MOMENT.isoformat(), "decided_at": "2026-01-31T12:31:15.123456Z"}, 60),
        ({"asked_at": "2027-01-01T00:00:00Z"}, 0),
        ({"asked_at": 7}, None),
    ],
    ids=str,
)
def test_how_long_people_took(log: Path, metadata: dict[str, Any], seconds: float | None) -> None:
    JsonlAuditLogger(log, durability="os").log(entry(metadata=metadata))
    (record,) = records([log])
    took = seconds_to_decide(record)
    assert took == (pytest.approx(seconds, abs=1e-3) if seconds is not None else None)


def test_nobody_was_asked_about_a_call_that_was_allowed_for_a_while(log: Path) -> None:
    known = {"policy_decision": "require_approval", "asked_at": MOMENT.isoformat()}
    logger = JsonlAuditLogger(log, durability="os")
    logger.log(entry(metadata=known))
    logger.log(entry(metadata={**known, "grant_request_id": "6d1c"}))
    total = collect(records([log])).total
    assert (total.allowed, total.asked, len(total.waits)) == (2, 1, 1)


def test_a_timestamp_that_is_none_is_in_no_range(log: Path) -> None:
    written(log, 1)
    log.write_bytes(log.read_bytes().replace(b"2026-01-31T", b"2026-99-31T"))
    assert list(records([log], Filter(since=MOMENT))) == []
    assert len(list(records([log]))) == 1


def test_ndjson_is_the_entries_themselves(log: Path, story: dict[str, str]) -> None:
    assert "".join(rendered(records([log]), "ndjson")).encode() == log.read_bytes()


def test_csv_has_a_row_for_each_entry_and_runs_no_formula(log: Path, story: dict[str, str]) -> None:
    text = "".join(rendered(records([log]), "csv"))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [int(row["seq"]) for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[0]["reviewers"] == "U1:approve"
    assert json.loads(rows[0]["arguments"]) == {"amount": 7}
    assert rows[4]["error"] == "'=cmd()"


def test_cef_has_one_line_for_each_entry_and_fields_that_cannot_be_forged(log: Path) -> None:
    logger = JsonlAuditLogger(log, durability="os")
    logger.log(entry(action="a|b\\c\nd", reason="x=1\nact=deny \\", metadata=asked("U1")))
    (line,) = rendered(records([log]), "cef")
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert line.startswith("CEF:0|sudoagent|sudoagent|1|decision|a\\|b\\\\c d allow|3|")
    assert " reason=x\\=1\\nact\\=deny \\\\ " in line
    assert f"rt={int(MOMENT.timestamp() * 1000)} " in line


def test_ocsf_is_an_api_activity(log: Path, story: dict[str, str]) -> None:
    events = [json.loads(line) for line in rendered(records([log]), "ocsf")]
    assert {event["class_uid"] for event in events} == {6003}
    assert [event["action"] for event in events][:2] == ["Allowed", "Denied"]
    assert events[0]["api"] == {
        "operation": "refund_user",
        "request": {"uid": story["approved"]},
    }
    assert events[0]["time"] == int(MOMENT.timestamp() * 1000)
    assert [event["status_id"] for event in events] == [1, 2, 1, 1, 2, 1]


@pytest.mark.parametrize("form", ["csv", "cef", "ocsf", "ndjson"])
def test_entries_about_the_log_itself_are_exported_too(log: Path, form: str) -> None:
    written(log, 4, rotate=1500)
    assert len(list(rendered(_all(log), form))) == max_seq(log) + (form == "csv")


def _all(log: Path) -> Iterable[Record]:
    return records([log])


def test_a_broken_timestamp_is_exported_as_zero(log: Path) -> None:
    written(log, 1)
    log.write_bytes(log.read_bytes().replace(b"2026-01-31T", b"2026-99-31T"))
    (line,) = rendered(records([log]), "ocsf")
    assert json.loads(line)["time"] == 0
