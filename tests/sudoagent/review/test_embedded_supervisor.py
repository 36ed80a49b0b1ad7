"""The program that runs the embedded server, started by hand as its users start it."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sudoagent.review.embedded import ServerBinary, _supervisor, acquire, find_server
from sudoagent.review.embedded._lease import answers
from sudoagent.review.embedded._place import Place
from support.embedded import ask, is_alive, is_idle, server_pid, supervisor_pid, wait_until


class Starter:
    """Does what a user does who finds no server: holds two locks and runs the program."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.users = place.users_lock.open("w")
        fcntl.flock(self.users, fcntl.LOCK_SH)

    def start(self) -> None:
        with self.place.supervisor_lock.open("w") as lock, self.place.log.open("ab") as log:
            fcntl.flock(lock, fcntl.LOCK_EX)
            arguments = [str(find_server().path), str(self.place.socket), str(lock.fileno())]
            subprocess.run(
                [sys.executable, "-W", "ignore", "-m", _supervisor.__name__, *arguments],
                cwd=self.place.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock.fileno(),),
                start_new_session=True,
                check=True,
            )

    def start_and_wait(self) -> None:
        self.start()
        wait_until(lambda: answers(self.place.socket))

    def leave(self) -> None:
        self.users.close()


@pytest.fixture
def starter(place: Place) -> Iterator[Starter]:
    one = Starter(place)
    yield one
    one.leave()


def test_the_server_ends_with_its_last_user_and_takes_its_socket_along(
    starter: Starter, place: Place
) -> None:
    starter.start_and_wait()
    starter.leave()
    wait_until(lambda: is_idle(place.directory))
    assert not place.socket.exists()


def test_a_user_who_comes_in_the_last_moment_keeps_the_server(
    starter: Starter, place: Place
) -> None:
    starter.start_and_wait()
    pid = server_pid(place.socket)
    starter.leave()
    with acquire(place.directory):
        time.sleep(1.5)  # longer than an unused server is kept
        assert server_pid(place.socket) == pid


def test_sigterm_ends_the_server_in_peace(starter: Starter, place: Place) -> None:
    starter.start_and_wait()
    os.kill(supervisor_pid(place.socket), signal.SIGTERM)
    wait_until(lambda: is_idle(place.directory))
    assert not place.socket.exists()


def test_a_server_that_does_not_end_is_killed(starter: Starter, place: Place) -> None:
    starter.start_and_wait()
    pid = server_pid(place.socket)
    os.kill(pid, signal.SIGSTOP)
    starter.leave()
    wait_until(lambda: not is_alive(pid))


def test_the_server_of_a_deleted_folder_leaves_the_socket_of_the_next_one_alone(
    starter: Starter, place: Place
) -> None:
    starter.start_and_wait()
    old = server_pid(place.socket)
    shutil.rmtree(place.directory)
    place.directory.mkdir(0o700)
    place.socket.touch()
    starter.leave()
    wait_until(lambda: not is_alive(old))
    assert place.socket.exists()


@pytest.mark.parametrize("damage", [b"", b"\0" * 512, b"*3\r\n$3\r\nSET\r\n$1", b"\xff garbage"])
def test_a_damaged_end_of_the_data_costs_nothing_before_it(
    damage: bytes, starter: Starter, place: Place
) -> None:
    starter.start_and_wait()
    ask(place.socket, "SET", "request", "pending")
    ask(place.socket, "SET", "vote", "approve")
    os.kill(server_pid(place.socket), signal.SIGKILL)
    wait_until(lambda: is_idle(place.directory))
    (data,) = place.directory.glob("appendonlydir/*.incr.aof")
    with data.open("ab") as file:
        file.write(damage)
    damaged = data.read_bytes()
    starter.start_and_wait()
    assert ask(place.socket, "MGET", "request", "vote") == ["pending", "approve"]
    copy = place.directory / "appendonlydir.damaged" / data.name
    assert copy.exists() == bool(damage)
    assert not damage or copy.read_bytes() == damaged


@pytest.fixture
def orphan(place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """A server whose supervisor was killed where no kernel ends it: it holds its lock, alone."""
    with ExitStack() as stack:
        lock = stack.enter_context((place.directory / "server.lock").open("w"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        settings: list[str | Path] = [
            "--unixsocket",
            place.socket,
            "--dir",
            place.directory,
            "--appendonly",
            "yes",
        ]
        server = subprocess.Popen(
            [str(find_server().path), "--port", "0", "--appendonly", "yes", *settings],
            stdout=subprocess.DEVNULL,
            pass_fds=(lock.fileno(),),
        )
        stack.close()
        wait_until(lambda: answers(place.socket))
        yield server
        server.kill()
        server.wait()


def test_a_server_without_a_supervisor_is_replaced(
    orphan: subprocess.Popen[bytes], starter: Starter, place: Place
) -> None:
    ask(place.socket, "SET", "request", "pending")
    starter.start_and_wait()
    assert orphan.wait(60) == 0
    assert ask(place.socket, "GET", "request") == "pending"


def test_two_servers_never_write_the_same_data(
    orphan: subprocess.Popen[bytes], starter: Starter, place: Place
) -> None:
    orphan.send_signal(signal.SIGSTOP)
    with pytest.raises(subprocess.CalledProcessError):
        starter.start()
    assert "a server that does not end still holds server.lock" in place.log.read_text()
    assert orphan.poll() is None


@pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")
def test_another_version_of_the_server_reads_the_data(folder: Path) -> None:
    debian = ServerBinary(Path(shutil.which("redis-server") or ""), "PATH")
    for turn, server in enumerate((debian, find_server(), debian)):
        with acquire(folder, server=server) as lease:
            assert ask(lease.socket_path, "RPUSH", "turns", turn) == turn + 1
            ask(lease.socket_path, "BGREWRITEAOF")
            wait_until(lambda: not ask(lease.socket_path, "INFO")["aof_rewrite_in_progress"])
        wait_until(lambda: is_idle(folder))
