"""`sudoagent audit keygen` and `checkpoint`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .audit_options import DEFAULT, JSON, readable

__all__ = ["checkpoint", "keygen"]


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def keygen(path: Path) -> None:
    """Make an Ed25519 key: the private one at PATH, the public one beside it as PATH.pub."""
    from sudoagent.audit.checkpoint import create_key

    public = create_key(path)
    click.echo(f"private key: {path}  (keep it where the agent cannot read it)")
    click.echo(f"public key:  {public}  (for `sudoagent audit verify --public-key`)")


@click.command()
@click.argument("path", default=DEFAULT, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--key", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The checkpoints file; beside the log unless given.",
)
@JSON
def checkpoint(path: Path, key: Path, to: Path | None, as_json: bool) -> None:
    """Verify a log and sign its newest entry.

    For a timer, on a machine or as a user that the agent cannot become. A log that is not intact is
    not signed: exit code 1.
    """
    from sudoagent.audit.checkpoint import append, checkpoints_path, load_private_key, sign
    from sudoagent.audit.verify import verify_files

    from .audit_output import print_json

    private = load_private_key(key)
    with readable():
        report = verify_files([path])[0]
        if not report.intact or report.last is None:
            click.secho(f"{path} is not intact: see `sudoagent audit verify`", fg="red", err=True)
            sys.exit(1)
        signed = sign(report.last, private)
        append(to or checkpoints_path(path), signed)
    if as_json:
        print_json(signed)
    else:
        click.echo(f"signed {report.head}")
