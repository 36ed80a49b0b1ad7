"""The life of the embedded server: who starts it, who keeps it, and what ends it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from sudoagent.review.embedded import acquire
from sudoagent.review.embedded._place import Place
from support.embedded import (
    PROGRAM,
    User,
    ask,
    is_alive,
    is_idle,
    server_pid,
    supervisor_pid,
    wait_until,
)

Start = Callable[..., User]


def test_the_first_user_starts_it_and_the_last_one_ends_it(folder: Path) -> None:
    with acquire(folder) as first, acquire(folder) as second:
        assert first.url == second.url
        pid = server_pid(first.socket_path)
        first.close()
        second.ensure()
        assert server_pid(second.socket_path) == pid
    wait_until(lambda: not is_alive(pid))


def test_what_was_stored_is_there_after_everybody_was_gone(folder: Path) -> None:
    with acquire(folder) as lease:
        ask(lease.socket_path, "SET", "request", "pending")
    wait_until(lambda: is_idle(folder))
    with acquire(folder) as lease:
        assert ask(lease.socket_path, "GET", "request") == "pending"


def test_it_says_what_it_is(folder: Path) -> None:
    with acquire(folder) as lease:
        assert lease.description == f"embedded, this machine only ({folder})"


def test_eight_processes_that_start_it_at_once_share_one_server(
    folder: Path, user: Start, place: Place
) -> None:
    for one in [user() for _ in range(8)]:
        one.ready()
    servers = [
        process.pid
        for process in psutil.process_iter(["name", "cmdline"])  # None for what just ended
        if (process.info["name"] or "").startswith("valkey-server")
        and str(place.socket) in " ".join(process.info["cmdline"] or ())
    ]
    assert servers == [server_pid(place.socket)]


def test_eight_threads_that_start_it_at_once_share_one_server(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        leases = list(pool.map(lambda _: acquire(folder), range(8)))
    assert len({server_pid(lease.socket_path) for lease in leases}) == 1
    for lease in leases:
        lease.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_the_last_user_is_killed(
    number: int, user: Start, folder: Path, place: Place
) -> None:
    one = user().ready()
    pid = server_pid(place.socket)
    one.send(number)
    wait_until(lambda: not is_alive(pid) and is_idle(folder))


def test_ctrl_c_for_the_user_who_started_it_leaves_it_to_the_others(
    folder: Path, user: Start, place: Place
) -> None:
    one = user().ready()
    with acquire(folder) as lease:
        pid = server_pid(place.socket)
        one.send(signal.SIGINT)
        lease.ensure()
        assert server_pid(lease.socket_path) == pid


def test_whoever_reads_the_output_of_the_starter_is_not_kept_waiting(
    folder: Path, user: Start
) -> None:
    one = user().ready()
    with acquire(folder) as lease:
        assert one.leave() == 0  # reads to the end of a pipe that the server would hold open
        assert ask(lease.socket_path, "PING")


def test_the_starter_is_left_without_children(folder: Path) -> None:
    with acquire(folder) as lease:
        own = {child.pid for child in psutil.Process().children()}
        assert supervisor_pid(lease.socket_path) not in own
        assert not [child for child in psutil.Process().children() if not is_alive(child.pid)]


def test_secrets_in_the_environment_of_the_starter_stay_there(user: Start, place: Place) -> None:
    user(SLACK_BOT_TOKEN="xoxb-secret", HARMLESS="1").ready()
    for pid in (server_pid(place.socket), supervisor_pid(place.socket)):
        assert not {"SLACK_BOT_TOKEN", "HARMLESS"} & set(psutil.Process(pid).environ())


def test_a_killed_server_comes_back_with_everything_it_acknowledged(folder: Path) -> None:
    acknowledged: list[int] = []

    def write(socket: Path) -> None:
        with redis.Redis(unix_socket_path=str(socket), retry=Retry(NoBackoff(), 0)) as client:
            for number in range(1_000_000):
                client.rpush("votes", number)
                acknowledged.append(number)

    with acquire(folder) as lease, ThreadPoolExecutor(1) as pool:
        written = pool.submit(write, lease.socket_path)
        wait_until(lambda: len(acknowledged) > 200)
        os.kill(server_pid(lease.socket_path), signal.SIGKILL)
        assert isinstance(written.exception(), redis.ConnectionError)
        lease.ensure()
        stored = ask(lease.socket_path, "LRANGE", "votes", 0, -1)
        assert [int(number) for number in stored][: len(acknowledged)] == acknowledged


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_supervisor_takes_the_server_along_and_both_come_back(
    number: int, folder: Path
) -> None:
    with acquire(folder) as lease:
        ask(lease.socket_path, "SET", "request", "pending")
        old = server_pid(lease.socket_path)
        os.kill(supervisor_pid(lease.socket_path), number)
        if sys.platform == "linux" or number == signal.SIGTERM:
            wait_until(lambda: not is_alive(old))
        lease.ensure()
        assert server_pid(lease.socket_path) != old
        assert ask(lease.socket_path, "GET", "request") == "pending"


def test_a_forked_child_that_outlives_its_parent_does_not_keep_it(
    user: Start, folder: Path, place: Place
) -> None:
    one = user().ready()
    one.do("child = os.fork() or signal.pause()")
    assert one.line() == "done"
    one.do("print(child, flush=True)")
    child = int(one.line())
    pid = server_pid(place.socket)
    os.kill(one.process.pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(pid) and is_idle(folder))
    assert is_alive(child)
    one.send(signal.SIGKILL)


def test_a_forked_child_that_ensures_holds_it_for_itself(
    user: Start, folder: Path, place: Place
) -> None:
    one = user().ready()
    one.do("if not os.fork(): lease.ensure(); print('held', flush=True); signal.pause()")
    assert {one.line(), one.line()} == {"done", "held"}
    pid = server_pid(place.socket)
    os.kill(one.process.pid, signal.SIGKILL)
    time.sleep(1.5)  # longer than an unused server is kept
    assert is_alive(pid)
    one.send(signal.SIGKILL)
    wait_until(lambda: not is_alive(pid))


def test_a_forked_child_that_closes_does_not_close_its_parents_lease(
    user: Start, place: Place
) -> None:
    one = user().ready()
    pid = server_pid(place.socket)
    one.do("child = os.fork() or (lease.close(), sys.exit())")
    one.do("os.waitpid(child, 0)")
    assert [one.line(), one.line()] == ["done", "done"]
    time.sleep(1.5)  # longer than an unused server is kept
    assert is_alive(pid)


def test_a_fork_while_another_thread_starts_the_server_deadlocks_nobody(folder: Path) -> None:
    program = PROGRAM.replace("lease = acquire", "starts = lambda: acquire") + (
        "import threading, warnings\n"
        "warnings.simplefilter('ignore', DeprecationWarning)\n"  # fork and threads, from 3.12
        "thread = threading.Thread(target=starts); thread.start()\n"
        "child = os.fork()\n"
        "lease = starts(); lease.close()\n"
        "if child: thread.join(); print(os.waitpid(child, 0)[1])\n"
        "os._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["ready", "0"]


def test_a_folder_deleted_by_hand_is_started_afresh(folder: Path) -> None:
    with acquire(folder) as lease:
        old = server_pid(lease.socket_path)
        shutil.rmtree(folder)
        lease.ensure()
        wait_until(lambda: not is_alive(old))
        lease.ensure()
        new = server_pid(lease.socket_path)
        time.sleep(1.5)  # longer than an unused server is kept
        assert new != old
        assert is_alive(new)


def test_two_folders_have_a_server_each(folder: Path) -> None:
    for name in ("one", "two"):
        (folder / name).mkdir(0o700)
    with acquire(folder / "one") as one, acquire(folder / "two") as two:
        ask(one.socket_path, "SET", "request", "pending")
        assert ask(two.socket_path, "GET", "request") is None
    wait_until(lambda: is_idle(folder / "one") and is_idle(folder / "two"))


def test_a_path_too_long_for_a_socket_gets_a_private_short_one(folder: Path) -> None:
    deep = folder / ("d" * 60) / ("e" * 60)
    with acquire(deep) as lease, acquire(deep) as other:
        assert lease.socket_path == other.socket_path
        assert len(os.fsencode(lease.socket_path)) < 104
        assert lease.socket_path.parent.stat().st_mode & 0o777 == 0o700
        assert lease.socket_path.stat().st_mode & 0o777 == 0o700
    wait_until(lambda: is_idle(deep))
    lease.socket_path.parent.rmdir()


def test_any_path_survives_the_way_through_the_url(folder: Path) -> None:
    odd = folder / "a b 50%25?#ü'\""
    with acquire(odd) as lease, redis.Redis.from_url(lease.url) as client:
        assert client.ping()
    wait_until(lambda: is_idle(odd))


def test_only_its_owner_can_reach_the_socket(folder: Path) -> None:
    before = os.umask(0)
    try:
        with acquire(folder / "new") as lease:
            assert (folder / "new").stat().st_mode & 0o777 == 0o700
            assert lease.socket_path.stat().st_mode & 0o777 == 0o700
    finally:
        os.umask(before)
    wait_until(lambda: is_idle(folder / "new"))


def test_a_closed_lease_starts_nothing(folder: Path) -> None:
    lease = acquire(folder)
    lease.close()
    lease.close()
    with pytest.raises(ValueError, match="closed"):
        lease.ensure()
