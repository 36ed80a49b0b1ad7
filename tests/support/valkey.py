"""Real Valkey and Redis servers to test against, and the proof that every key expires."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
import redis

from sudoagent.review.embedded import find_server
from sudoagent.review.store import ReviewStore

REDIS_SERVER = Path("/usr/bin/redis-server")

_PORT_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_FIRST_PORT = 12_000  # above those that well-known servers use

# The permissions that the operator's page asks for, and nothing else.
PERMISSIONS = (
    "~sudoagent:* &sudoagent:* -@all +hello +auth +ping +select +time +client|setinfo +evalsha "
    "+eval +script|load +script|exists +hget +hmget +hgetall +hset +hsetnx +hincrby +pexpireat "
    "+zadd +zrem +zcard +zrangebyscore +xadd +publish +subscribe +unsubscribe +wait +info"
)


@dataclass
class Server:
    """A server process of the test's own: start it, hurt it, start it again on the same data."""

    binary: str
    folder: Path
    options: Sequence[str] = ()
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        if self.port:
            return f"redis://127.0.0.1:{self.port}"
        return f"unix://{self.folder}/s"

    def start(self) -> Server:
        where = ["--unixsocket", f"{self.folder}/s", "--port", str(self.port)]
        fixed = ["--save", "", "--dir", str(self.folder), "--bind", "127.0.0.1"]
        # A primary waits five seconds for more replicas before it serves the first one.
        fixed += ["--repl-diskless-sync-delay", "0"]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [self.binary, *where, *fixed, *self.options], stdout=log, stderr=log
            )
        eventually(self.answers, "the server answers")
        return self

    def answers(self) -> bool:
        with contextlib.suppress(redis.RedisError), self.client() as client:
            return bool(client.ping())
        return False

    def client(self, **options: object) -> redis.Redis:
        return redis.Redis.from_url(self.url, protocol=2, **options)

    def call(self, *words: object) -> object:
        with self.client() as client:
            return client.execute_command(*words)

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            self.process = None


def eventually(condition, what: str, seconds: float = 60.0) -> None:
    """Wait for a condition with a deadline that only a broken program misses."""
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, f"never came true: {what}"
        time.sleep(0.01)


def free_port() -> int:
    """Return a port on which nobody listens.

    It is below those that the kernel gives to connections: one of them could be any connection's
    own end by the time that somebody listens there, or that somebody looks whether anybody does.
    """
    while True:
        port = random.randrange(_FIRST_PORT, _own_ends())
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _own_ends() -> int:
    """The first port that the kernel gives to a connection."""
    try:
        return int(_PORT_RANGE.read_text().split()[0])
    except OSError:  # not Linux
        return 32768


@contextlib.contextmanager
def running(binary: str, *options: str, port: int = 0) -> Iterator[Server]:
    # A unix socket's path has at most about a hundred characters, and tmp_path is long.
    folder = Path(tempfile.mkdtemp(prefix="sa-"))
    server = Server(binary, folder, options, port)
    try:
        yield server.start()
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def valkey_binary() -> str:
    return str(find_server().path)


def leaking(server: Server, prefix: str) -> list[str]:
    """Return the keys under a prefix that would stay for ever."""
    with server.client() as client:
        keys = list(client.scan_iter(match=prefix + "*", count=1000))
        return [key.decode() for key in keys if client.pttl(key) == -1]


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[Server]:
    """One Valkey for all tests of this process, on a unix socket."""
    with running(valkey_binary(), "--appendonly", "yes", "--appendfsync", "no") as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Server]:
    """Debian's redis-server, where it is installed."""
    if not REDIS_SERVER.exists():
        pytest.skip("redis-server is not installed")
    with running(str(REDIS_SERVER), "--appendonly", "yes", "--appendfsync", "no") as server:
        yield server


@pytest.fixture(params=["valkey", "redis"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each kind of server in turn."""
    return request.getfixturevalue(f"{request.param}_server")


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A Valkey of this test alone, to be hurt; it keeps its data when it is started again."""
    options = ("--appendonly", "yes", "--appendfsync", "always", "--enable-debug-command", "yes")
    with running(valkey_binary(), *options) as server:
        yield server


@pytest.fixture
def namespace(valkey_server: Server) -> Iterator[str]:
    """A namespace of this test alone on ``valkey_server``; at its end, every key must expire."""
    name = f"t{uuid.uuid4().hex[:12]}"
    yield name
    assert leaking(valkey_server, f"sudoagent:{{{name}}}") == []


@pytest.fixture
async def store(server: Server) -> AsyncIterator[ReviewStore]:
    """An open store in a fresh namespace, on each kind of server; its keys must all expire."""
    name = f"t{uuid.uuid4().hex[:12]}"
    async with await ReviewStore.open(server.url, name, patience=30.0) as opened:
        yield opened
    assert leaking(server, f"sudoagent:{{{name}}}") == []


@dataclass
class Cluster:
    """Three primaries, each with a third of the slots."""

    nodes: list[Server]

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A three-node cluster of this test alone."""
    with contextlib.ExitStack() as stack:
        yield _join([stack.enter_context(node()) for _ in range(3)])


def node() -> contextlib.AbstractContextManager[Server]:
    """A server that may join a cluster."""
    port, bus = free_port(), free_port()
    options = ("--cluster-enabled", "yes", "--cluster-port", str(bus), "--appendonly", "no")
    timeouts = ("--cluster-node-timeout", "1000", "--cluster-config-file", f"nodes-{port}.conf")
    return running(valkey_binary(), *options, *timeouts, port=port)


def _join(nodes: list[Server]) -> Cluster:
    bounds = [0, 5461, 10923, 16384]
    for number, one in enumerate(nodes):
        one.call("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        one.call("CLUSTER", "ADDSLOTSRANGE", bounds[number], bounds[number + 1] - 1)
    for one in nodes[1:]:
        bus = one.options[one.options.index("--cluster-port") + 1]
        nodes[0].call("CLUSTER", "MEET", "127.0.0.1", one.port, bus)
    for one in nodes:
        eventually(partial(_is_ok, one), "the cluster is complete")
    return Cluster(nodes)


def _is_ok(node: Server) -> bool:
    info = node.call("CLUSTER", "INFO")
    assert isinstance(info, bytes)
    return b"cluster_state:ok" in info and b"cluster_known_nodes:3" in info


def spawn_python(source: str, *args: str, **options: object) -> subprocess.Popen[str]:
    """Start a Python program of the test's own, which talks over pipes."""
    return subprocess.Popen(
        [sys.executable, "-c", source, *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **options.pop("env", {})},
        **options,
    )


@pytest.fixture
def chaos_rounds() -> int:
    """How often a fault is repeated: `SUDOAGENT_CHAOS_ROUNDS` times, by default seldom."""
    return int(os.environ.get("SUDOAGENT_CHAOS_ROUNDS", "10"))
