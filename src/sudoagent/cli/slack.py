"""`sudoagent slack manifest`."""

from __future__ import annotations

import os

import click

from sudoagent.errors import ConfigurationError
from sudoagent.setup.manifest import as_json, as_yaml
from sudoagent.setup.manifest import manifest as manifest_of
from sudoagent.setup.scopes import DEFAULTS, FEATURES, Feature
from sudoagent.slack.wording import template, use_wording, wording_from

__all__ = ["slack"]

_CHOICE = click.Choice(list(FEATURES))


def _explained() -> str:
    width = max(map(len, FEATURES))
    lines = (
        f"  {name.ljust(width)}  {'+' if name in DEFAULTS else ' '} {what}"
        for name, (what, _) in FEATURES.items()
    )
    return "\b\nFeatures (+: unless taken out by --without):\n" + "\n".join(lines)


@click.group()
def slack() -> None:
    """What the Slack app must be."""


@slack.command(epilog=_explained())
@click.option("--with", "added", type=_CHOICE, multiple=True, help="A feature more.")
@click.option("--without", "removed", type=_CHOICE, multiple=True, help="A feature less.")
@click.option("--http", "request_url", metavar="URL", help="Slack delivers to this https address.")
@click.option("--name", default="sudoagent", show_default=True, help="What the app is called.")
@click.option("--json", "as_json_", is_flag=True, help="JSON, without comments.")
def manifest(
    added: tuple[Feature, ...],
    removed: tuple[Feature, ...],
    request_url: str | None,
    name: str,
    as_json_: bool,
) -> None:
    """Print the app manifest, with exactly the scopes that the chosen features need.

    Paste it at https://api.slack.com/apps → Create New App → From a manifest; of an app that
    exists, under App Manifest, and reinstall the app. Without --http the bot connects to Slack
    (Socket Mode) and needs no address.
    """
    features = {*DEFAULTS, *added} - set(removed)
    document = manifest_of(features, name=name, request_url=request_url)
    click.echo(as_json(document) if as_json_ else as_yaml(document).rstrip("\n"))


@slack.command()
def texts() -> None:
    """Print everything that is said in Slack, as a file to translate or reword.

    Keep the lines that you change, and set SUDOAGENT_TEXTS to the file's path, for the agents and
    for sudoagent-bot alike. If it is set already, your own words are printed.
    """
    try:
        use_wording(wording_from(os.environ))
    except ConfigurationError as error:
        raise click.ClickException(error.reason) from None
    click.echo(template(), nl=False)
