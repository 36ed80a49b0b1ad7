"""`sudoagent audit verify`."""

from __future__ import annotations

import dataclasses
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sudoagent.errors import ConfigurationError

from .audit_options import JSON, NAMESPACE, PATHS, as_paths, readable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from rich.console import Console

    from sudoagent.audit.verification import Anchor, Damage
    from sudoagent.audit.verify import Report

__all__ = ["verify"]

_MOST_SHOWN = 50
_REDIS = ("redis://", "rediss://", "unix://")


@click.command()
@PATHS
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar="SEQ:HASH",
    help="A head that was seen elsewhere, as in every Slack message. May be given several times.",
)
@click.option(
    "--public-key",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Require checkpoints that this Ed25519 key signed.",
)
@click.option(
    "--checkpoints",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where they are; beside the log unless given.",
)
@NAMESPACE
@JSON
def verify(
    paths: tuple[str, ...],
    anchors: tuple[str, ...],
    public_key: Path | None,
    checkpoints: Path | None,
    namespace: str,
    as_json: bool,
) -> None:
    """Tell whether a log is as it was written.

    PATH may also be a redis:// address, for the copy that RedisStreamAuditLogger keeps.

    Exit code 0: intact. 1: tampered with or damaged; every finding is listed with file, line and
    offset. 2: it cannot be read.
    """
    began = time.perf_counter()
    with readable():
        reports = _reports(paths, _anchors(anchors), public_key, checkpoints, namespace)
    seconds = time.perf_counter() - began
    for report in reports:
        if as_json:
            _print_json(report, seconds)
        else:
            _print(report, seconds)
    sys.exit(0 if all(report.intact for report in reports) else 1)


def _anchors(given: tuple[str, ...]) -> list[Anchor]:
    from sudoagent.audit.verify import parse_anchor

    try:
        return [parse_anchor(text) for text in given]
    except ConfigurationError as error:
        raise click.BadParameter(error.reason, param_hint="--anchor") from error


def _key(file: Path | None) -> Ed25519PublicKey | None:
    from sudoagent.audit.checkpoint import load_public_key

    try:
        return load_public_key(file) if file is not None else None
    except ConfigurationError as error:
        raise click.BadParameter(error.reason, param_hint="--public-key") from error


def _reports(
    given: tuple[str, ...],
    anchors: list[Anchor],
    public_key: Path | None,
    checkpoints: Path | None,
    namespace: str,
) -> list[Report]:
    from sudoagent.audit.verify import verify_files

    from .audit_output import reading

    reports = [
        _stream(address, namespace, anchors) for address in given if address.startswith(_REDIS)
    ]
    files = tuple(path for path in given if not path.startswith(_REDIS))
    if files or not reports:
        key, paths = _key(public_key), as_paths(files)
        with reading(paths, "verifying") as progress:
            reports += verify_files(
                paths, anchors=anchors, key=key, checkpoints=checkpoints, progress=progress
            )
    return reports


def _stream(address: str, namespace: str, anchors: list[Anchor]) -> Report:
    from sudoagent.audit.redis_stream import verify_stream

    return verify_stream(address, namespace, anchors)


def _print_json(report: Report, seconds: float) -> None:
    from .audit_output import print_json

    document: dict[str, Any] = {"intact": report.intact, **dataclasses.asdict(report)}
    document["damage"] = [
        {"kind": one.kind, **one.place._asdict(), "seq": one.seq, "detail": one.detail}
        for one in report.damage
    ]
    document["seconds"] = round(seconds, 3)
    print_json(document)


def _print(report: Report, seconds: float) -> None:
    from .audit_output import console, plain

    screen = console()
    name = plain(os.path.relpath(report.log) if os.path.isabs(report.log) else report.log)
    if report.intact:
        screen.print(f"✔ {name} is intact", style="bold green")
    else:
        count = f"{report.damage_count:,} finding{'s' if report.damage_count != 1 else ''}"
        screen.print(f"✘ {name} is not as it was written: {count}", style="bold red")
    screen.print(f"  {_facts(report, seconds)}", style="dim")
    if report.damage:
        _print_damage(screen, report)
    for note in report.notes[:_MOST_SHOWN]:
        screen.print(f"  note: {plain(note, 300)}", style="yellow", soft_wrap=True)


def _facts(report: Report, seconds: float) -> str:
    files = len(report.files)
    facts = [f"{report.entries:,} entries in {files} file{'s' if files != 1 else ''}"]
    if report.head:
        facts.append(f"head {report.head}")
    speed = f" ({report.entries / seconds:,.0f} entries/s)" if report.entries > 10_000 else ""
    facts.append(f"{seconds:.1f} s{speed}")
    return " · ".join(facts)


def _print_damage(screen: Console, report: Report) -> None:
    from rich.table import Table
    from rich.text import Text

    from .audit_output import plain

    if not screen.is_terminal:
        for damage in report.damage:
            screen.print(f"{_where(damage)}: {damage.kind}: {plain(damage.detail)}", soft_wrap=True)
        return
    table = Table(box=None, header_style="bold", padding=(0, 2), expand=False)
    for name in ("Damage", "Entry", "Line", "Offset", "What was found", "File"):
        table.add_column(name, justify="right" if name in ("Entry", "Line", "Offset") else "left")
    for damage in report.damage[:_MOST_SHOWN]:
        table.add_row(
            Text(damage.kind, style="red"),
            str(damage.seq or ""),
            str(damage.place.line),
            str(damage.place.offset),
            Text(plain(damage.detail)),
            Text(plain(os.path.basename(damage.place.file)), style="dim"),
        )
    screen.print(table)
    if report.damage_count > _MOST_SHOWN:
        screen.print(f"  … and {report.damage_count - _MOST_SHOWN:,} more: see --json", style="dim")


def _where(damage: Damage) -> str:
    from .audit_output import plain

    return f"{plain(damage.place.file)}:{damage.place.line}:{damage.place.offset}"
