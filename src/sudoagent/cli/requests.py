"""`sudoagent requests list` and `sudoagent requests show ID`: what is pending, without Slack."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import click

from sudoagent.errors import ConfigurationError
from sudoagent.review.recount import check_borne_out, opened_outcome, opened_request, tally
from sudoagent.review.request import MalformedRecord, Request, is_request_id
from sudoagent.review.seal import BadSeal, Keyring
from sudoagent.review.store import ReviewStore, StoredReview

from ._store import Place, deployment_keyring, place_options

__all__ = ["requests"]


@click.group()
def requests() -> None:
    """Who waits for whose approval, and until when."""


@requests.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs: one object a line.")
@place_options
def list_(place: Place, as_json: bool) -> None:
    """List the pending requests, the most urgent first."""

    async def work(store: ReviewStore) -> list[dict[str, Any]]:
        found = await store.read_many(list(await store.pending()))
        read = [stored for stored in found.values() if stored is not None]
        return [_account(stored, store.namespace) for stored in read]

    accounts = place.run(work)
    if as_json:
        for account in accounts:
            click.echo(json.dumps(account))
    else:
        from ._requests_view import show_list

        show_list(accounts)


@requests.command()
@click.argument("request_id")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@place_options
def show(place: Place, request_id: str, as_json: bool) -> None:
    """Show one request, pending or ended a while ago."""
    if not is_request_id(request_id):
        raise ConfigurationError(
            f"{request_id!r} is no request id: they look like 8f14e45f-ceea-4e7a-9f2b-…, and "
            "`sudoagent requests list` shows them"
        )

    async def work(store: ReviewStore) -> dict[str, Any] | None:
        stored = await store.read(request_id)
        return None if stored is None else _account(stored, store.namespace)

    account = place.run(work)
    if account is None:
        raise click.ClickException(
            "no such request: it was never asked, or ended more than a day ago; "
            f"`sudoagent audit show {request_id}` looks in the log"
        )
    if as_json:
        click.echo(json.dumps(account))
    else:
        from ._requests_view import show_one

        show_one(account)


def _account(stored: StoredReview | MalformedRecord, namespace: str) -> dict[str, Any]:
    if isinstance(stored, MalformedRecord):
        return {"state": "unreadable", "problem": str(stored)}
    account: dict[str, Any] = {
        "id": stored.id,
        "state": stored.state,
        "asked_at": _time(stored.created_at),
        "expires_at": _time(stored.expires_at),
        "remaining_s": max(0, (stored.expires_at - stored.now) // 1000),
        "channel": stored.channel,
        "message_ts": stored.message_ts,
        "why": stored.why,
        "claimed": stored.claimed_by is not None,
    }
    try:
        return {**account, **_opened(stored, namespace)}
    except BadSeal as problem:
        return {**account, "problem": str(problem)}


def _asked(request: Request) -> dict[str, Any]:
    return {
        "action": request.action,
        "arguments": {argument.name: argument.value for argument in request.arguments},
        "agent": request.agent,
        "requester": request.requester,
        "reason": request.policy_reason,
        "reviewers": list(request.reviewers),
        "quorum": request.quorum,
        "risk": request.risk,
        "digest": request.digest,
    }


def _opened(stored: StoredReview, namespace: str) -> dict[str, Any]:
    keyring = deployment_keyring()
    request = opened_request(stored, keyring, namespace)
    counted = tally(request, stored.sealed_votes, keyring)
    check_borne_out(stored.state, counted)
    votes = [
        {"choice": v.choice, "user_id": v.user_id, "at": _time(v.at), "comment": v.comment}
        for v in counted.votes
    ]
    return {**_asked(request), "votes": votes, **_ran(request, stored, keyring)}


def _ran(request: Request, stored: StoredReview, keyring: Keyring) -> dict[str, Any]:
    if stored.sealed_outcome is None:
        return {}
    told = opened_outcome(request, stored.sealed_outcome, keyring)
    return {"outcome": told.outcome, "seconds": told.seconds, "error": told.error}


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")
