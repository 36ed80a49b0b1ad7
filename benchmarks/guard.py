"""What a guard costs: an allowed call, durable and not, beside the floors of this machine.

    python benchmarks/guard.py [--directory DIR] [--quick] [--json]

The floors are measured in the same run, on the same disk: opening, appending one line of the size
that the log writes, and closing; appending it and syncing; calling the bare function. The directory
should be on the disk that a log would be on.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sudoagent import AllowAllPolicy, JsonlAuditLogger, SudoEngine
from sudoagent.audit import AuditEntry
from sudoagent.audit.chain import GENESIS, seal
from sudoagent.audit.query import records

ROUNDS = 7  # each figure is the median of so many


@dataclass(frozen=True)
class Figure:
    """One measurement: microseconds for one call (of one thread), and calls a second of all."""

    name: str
    microseconds: float
    per_second: float
    floor: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many floors one call costs."""
        return self.microseconds / self.floor if self.floor else None


def refund_user(user_id: str, refund_amount: float) -> None:
    """Do nothing: only the guard is measured."""


def guarded(log: Path, durability: str) -> Callable[[], None]:
    logger = JsonlAuditLogger(log, durability=durability)  # type: ignore[arg-type]
    call = SudoEngine(policy=AllowAllPolicy(), logger=logger).guard()(refund_user)
    return lambda: call("u_8842", 12.5)


def timed(work: Callable[[], object], calls: int) -> float:
    """Return microseconds for one call: the median of several rounds."""
    work()
    rounds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(calls // ROUNDS + 1):
            work()
        rounds.append((time.perf_counter() - began) / (calls // ROUNDS + 1))
    return statistics.median(rounds) * 1e6


def line_of_a_call(folder: Path) -> bytes:
    """Return the line that a guarded call's decision becomes."""
    log = folder / "sample.jsonl"
    guarded(log, "os")()
    return log.read_bytes().split(b"\n")[0] + b"\n"


def floors(folder: Path, line: bytes, calls: int) -> dict[str, float]:
    path = folder / "floor"
    text = line.decode()

    def open_append_close() -> None:
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)

    def append_and_sync() -> None:
        os.write(descriptor, line)
        os.fdatasync(descriptor)

    bare = timed(lambda: refund_user("u_8842", 12.5), calls * 10)
    plain = timed(open_append_close, calls)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        synced = timed(append_and_sync, calls // 10)
    finally:
        os.close(descriptor)
    return {"bare call": bare, "open, append, close": plain, "append, fdatasync": synced}


def grow(log: Path, line: bytes, entries: int) -> None:
    """Write a log of so many entries, properly sealed."""
    body = line.split(b',"seq":')[0] + b"}"
    after = GENESIS
    with open(log, "wb", buffering=1 << 20) as file:
        for _ in range(entries):
            sealed, after = seal(body, after)
            file.write(sealed)
    os.chmod(log, 0o600)


def in_threads(work: Callable[[], object], count: int, calls: int) -> float:
    """Return calls a second of all threads together."""
    gate = threading.Barrier(count + 1)

    def loop() -> None:
        gate.wait()
        for _ in range(calls):
            work()

    threads = [threading.Thread(target=loop) for _ in range(count)]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return count * calls / (time.perf_counter() - began)


def _process(log: Path, durability: str, calls: int, gate: threading.Barrier) -> None:
    work = guarded(log, durability)
    work()
    gate.wait()
    for _ in range(calls):
        work()
    gate.wait()


def in_processes(log: Path, durability: str, count: int, calls: int) -> float:
    """Return calls a second of all processes together."""
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(count + 1)
    processes = [
        context.Process(target=_process, args=(log, durability, calls, gate)) for _ in range(count)
    ]
    for process in processes:
        process.start()
    gate.wait()
    began = time.perf_counter()
    gate.wait()
    seconds = time.perf_counter() - began
    for process in processes:
        process.join()
    return count * calls / seconds


class Measuring:
    """Takes the figures one after the other, each in a file of its own."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        self._folder = folder
        self._calls = 1000 if quick else 5000
        self._lengths = (0, 10_000) if quick else (0, 10_000, 1_000_000)
        self._threads = (1, 4, 16) if quick else (1, 2, 4, 8, 16, 32)
        self._processes = (1, 4) if quick else (1, 2, 4, 8)
        self._line = line_of_a_call(folder)
        self.floors = floors(folder, self._line, self._calls)

    def all(self) -> Iterator[Figure]:
        yield self._without_log()
        for durability, floor in (("os", "open, append, close"), ("sync", "append, fdatasync")):
            calls = self._calls if durability == "os" else self._calls // 5
            limit = self.floors[floor]
            for length in self._lengths:
                with self._log(length) as log:
                    took = timed(guarded(log, durability), calls)
                yield Figure(f"{durability}, {length:,} entries before", took, 1e6 / took, limit)
            for count in self._threads:
                with self._log(0) as log:
                    rate = in_threads(guarded(log, durability), count, calls // count + 1)
                yield Figure(f"{durability}, {count} threads", 1e6 / rate * count, rate)
            for count in self._processes:
                with self._log(0) as log:
                    rate = in_processes(log, durability, count, calls // count + 1)
                yield Figure(f"{durability}, {count} processes", 1e6 / rate * count, rate)

    def _without_log(self) -> Figure:
        class Nowhere:
            def log(self, entry: AuditEntry) -> None:
                """Record nothing, to tell what the engine costs by itself."""

        call = SudoEngine(policy=AllowAllPolicy(), logger=Nowhere()).guard()(refund_user)
        took = timed(lambda: call("u_8842", 12.5), self._calls)
        return Figure("guard without a log", took, 1e6 / took)

    @contextmanager
    def _log(self, length: int) -> Iterator[Path]:
        log = self._folder / "measured.jsonl"
        if length:
            grow(log, self._line, length)
        try:
            yield log
            assert next(records([log])), "nothing was written"
        finally:
            for path in self._folder.glob("measured*"):
                path.unlink()


def shown(measured: dict[str, float], figures: list[Figure]) -> Table:
    table = Table(title="An allowed guarded call", title_style="bold", box=None)
    for name in ("", "µs", "calls/s", "× floor"):
        table.add_column(name, justify="left" if not name else "right")
    for name, took in measured.items():
        table.add_row(name, f"{took:,.2f}", f"{1e6 / took:,.0f}", "", style="dim")
    for figure in figures:
        ratio = f"{figure.ratio:.2f}" if figure.ratio is not None else ""
        table.add_row(
            figure.name, f"{figure.microseconds:,.1f}", f"{figure.per_second:,.0f}", ratio
        )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--directory", type=Path, help="on the disk to measure")
    parser.add_argument("--quick", action="store_true", help="fewer calls, no long log")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sudoagent-bench-", dir=options.directory))
    console = Console()
    try:
        with console.status("measuring"):
            measuring = Measuring(folder, quick=options.quick)
            figures = list(measuring.all())
    finally:
        shutil.rmtree(folder)
    if options.json:
        found = [{**asdict(figure), "ratio": figure.ratio} for figure in figures]
        print(json.dumps({"floors": measuring.floors, "figures": found}, indent=1))
    else:
        console.print(shown(measuring.floors, figures))


if __name__ == "__main__":
    main()
