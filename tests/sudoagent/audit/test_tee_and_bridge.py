"""Several logs at once, and Python's logging as one of them."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from sudoagent.audit import AuditEntry, JsonlAuditLogger, LoggingAuditLogger, TeeAuditLogger
from sudoagent.errors import AuditLogError, ConfigurationError
from support.audit import entry, objects, outcome


class Broken:
    """A logger that cannot write, and says too much about it."""

    def log(self, entry: AuditEntry) -> None:
        raise RuntimeError("secret")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


async def test_every_logger_gets_every_entry(log: Path) -> None:
    other = log.with_name("copy.jsonl")
    logger = TeeAuditLogger(JsonlAuditLogger(log), JsonlAuditLogger(other, durability="os"))
    logger.log(entry())
    await logger.alog(entry())
    assert len(objects(log)) == len(objects(other)) == 2
    assert logger.head is not None


async def test_one_that_fails_fails_the_entry_and_tells_no_value(log: Path) -> None:
    logger = TeeAuditLogger(JsonlAuditLogger(log), Broken())
    for attempt in (lambda: logger.log(entry()), lambda: logger.alog(entry())):
        with pytest.raises(AuditLogError) as caught:  # noqa: PT012
            waiting = attempt()
            if waiting is not None:
                await waiting
        assert caught.value.reason == "Broken could not record the entry: RuntimeError"


def test_the_one_that_counts_is_asked_first(log: Path) -> None:
    log.mkdir()
    copy = log.with_name("copy.jsonl")
    logger = TeeAuditLogger(JsonlAuditLogger(log), JsonlAuditLogger(copy))
    with pytest.raises(AuditLogError, match="is a directory"):
        logger.log(entry())
    assert not copy.exists()
    assert logger.head is None


def test_a_tee_into_nothing_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="at least one"):
        TeeAuditLogger()


def test_entries_reach_logging_as_json(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "sudoagent.audit")
    logger = LoggingAuditLogger()
    allowed = entry()
    logger.log(allowed)
    logger.log(entry(decision="deny"))
    logger.log(outcome(allowed, outcome="error"))
    logger.log(outcome(allowed))
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING", "WARNING", "INFO"]
    assert json.loads(caplog.messages[0])["request_id"] == allowed.request_id
    assert caplog.records[0].audit is allowed  # type: ignore[attr-defined]


def test_a_logger_that_is_switched_off_costs_nothing() -> None:
    silent = logging.getLogger("sudoagent.audit.silent")
    silent.setLevel(logging.CRITICAL)
    LoggingAuditLogger(silent).log(entry(metadata={"value": object()}))
