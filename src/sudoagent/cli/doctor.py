"""`sudoagent doctor`: what is missing before somebody can be asked, and what to do about it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path

import click

from sudoagent.setup.examination import Trial, examine
from sudoagent.setup.result import Section

from ._doctor_view import View

__all__ = ["doctor"]


@click.command()
@click.option("--post", is_flag=True, help="Post a test request, and wait for a click.")
@click.option("--no-wait", is_flag=True, help="With --post: withdraw it once it is posted.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    default=120.0,
    show_default=True,
    help="With --post: seconds to wait for a click.",
)
@click.option(
    "--log",
    type=click.Path(path_type=Path),
    default="sudo_audit.jsonl",
    show_default=True,
    help="The audit log to look at.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs: one object.")
def doctor(post: bool, no_wait: bool, timeout: float, log: Path, as_json: bool) -> None:
    """Check everything that asking in Slack needs, and say what to do about what fails.

    Reads the same variables as library and bot. Nothing is changed; --post posts one message.

    Exit code 0: nothing failed, whatever the warnings. 1: something must be changed.
    """
    view = None if as_json else View()
    waiting = None if view is None else lambda: view.wait(timeout, patient=not no_wait)
    trial = Trial(None if no_wait else timeout, waiting or _nothing) if post else None
    try:
        sections = asyncio.run(_examined(log, trial, view))
    finally:
        if view is not None:
            view.rest()
    if view is None:
        click.echo(json.dumps(_document(sections)))
    else:
        view.sum_up(sections)
    sys.exit(1 if _count(sections, "failed") else 0)


async def _examined(log: Path, trial: Trial | None, view: View | None) -> list[Section]:
    sections: list[Section] = []
    async with aclosing(examine(os.environ, log, trial)) as examination:
        async for section in examination:
            sections.append(section)
            if view is not None:
                view.show(section)
    return sections


def _document(sections: list[Section]) -> dict[str, object]:
    return {
        "ok": not _count(sections, "failed"),
        "failed": _count(sections, "failed"),
        "warnings": _count(sections, "warning"),
        "checks": [
            {"section": section.title, **asdict(check)}
            for section in sections
            for check in section.checks
        ],
    }


def _count(sections: list[Section], status: str) -> int:
    return sum(check.status == status for section in sections for check in section.checks)


def _nothing() -> None:
    """Programs are not told to wait."""
