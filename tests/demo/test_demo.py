"""`sudoagent demo` shows everything, and leaves nothing running, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    # A mark in the environment finds every process that the demonstration started.
    return {**os.environ, "TMPDIR": str(tmp_path), "DEMO_MARK": tmp_path.as_posix()}


def started(mark: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            is_ours = process.environ().get("DEMO_MARK") == mark
            if is_ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:  # among them: it has ended since
            continue
    return found


def assert_nothing_left(mark: str) -> None:
    give_up = time.monotonic() + 30
    while started(mark):
        assert time.monotonic() < give_up, started(mark)
        time.sleep(0.1)
    assert list(Path(mark).iterdir()) == []


def test_without_a_terminal_it_presses_the_buttons_itself(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sudoagent", "demo"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "refunding 20.00 EUR" in done.stdout
    assert "refunding 1500.00 EUR" in done.stdout
    assert "did not run: denied by U0ALICE" in done.stdout
    assert "refunding 9000.00 EUR" not in done.stdout
    assert "The audit log" in done.stdout
    assert_nothing_left(tmp_path.as_posix())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("until", ["starting", "Slack, on this machine", "1500"])
def test_a_signal_ends_it_cleanly_at_any_point(
    tmp_path: Path, environment: dict[str, str], number: int, until: str
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "sudoagent", "demo", "--manual"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        said = ""
        while until not in said:
            line = demo.stdout.readline()
            assert line, said
            said += line
        demo.send_signal(number)
        # Not by communicate(), which does not know of what was read ahead of a line.
        rest = demo.stdout.read()
    assert demo.returncode == 130, said + rest
    assert "Traceback" not in said + rest
    assert "Stopped. Nothing is left running." in rest
    assert_nothing_left(tmp_path.as_posix())
