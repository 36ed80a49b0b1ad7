"""The controlling terminal, and how another thread ends a wait for it."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from sudoagent.approvers._tty import Terminal, Withdrawal
from support.terminal import Screen


@pytest.fixture
def pair() -> Iterator[tuple[int, Terminal]]:
    """The far end of a terminal, and the terminal."""
    far, near = os.openpty()
    terminal = Terminal(near)
    yield far, terminal
    terminal.stream.close()
    os.close(near)
    os.close(far)


def soon() -> float:
    return time.monotonic() + 60


class TestReading:
    def test_one_line(self, pair: tuple[int, Terminal]) -> None:
        far, terminal = pair
        os.write(far, "jà\nrest\n".encode())

        assert terminal.read_line(soon()) == "jà\n"
        assert terminal.read_line(soon()) == "rest\n"

    def test_nothing_at_the_deadline(self, pair: tuple[int, Terminal]) -> None:
        assert pair[1].read_line(time.monotonic() + 0.01) is None
        assert pair[1].read_line(time.monotonic() - 5) is None

    def test_the_end_of_input_is_an_empty_line(self, pair: tuple[int, Terminal]) -> None:
        os.write(pair[0], b"\x04")

        assert pair[1].read_line(soon()) == ""

    def test_what_was_typed_before_is_forgotten(self, pair: tuple[int, Terminal]) -> None:
        far, terminal = pair
        os.write(far, b"y\n")
        assert os.read(far, 100)  # echoed: it has arrived
        terminal.forget_typed()
        os.write(far, b"n\n")

        assert terminal.read_line(soon()) == "n\n"

    def test_a_program_with_many_open_files_can_ask(self, pair: tuple[int, Terminal]) -> None:
        far, terminal = pair
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
        high = fcntl.fcntl(terminal._descriptor, fcntl.F_DUPFD_CLOEXEC, 1100)
        try:
            asks = Terminal(high)
            assert asks.read_line(time.monotonic() + 0.01) is None
            os.write(far, b"y\n")
            assert asks.read_line(time.monotonic() + 1e9) == "y\n"
            asks.stream.close()
        finally:
            os.close(high)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    @pytest.mark.parametrize("seconds", [60.0, 1e9])
    def test_an_interrupt_in_the_moment_before_the_wait_is_not_lost(
        self, pair: tuple[int, Terminal], seconds: float
    ) -> None:
        def interrupt() -> None:
            # As in that moment: the signal has arrived, and ends no wait of the main thread.
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)

        other = threading.Timer(0.05, interrupt)

        def ask() -> None:
            other.start()
            pair[1].read_line(time.monotonic() + seconds)

        with pytest.raises(KeyboardInterrupt):
            ask()
        other.join()

    def test_bytes_that_are_no_text_are_no_yes(self, pair: tuple[int, Terminal]) -> None:
        os.write(pair[0], b"\xff\n")

        assert pair[1].read_line(soon()) == "\ufffd\n"


class TestWithdrawal:
    def test_it_ends_a_wait_that_began_before(self, pair: tuple[int, Terminal]) -> None:
        withdrawal = Withdrawal()
        other = threading.Timer(0.05, withdrawal.withdraw)
        other.start()

        assert pair[1].read_line(soon(), withdrawal) is None
        other.join()
        withdrawal.close()

    def test_it_wins_over_a_line_that_was_typed_meanwhile(self, pair: tuple[int, Terminal]) -> None:
        withdrawal = Withdrawal()
        withdrawal.withdraw()
        os.write(pair[0], b"y\n")

        assert pair[1].read_line(soon(), withdrawal) is None
        assert withdrawal.withdrawn
        withdrawal.close()

    def test_it_may_come_too_late(self) -> None:
        withdrawal = Withdrawal()
        withdrawal.close()

        withdrawal.withdraw()

        assert withdrawal.withdrawn


def test_the_terminals_mode_is_given_back(in_terminal: Callable[..., Screen]) -> None:
    screen = in_terminal(
        """
        import termios, tty
        from sudoagent.approvers._tty import controlling_terminal
        tty.setraw(0)
        before = termios.tcgetattr(0)
        with controlling_terminal() as terminal:
            during = termios.tcgetattr(0)
            terminal.stream.write("hello\\n")
        print("SAME", termios.tcgetattr(0) == before, bool(during[3] & termios.ECHO))
        """
    )
    screen.end()

    assert "hello" in screen.shown
    assert "SAME True True" in screen.shown
