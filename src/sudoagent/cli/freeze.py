"""`sudoagent freeze`, `unfreeze` and `status`."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

from sudoagent.display import visible
from sudoagent.review.store import FreezeState, ReviewStore

from ._store import Place, operator, place_options

__all__ = ["freeze", "status", "unfreeze"]


@click.command()
@click.option("--reason", required=True, help="Why, in a sentence; agents and reviewers read it.")
@place_options
def freeze(place: Place, reason: str) -> None:
    """Stop everything that is guarded in the namespace, within a second.

    New calls are denied, waiting ones too, and nobody can approve, until `sudoagent unfreeze`.
    """
    if not reason.strip():
        raise click.BadParameter("say why", param_hint="--reason")

    async def work(store: ReviewStore) -> bool:
        return await store.presence.freeze(reason, operator())

    if place.run(work):
        click.secho(f"Frozen: nothing in namespace {place.namespace!r} runs.", fg="cyan")
    else:
        click.echo("It was frozen already; see `sudoagent status`.")


@click.command()
@place_options
def unfreeze(place: Place) -> None:
    """Let guarded calls run again."""

    async def work(store: ReviewStore) -> bool:
        return await store.presence.unfreeze(operator())

    if place.run(work):
        click.secho(f"Guarded calls in namespace {place.namespace!r} run again.", fg="green")
    else:
        click.echo("It was not frozen.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@place_options
def status(place: Place, as_json: bool) -> None:
    """Say whether guarded calls may run, which bots listen, and which server is used."""

    async def work(store: ReviewStore) -> dict[str, object]:
        frozen, bots = await store.presence.freeze_state(), await store.presence.bots()
        pending = await store.pending()
        return {
            "namespace": store.namespace,
            "frozen": frozen.frozen,
            "reason": frozen.reason if frozen.frozen else None,
            "by": frozen.by if frozen.frozen else None,
            "since": _when(frozen),
            "bots": list(bots),
            "pending": len(pending),
            "server": store.facts.sentence,
            "warnings": list(store.facts.warnings),
        }

    facts = place.run(work)
    if as_json:
        click.echo(json.dumps(facts))
    else:
        _tell(facts)


def _when(state: FreezeState) -> str | None:
    if not state.frozen:
        return None
    return datetime.fromtimestamp(state.at / 1000, UTC).isoformat(timespec="seconds")


def _tell(facts: dict[str, object]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    if facts["frozen"]:
        words = f"frozen since {facts['since']} by {facts['by']}: {facts['reason']}"
        grid.add_row("state", Text(visible(words), style="bold cyan"))
    else:
        grid.add_row("state", Text("guarded calls may run", style="green"))
    bots = facts["bots"]
    assert isinstance(bots, list)
    listening = Text(f"{len(bots)} listening" if bots else "none: start one with sudoagent-bot")
    listening.stylize("green" if bots else "yellow")
    grid.add_row("bots", listening)
    grid.add_row("requests", f"{facts['pending']} pending")
    grid.add_row("namespace", Text(str(facts["namespace"])))
    grid.add_row("server", Text(str(facts["server"])))
    warnings = facts["warnings"]
    assert isinstance(warnings, list)
    for warning in warnings:
        grid.add_row(Text("warning", style="yellow"), Text(warning))
    Console(highlight=False).print(grid)
