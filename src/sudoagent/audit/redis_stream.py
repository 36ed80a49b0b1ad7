"""A copy of the log off the host: one chain in a Redis stream, for any number of hosts.

Every host appends to the same chain. An entry is sealed to the stream's newest one, and a script
appends it only if that is still the newest; otherwise the entry is sealed again to what came in
between. ``sudoagent audit verify redis://…`` follows it like a file. Whoever may write to Redis can
do to it what whoever may write a file can do to that: anchors find that out.
"""

from __future__ import annotations

import errno
import re
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from ..errors import AuditLogError, ConfigurationError
from ..redaction import Redactor
from ._entry import AuditEntry
from ._fork import watch
from ._line import DEFAULT_MAX_ENTRY_BYTES, LineEncoder
from .chain import GENESIS, Link, seal

if TYPE_CHECKING:
    import redis

    from .verification import Anchor, Place
    from .verify import Report

__all__ = ["RedisStreamAuditLogger", "stream_head", "stream_key", "stream_lines", "verify_stream"]

_KEPT = 400 * 86400.0  # seconds; a year and a month, as auditors ask for

_SEQ, _HASH = re.compile(rb"[1-9][0-9]{0,17}"), re.compile(rb"[0-9a-f]{64}")
_NOT_OURS = "the head of the audit stream in Redis is none that a logger left"

# Appends the line if the head is as expected. A client may send a script again when its reply was
# lost, so a head that is this very line already is a success. A head that is gone or older than one
# that this logger saw means that entries were lost: going on after what was seen leaves a gap that
# verification finds.
_APPEND = """
local seq, hash = unpack(redis.call('HMGET', KEYS[2], 'seq', 'hash'))
if hash == ARGV[4] then return {1, seq, hash} end
local behind = not hash or tonumber(seq) < tonumber(ARGV[2]) - 1
if hash ~= ARGV[1] and not behind then return {0, seq, hash} end
redis.call('XADD', KEYS[1], '*', 'line', ARGV[3])
redis.call('HSET', KEYS[2], 'seq', ARGV[2], 'hash', ARGV[4])
local now = redis.call('TIME')
local expires = now[1] * 1000 + ARGV[5]
redis.call('PEXPIREAT', KEYS[1], expires)
redis.call('PEXPIREAT', KEYS[2], expires)
return {1, ARGV[2], ARGV[4]}
"""


class RedisStreamAuditLogger:
    """Appends entries to a chained stream in Redis.

    ``url`` as for ``REDIS_URL``. ``namespace`` separates deployments. ``retention``: seconds after
    which a stream that nobody appends to is dropped. ``timeout`` (seconds) bounds each entry, lost
    connections and other hosts' appends included. A failure is an ``AuditLogError``.
    """

    def __init__(
        self,
        url: str,
        *,
        namespace: str = "default",
        retention: float = _KEPT,
        timeout: float = 5.0,
        max_entry_bytes: int = DEFAULT_MAX_ENTRY_BYTES,
        agent: str | None = None,
        redactor: Redactor | None = None,
    ) -> None:
        if retention <= 0 or timeout <= 0:
            raise ConfigurationError("retention and timeout: give positive numbers of seconds")
        self._client = _connect(url, timeout)
        self._keys = [stream_key(namespace), f"{stream_key(namespace)}:head"]
        self._append = self._client.register_script(_APPEND)
        self._expiry = str(int(retention * 1000))
        self._timeout = timeout
        self._encoder = LineEncoder(agent=agent, limit=max_entry_bytes, redactor=redactor)
        self._tail = GENESIS
        self.after_fork()
        watch(self)

    @property
    def head(self) -> str | None:
        """The newest place in the chain that this logger knows, as ``"seq:hash12"``."""
        return str(self._tail) if self._tail.seq else None

    def log(self, entry: AuditEntry) -> None:
        """Append the entry. Raises ``AuditLogError``."""
        import redis

        body, deadline = self._encoder.entry(entry), time.monotonic() + self._timeout
        if not self._mutex.acquire(timeout=self._timeout):
            raise AuditLogError("the audit stream in Redis is busy: another thread waits too long")
        try:
            self._append_after_newest(body, deadline)
        except redis.RedisError as error:
            raise AuditLogError(
                f"the audit stream in Redis cannot be written ({type(error).__name__}): see "
                "whether the server can be reached, has memory left, and lets this user append"
            ) from error
        finally:
            self._mutex.release()

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def after_fork(self) -> None:
        """Start anew in a forked child; called by itself. redis-py looks after its connections."""
        self._mutex = threading.Lock()

    def _append_after_newest(self, body: bytes, deadline: float) -> None:
        while time.monotonic() < deadline:
            line, link = seal(body, self._tail)
            args: list[str | int | bytes] = [self._tail.hash, link.seq, line, link.hash]
            done, seq, found = self._append(keys=self._keys, args=[*args, self._expiry])
            newest = _link(seq, found)
            if newest is None:
                raise AuditLogError(f"{_NOT_OURS}: find out who wrote it, then delete its key")
            self._tail = newest
            if done:
                return
        raise AuditLogError("the audit stream in Redis is too busy: other hosts were always first")


