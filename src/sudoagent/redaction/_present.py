"""A call as reviewers and the log may see it."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from ..review.request import Argument
from ._fit import fit, fits_easily, shares, size
from ._labels import labelled_values
from ._plain import as_text
from ._reading import type_name
from ._redactor import Redactor, scrubbed
from ._walk import MAX_CHARACTERS, MAX_PARTS

if TYPE_CHECKING:
    from ..context import Context

__all__ = ["Presentation", "present"]

# Within 64 kB, the most that a record in Redis or an entry of the log may have, leaving room for
# everything else in it.
DEFAULT_LIMIT = 40_000
_LARGEST_ARGS = 12_000
# So many arguments that the redactor keeps as they are fit into either, however they are escaped.
_FEW = 8

# The call's snapshots are of these classes; a reviewer knows them by their public names.
_PUBLIC = {"FrozenDict": "dict", "FrozenList": "list"}


class Presentation(msgspec.Struct, frozen=True, kw_only=True):
    """What may be shown of a call's arguments, redacted, reduced to JSON's types, within bounds.

    ``arguments`` are for reviewers, one for each argument, in order; ``args`` and ``kwargs`` are
    for the log. ``cut`` says that something was left out, ``obscured`` that a secret was taken out
    where it could hide something else, ``uninspectable`` names the arguments that could not be
    read. ``secrets`` are the texts that were taken out because of their names: never shown, they
    serve to find the same secret elsewhere, such as in an exception's text.
    """

    arguments: tuple[Argument, ...]
    args: list[Any]
    kwargs: dict[str, Any]
    cut: bool
    obscured: bool
    uninspectable: tuple[str, ...]
    secrets: frozenset[str]


def present(ctx: Context, *, limit: int = DEFAULT_LIMIT) -> Presentation:
    """Prepare a call's arguments for people and for the log. Never raises, runs no argument's code.

    ``limit`` bounds the JSON of all arguments together, in characters with all non-ASCII escaped.
    Secrets are taken out first, so that none survives across a cut; a secret that was named as
    such in one argument is taken out of the others, too.
    """
    redactor = ctx._origin.redactor or Redactor()
    unchanged = _as_they_are(ctx, redactor) if limit >= DEFAULT_LIMIT else None
    if unchanged is not None:
        return unchanged
    named = dict(ctx.kwargs.items())
    if not named:
        named = {f"args[{at}]": value for at, value in enumerate(ctx.args)}
    marked = ctx._origin.secret_names | labelled_values(list(named.items()), redactor.judge)
    read = [
        _read(redactor, name, value, ctx, len(named), name in marked)
        for name, value in named.items()
    ]
    secrets = frozenset().union(*(found for _, found in read))
    shown = [_scrubbed(argument, secrets) for argument, _ in read]
    arguments = _fitted(shown, limit)
    args, args_cut = _args(ctx, redactor, shown, secrets, marked)
    kept = {argument.name: argument.value for argument in arguments} if ctx.kwargs else {}
    kwargs, kwargs_cut = fit(kept, limit - (size(args) if args else 2))
    return Presentation(
        arguments=arguments,
        args=args,
        kwargs=kwargs,
        cut=args_cut or kwargs_cut or any(argument.cut for argument in arguments),
        obscured=any(argument.obscured for argument in arguments),
        uninspectable=tuple(argument.name for argument in arguments if argument.uninspectable),
        secrets=secrets,
    )


def _as_they_are(ctx: Context, redactor: Redactor) -> Presentation | None:
    """Return the same presentation, ten times as quickly, for the few plain values of most calls.

    ``None``: an argument has to be looked at more closely.
    """
    named = ctx.kwargs
    if not named or len(named) > _FEW or not ctx._origin.secret_names.isdisjoint(named):
        return None
    for name, value in named.items():
        if not redactor.keeps(value, name):
            return None
    if ctx.args and not _stand_first(ctx):
        return None
    if labelled_values([*named.items()], redactor.judge):
        return None
    values = named.items()
    return Presentation(
        arguments=tuple([Argument(name=n, value=v, type=type(v).__name__) for n, v in values]),
        args=[*named.values()][: len(ctx.args)],
        kwargs={**named},
        cut=False,
        obscured=False,
        uninspectable=(),
        secrets=_NO_SECRETS,
    )


_NO_SECRETS: frozenset[str] = frozenset()


def _read(
    redactor: Redactor, name: str, value: Any, ctx: Context, among: int, marked: bool
) -> tuple[Argument, frozenset[str]]:
    # Each argument has its own share of the work: none can use up what shows the others.
    walk = redactor.walk(parts=MAX_PARTS // among + 1, characters=MAX_CHARACTERS // among + 256)
    reduced = walk.value(value, name, secret=marked)
    kind = type_name(type(value))
    argument = Argument(
        name=as_text(redactor.text(name)),
        value=reduced,
        type=_PUBLIC.get(kind, kind),
        cut=walk.cut,
        # Methods live on objects with clients and locks in them: that is not held against a call.
        uninspectable=walk.uninspectable and name != ctx._origin.receiver,
        obscured=walk.obscured,
    )
    return argument, frozenset(walk.found)


def _scrubbed(argument: Argument, secrets: frozenset[str]) -> Argument:
    value = scrubbed(argument.value, secrets)
    if value == argument.value:
        return argument
    # What is a secret in one argument may be a command in another.
    return replace(argument, value=value, obscured=True)


def _fitted(arguments: list[Argument], limit: int) -> tuple[Argument, ...]:
    if fits_easily(arguments, limit):
        return tuple(arguments)
    # What stands around a value: its own keys, and the name.
    frames = [size(argument.name) + size(argument.type) + 80 for argument in arguments]
    given = shares([size(argument.value) for argument in arguments], limit - sum(frames))
    fitted = []
    for argument, share in zip(arguments, given, strict=True):
        value, was_cut = (
            fit(argument.value, share) if size(argument.value) > share else (argument.value, False)
        )
        fitted.append(replace(argument, value=value, cut=argument.cut or was_cut))
    return tuple(fitted)


def _args(
    ctx: Context,
    redactor: Redactor,
    read: list[Argument],
    secrets: frozenset[str],
    marked: frozenset[str],
) -> tuple[list[Any], bool]:
    """Return the positional arguments, each judged by the name of the parameter that took it."""
    if not ctx.args:
        return [], False
    if _stand_first(ctx) and not any(argument.cut for argument in read):
        return fit([argument.value for argument in read[: len(ctx.args)]], _LARGEST_ARGS)
    names = list(ctx.kwargs)
    reduced = []
    was_cut = False
    for at, value in enumerate(ctx.args):
        name = names[at] if at < len(names) else None
        walk = redactor.walk(parts=MAX_PARTS // len(ctx.args) + 1)
        reduced.append(scrubbed(walk.value(value, name, secret=name in marked), secrets))
        was_cut = was_cut or walk.cut
    fitted, fit_cut = fit(reduced, _LARGEST_ARGS)
    return fitted, was_cut or fit_cut


def _stand_first(ctx: Context) -> bool:
    """Whether the positional arguments are the first of the named ones, as they usually are."""
    named = list(ctx.kwargs.values())
    return len(ctx.args) <= len(named) and all(map(operator.is_, ctx.args, named))
