"""`sudoagent grants list` and `sudoagent grants revoke ID`: what is allowed for a while."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import click

from sudoagent.display import visible
from sudoagent.errors import ConfigurationError
from sudoagent.review.grants import opened_grant
from sudoagent.review.request import MalformedRecord, is_request_id
from sudoagent.review.seal import BadSeal
from sudoagent.review.store import ReviewStore, RevokeReply, StandingGrant, StoredReview

from ._store import Place, deployment_keyring, operator, place_options

__all__ = ["grants"]


@click.group()
def grants() -> None:
    """What reviewers allowed for a while, and an end to it."""


@grants.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs: one object a line.")
@place_options
def list_(place: Place, as_json: bool) -> None:
    """List what is allowed now without asking, the one that ends first at first."""

    async def work(store: ReviewStore) -> list[dict[str, Any]]:
        standing = await store.grants.standing()
        stored = await store.read_many([one.request_id for one in standing])
        return [_account(one, stored[one.request_id], store.namespace) for one in standing]

    accounts = place.run(work)
    if as_json:
        for account in accounts:
            click.echo(json.dumps(account))
    else:
        _show(accounts)


@grants.command()
@click.argument("request_id")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@place_options
def revoke(place: Place, request_id: str, as_json: bool) -> None:
    """End what was allowed with a request: the next such call is asked about again.

    Needs no key, so that nothing is in the way of it.
    """
    if not is_request_id(request_id):
        raise ConfigurationError(
            f"{request_id!r} is no request id: `sudoagent grants list` shows them"
        )

    async def work(store: ReviewStore) -> RevokeReply | None:
        standing = {one.request_id: one for one in await store.grants.standing()}
        one = standing.get(request_id)
        return await store.grants.revoke(one.key, request_id, operator()) if one else None

    reply = place.run(work)
    kind = "unknown" if reply is None else reply.kind
    if as_json:
        click.echo(json.dumps({"request_id": request_id, "result": kind}))
    if kind != "revoked":
        raise click.ClickException(
            "nothing is allowed with this request now: it is over, or never was; see "
            "`sudoagent grants list`"
        )
    if reply is not None and not reply.durable:
        raise click.ClickException("revoked, but no replica has confirmed it: look again")
    if not as_json:
        click.secho("Revoked: such calls are asked about again.", fg="green")


def _account(
    one: StandingGrant, stored: StoredReview | MalformedRecord | None, namespace: str
) -> dict[str, Any]:
    account: dict[str, Any] = {"request_id": one.request_id, "until": _time(one.until)}
    try:
        if stored is None or isinstance(stored, MalformedRecord):
            raise BadSeal("the request that it came with cannot be read")
        grant = opened_grant(stored, deployment_keyring(), namespace)
    except BadSeal as problem:
        return {**account, "problem": str(problem)}
    request, offer = grant.request, grant.request.offer
    same = offer.same if offer is not None else ()
    return {
        **account,
        "until": _time(grant.until),
        "action": request.action,
        "agent": request.agent,
        "requester": request.requester,
        "environment": request.environment,
        "same": {a.name: a.value for a in request.arguments if a.name in same},
        "granted_by": f"{grant.vote.team_id}/{grant.vote.user_id}",
        "uses": stored.grant_uses,
    }


def _show(accounts: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    if not accounts:
        console.print("Nothing is allowed for a while.")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("until", "uses", "what passes, by whom, id"):
        table.add_column(column, overflow="fold")
    for account in accounts:
        until, uses, *lines = _cells(account)
        number = Text(visible(account["request_id"]), style="dim")
        shown = [Text(visible(line)) for line in lines]
        table.add_row(until, uses, Text("\n").join([*shown, number]))
    console.print(table)


def _cells(account: dict[str, Any]) -> tuple[str, ...]:
    if "problem" in account:
        return (account["until"], "", account["problem"])
    same = ", ".join(f"{n}={json.dumps(v, ensure_ascii=False)}" for n, v in account["same"].items())
    return (
        account["until"],
        str(account["uses"]),
        f"{account['action']}({same})" + (f", {account['agent']}" if account["agent"] else ""),
        account["granted_by"],
    )


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")
