"""The copy in Redis: one chain for many hosts, verified like a file."""

from __future__ import annotations

import signal
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sudoagent.audit import JsonlAuditLogger, RedisStreamAuditLogger, TeeAuditLogger
from sudoagent.audit.redis_stream import stream_head, stream_key, stream_lines, verify_stream
from sudoagent.audit.verify import parse_anchor
from sudoagent.errors import AuditLogError, ConfigurationError
from support.audit import ended, entry, forked
from support.valkey import Server, leaking


@dataclass
class Stream:
    server: Server
    namespace: str

    def logger(self, **options: object) -> RedisStreamAuditLogger:
        return RedisStreamAuditLogger(self.server.url, namespace=self.namespace, **options)  # type: ignore[arg-type]

    def kinds(self, *anchors: str) -> list[str]:
        known = [parse_anchor(one) for one in anchors]
        report = verify_stream(self.server.url, self.namespace, known)
        return [damage.kind for damage in report.damage]

    def ids(self) -> list[bytes]:
        with self.server.client() as client:
            return [one for one, _ in client.xrange(stream_key(self.namespace))]


@pytest.fixture
def stream(server: Server) -> Iterator[Stream]:
    name = f"t{uuid.uuid4().hex[:12]}"
    yield Stream(server, name)
    assert leaking(server, f"sudoagent:{{{name}}}") == []


def test_many_loggers_write_one_chain(stream: Stream) -> None:
    loggers = [stream.logger() for _ in range(3)]
    for _ in range(5):
        for logger in loggers:
            logger.log(entry())
    report = verify_stream(stream.server.url, stream.namespace)
    assert (report.intact, report.entries) == (True, 15)
    assert report.head == loggers[2].head == str(stream_head(stream.server.url, stream.namespace))
    for logger in loggers:
        logger.close()


def test_writers_at_once_do_not_lose_or_fork_the_chain(stream: Stream) -> None:
    def work() -> None:
        logger = stream.logger(timeout=20)
        for _ in range(25):
            logger.log(entry())
        logger.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report = verify_stream(stream.server.url, stream.namespace)
    assert (report.intact, report.entries) == (True, 100)


def test_a_logger_can_be_used_on_both_sides_of_a_fork(stream: Stream) -> None:
    logger = stream.logger()
    logger.log(entry())
    assert ended(forked(lambda: logger.log(entry()))) == 0
    logger.log(entry())
    assert stream.kinds() == []
    logger.close()


def test_damage_in_a_stream_is_found(stream: Stream) -> None:
    logger = stream.logger()
    for _ in range(5):
        logger.log(entry())
    key, ids = stream_key(stream.namespace), stream.ids()
    with stream.server.client() as client:
        client.xdel(key, ids[2])
        assert stream.kinds() == ["missing"]
        client.xdel(key, ids[4])
        assert stream.kinds() == ["missing", "truncated"]
    logger.close()


def test_a_stream_that_was_dropped_leaves_a_gap(stream: Stream) -> None:
    logger = stream.logger()
    for _ in range(3):
        logger.log(entry())
    head = logger.head
    assert head is not None
    with stream.server.client() as client:
        client.delete(stream_key(stream.namespace), f"{stream_key(stream.namespace)}:head")
    assert stream.kinds(head) == ["truncated"]
    logger.log(entry())
    assert stream.kinds() == ["missing"]
    logger.close()


def test_a_head_that_was_rolled_back_leaves_a_gap(stream: Stream) -> None:
    logger = stream.logger()
    key = stream_key(stream.namespace)
    logger.log(entry())
    with stream.server.client() as client:
        first = client.hgetall(f"{key}:head")
        logger.log(entry())
        client.hset(f"{key}:head", mapping=first)
        client.xdel(key, stream.ids()[1])
    logger.log(entry())
    assert stream.kinds() == ["missing"]
    logger.close()


@pytest.mark.parametrize(
    "head",
    [
        {"seq": "9" * 5000, "hash": "f" * 64},
        {"seq": "9" * 30, "hash": "f" * 64},
        {"seq": "1e3", "hash": "f" * 64},
        {"hash": b"\xff"},
        {"hash": '"}\n{'},
    ],
)
def test_a_head_that_was_forged_is_not_followed(stream: Stream, head: dict[str, str]) -> None:
    logger = stream.logger()
    logger.log(entry())
    with stream.server.client() as client:
        client.hset(f"{stream_key(stream.namespace)}:head", mapping=head)
    with pytest.raises(AuditLogError, match="none that a logger left"):
        logger.log(entry())
    assert len(stream.ids()) == 1
    with pytest.raises(OSError, match="none that a logger left"):
        verify_stream(stream.server.url, stream.namespace)
    logger.close()


def test_places_in_a_stream_are_its_ids(stream: Stream) -> None:
    logger = stream.logger()
    logger.log(entry())
    ((place, line),) = stream_lines(stream.server.url, stream.namespace)
    assert place.offset == stream.ids()[0].decode()
    assert line.endswith(b'"}\n')
    logger.close()


def test_a_server_that_is_gone_is_an_error_in_time(own_server: Server) -> None:
    logger = RedisStreamAuditLogger(own_server.url, timeout=1)
    logger.log(entry())
    own_server.kill()
    with pytest.raises(AuditLogError, match="cannot be written"):
        logger.log(entry())
    with pytest.raises(OSError, match="from Redis"):
        verify_stream(own_server.url, "default")
    own_server.start()
    logger.log(entry())
    assert verify_stream(own_server.url, "default").intact
    logger.close()


def test_a_writer_that_is_never_first_is_told(stream: Stream) -> None:
    logger = stream.logger(timeout=1e-9)
    with pytest.raises(AuditLogError, match="too busy"):
        logger.log(entry())
    logger.close()


def test_a_tee_keeps_the_log_and_its_copy(stream: Stream, tmp_path: Path) -> None:
    copy = stream.logger()
    logger = TeeAuditLogger(JsonlAuditLogger(tmp_path / "audit.jsonl"), copy)
    logger.log(entry())
    assert stream.kinds() == []
    copy.close()


@pytest.mark.parametrize("url", ["", "localhost", "http://localhost"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="redis://"):
        RedisStreamAuditLogger(url)


@pytest.mark.parametrize("option", ["timeout", "retention"])
def test_limits_that_are_none_are_refused(option: str) -> None:
    with pytest.raises(ConfigurationError, match="positive"):
        RedisStreamAuditLogger("redis://localhost", **{option: 0})  # type: ignore[arg-type]


def test_a_thread_that_waits_too_long_for_another_is_told(own_server: Server) -> None:
    logger = RedisStreamAuditLogger(own_server.url, timeout=1.0)
    logger.log(entry())
    own_server.signal(signal.SIGSTOP)
    errors: list[str] = []

    def work() -> None:
        with pytest.raises(AuditLogError) as caught:
            logger.log(entry())
        errors.append(caught.value.reason)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    own_server.signal(signal.SIGCONT)
    assert len(errors) == 3
    logger.close()
