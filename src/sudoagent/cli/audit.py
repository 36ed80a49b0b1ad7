"""`sudoagent audit`: verifying, reading and exporting the audit log."""

from __future__ import annotations

import click

from .audit_export import export
from .audit_search import search, show, unfinished
from .audit_signing import checkpoint, keygen
from .audit_stats import stats
from .audit_tail import tail
from .audit_verify import verify

__all__ = ["audit"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def audit() -> None:
    """Verify, read and search the audit log.

    PATH is a log file, ./sudo_audit.jsonl unless given; its rotated files are found beside it.
    """


for _command in (verify, tail, show, search, stats, unfinished, export, keygen, checkpoint):
    audit.add_command(_command)