def stream_key(namespace: str) -> str:
    """Return the name of the namespace's stream."""
    return f"sudoagent:{{{namespace}}}:audit"


def stream_lines(url: str, namespace: str) -> Iterator[tuple[Place, bytes]]:
    """Yield the lines of a stream with their ids, oldest first. Raises ``redis.RedisError``."""
    from .verification import Place

    client = _connect(url, 5.0)
    name, number, start = f"{url.rpartition('@')[2]} {stream_key(namespace)}", 0, "-"
    try:
        while batch := cast(Any, client.xrange(stream_key(namespace), start, "+", count=1000)):
            for entry_id, fields in batch:
                number += 1
                yield Place(name, number, entry_id.decode()), fields.get(b"line", b"")
            start = f"({batch[-1][0].decode()}"
    finally:
        client.close()


def verify_stream(url: str, namespace: str, anchors: Sequence[Anchor] = ()) -> Report:
    """Verify a stream as ``verify_files`` does files. Raises ``OSError`` when it cannot be read."""
    import redis

    from .verification import Anchor
    from .verify import verify_lines

    name = url.rpartition("@")[2]
    try:
        head = stream_head(url, namespace)
        witnesses = list(anchors)
        if head is not None:
            witnesses.append(Anchor(head.seq, head.hash, "the stream's head", vouches=False))
        return verify_lines(name, stream_lines(url, namespace), witnesses)
    except redis.RedisError as error:
        raise OSError(errno.EIO, f"{type(error).__name__} from Redis", name) from error


def stream_head(url: str, namespace: str) -> Link | None:
    """Return the link that the stream's head names.

    Raises ``redis.RedisError``, and ``OSError`` for a head that no logger left.
    """
    client = _connect(url, 5.0)
    try:
        seq, found = cast(Any, client.hmget(f"{stream_key(namespace)}:head", ["seq", "hash"]))
    finally:
        client.close()
    if not seq or not found:
        return None
    link = _link(seq, found)
    if link is None:
        raise OSError(errno.EINVAL, _NOT_OURS, url.rpartition("@")[2])
    return link


def _link(seq: bytes, found: bytes | None) -> Link | None:
    # Whoever can write to Redis can write anything there.
    if found is None or _SEQ.fullmatch(seq) is None or _HASH.fullmatch(found) is None:
        return None
    return Link(int(seq), found.decode())


def _connect(url: str, timeout: float) -> redis.Redis:
    import redis

    try:
        # One retry at once: the script may run twice, and the head tells.
        return redis.Redis.from_url(url, socket_timeout=timeout, socket_connect_timeout=timeout)
    except ValueError as error:
        raise ConfigurationError(
            "the audit stream needs a Redis address: redis://, rediss:// or unix://"
        ) from error
