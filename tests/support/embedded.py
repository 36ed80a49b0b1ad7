"""Real users of a real embedded server: folders of their own, and processes to be killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis

from sudoagent.review.embedded._lease import answers
from sudoagent.review.embedded._place import Place

# Executes what it is told, line by line, and says so; ends when nobody tells it anything any more.
PROGRAM = """
import os, signal, subprocess, sys
from pathlib import Path
from sudoagent.review.embedded import acquire
lease = acquire(Path(sys.argv[1]), timeout=60)
print("ready", flush=True)
for line in sys.stdin:
    exec(line)
    print("done", flush=True)
"""


class User:
    """A process that holds a lease on the embedded server of a folder."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, **environ},
        )

    def ready(self) -> User:
        assert self.line() == "ready"
        return self

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def do(self, statement: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(statement + "\n")
        self.process.stdin.flush()

    def leave(self) -> int:
        """End the program; return its status once nobody holds its output open."""
        self.process.communicate(timeout=60)
        return self.process.returncode

    def send(self, number: int) -> None:
        """Send the signal to the program and its children, as a terminal does."""
        os.killpg(self.process.pid, number)
        self.leave()


def wait_until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not become true within a minute"
        time.sleep(0.02)


def ask(socket: Path, *command: str | int) -> Any:
    """Send one command to the server."""
    with redis.Redis(unix_socket_path=str(socket), decode_responses=True) as client:
        return client.execute_command(*command)


def server_pid(socket: Path) -> int:
    return int(ask(socket, "INFO", "server")["process_id"])


def supervisor_pid(socket: Path) -> int:
    return int(psutil.Process(server_pid(socket)).ppid())


def is_alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def is_idle(folder: Path) -> bool:
    """Say whether neither a server nor its supervisor is left, going by the locks they hold."""
    return all(_is_free(folder / name) for name in ("server.lock", "supervisor.lock"))


def _is_free(path: Path) -> bool:
    try:
        with path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True


@pytest.fixture
def folder() -> Iterator[Path]:
    """A private state folder with a path short enough for a socket; left without processes."""
    # pytest's own tmp_path is too long for a socket under xdist.
    path = Path(tempfile.mkdtemp(prefix="sudoagent-test-", dir="/tmp")).resolve()
    yield path
    socket = Place.at(path).socket
    if answers(socket):  # It would end by itself, half a second later.
        os.kill(supervisor_pid(socket), signal.SIGTERM)
    wait_until(lambda: is_idle(path))
    shutil.rmtree(path)


@pytest.fixture
def user(folder: Path) -> Iterator[Callable[..., User]]:
    """Start users of the folder; whoever is left at the end of the test is killed."""
    users: list[User] = []

    def start(**environ: str) -> User:
        users.append(User(folder, **environ))
        return users[-1]

    yield start
    for one in users:
        if one.process.poll() is None:
            one.send(signal.SIGKILL)


@pytest.fixture
def place(folder: Path) -> Place:
    return Place.at(folder)
