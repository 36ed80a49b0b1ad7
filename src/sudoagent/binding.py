"""From a function and the arguments of one call to names and values.

A policy reads arguments by name. So every way of writing the same call (by position, by keyword,
through ``functools.partial``, as a bound method, with a default left out) is bound to the same
names before anybody judges it.
"""

from __future__ import annotations

import functools
import inspect
import types
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from .editable import editable_parameters
from .errors import ConfigurationError
from .frozen import SCALARS, Freezer, FrozenDict
from .redaction import secret_parameters

__all__ = ["Bound", "Target", "action_of"]

_EMPTY = inspect.Parameter.empty
_EITHER = inspect.Parameter.POSITIONAL_OR_KEYWORD
_ANYTHING = inspect.Signature(
    [
        inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL),
        inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD),
    ]
)


class Bound:
    """The arguments of one call: as passed (``args``, ``kwargs``) and by name (``named``)."""

    __slots__ = ("args", "kwargs", "named")

    def __init__(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any], named: dict[str, Any]
    ) -> None:
        self.args = args
        self.kwargs = kwargs
        self.named = named

    def snapshot(self, receiver: str | None) -> tuple[tuple[Any, ...], FrozenDict, bool]:
        """Return ``args`` and ``named`` deeply frozen, and whether nothing in them can change."""
        if receiver is None and SCALARS.issuperset(map(type, self.named.values())):
            return self.args, FrozenDict(self.named), True
        # A method's own object is passed as it is: it may be a service that cannot be copied.
        own = self.named.get(receiver) if receiver is not None else None
        freezer = Freezer(own)
        frozen = FrozenDict({name: freezer.freeze(value) for name, value in self.named.items()})
        return freezer.freeze(self.args), frozen, False


class Target:
    """A function to guard, taken apart once: partials and bound methods are opened up.

    ``receiver`` is the name of the parameter that holds a method's own object, if there is one;
    ``secret_names`` are the parameters marked ``Secret``, ``editable`` those marked ``Editable``.
    Raises ``ConfigurationError`` for what cannot be guarded.
    """

    def __init__(self, func: Callable[..., Any]) -> None:
        if not callable(func):
            raise ConfigurationError(f"only a function can be guarded, not {type(func).__name__}")
        self.function, self._args, self._kwargs = _open(func)
        if inspect.isgeneratorfunction(self.function) or inspect.isasyncgenfunction(self.function):
            raise ConfigurationError(
                f"{action_of(self.function)} is a generator function: it would run after its "
                "guarded call has ended. Guard a function that consumes the generator instead"
            )
        self.signature = _signature(self.function)
        self.is_async = inspect.iscoroutinefunction(self.function)
        self.receiver = _receiver(self.function, self.signature)
        self.secret_names = secret_parameters(self.signature)
        self.editable = editable_parameters(self.signature)
        self._body = _generator_body(self.function)
        if both := self.secret_names & self.editable.keys():
            raise ConfigurationError(f"Secret and Editable both mark {', '.join(sorted(both))}")
        self._plain = _plain_names(self.signature)
        self._rest = _rest_name(self.signature)

    @property
    def has_bound(self) -> bool:
        """Whether a partial, a bound method or an object fills in arguments itself."""
        return bool(self._args or self._kwargs)

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Bound:
        """Bind one call. Raises ``TypeError``, as the function would, when it does not fit."""
        if self._args or self._kwargs:
            args, kwargs = self._args + args, {**self._kwargs, **kwargs}
        named = self._bind_plainly(args, kwargs)
        if named is None:
            named = self._bind_fully(args, kwargs)
        return Bound(args, kwargs, named)

    def has_yet_to_run(self, result: object) -> bool:
        """Whether a result is the function's own generator, which a decorator has left to others.

        ``contextlib`` keeps it in an attribute of what the caller enters.
        """
        if self._body is None:
            return False
        generator = getattr(result, "gen", result)
        return self._body in (getattr(generator, f"{kind}_code", None) for kind in ("gi", "ag"))

    def edited(self, bound: Bound, edits: Mapping[str, Any]) -> Bound:
        """Return the same call with other values for some of its parameters, passed as before.

        A parameter that was left at its default is passed now. Names that are no parameters of the
        function's change what is judged only: the function is somebody else's.
        """
        args, kwargs = list(bound.args), dict(bound.kwargs)
        for name, value in edits.items():
            if name in self.signature.parameters:
                self._place(args, kwargs, name, value)
        return Bound(tuple(args), kwargs, {**bound.named, **edits})

    def _place(self, args: list[Any], kwargs: dict[str, Any], name: str, value: Any) -> None:
        parameters = self.signature.parameters
        at = list(parameters).index(name)
        kind = parameters[name].kind
        if kind is inspect.Parameter.KEYWORD_ONLY or (at >= len(args) and kind is _EITHER):
            kwargs[name] = value
            return
        # Whatever stands before a positional-only parameter is positional-only, too.
        args.extend(p.default for p in list(parameters.values())[len(args) : at + 1])
        args[at] = value

    def _bind_plainly(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        # The common case at a tenth of the cost of Signature.bind, which also words the errors.
        if self._plain is None or len(args) > len(self._plain):
            return None
        named: dict[str, Any] = {}
        by_keyword = 0
        for position, (name, default) in enumerate(self._plain):
            if name in kwargs:
                by_keyword += 1
                if position < len(args):
                    return None
                named[name] = kwargs[name]
            elif position < len(args):
                named[name] = args[position]
            elif default is _EMPTY:
                return None
            else:
                named[name] = default
        return named if by_keyword == len(kwargs) else None

    def _bind_fully(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        named = dict(bound.arguments)
        rest = self._rest
        if rest is not None:
            extras = named.pop(rest)
            # def f(amount, /, **rest) can be called with a second "amount"; the parameter's own
            # value keeps its name, and the impostor stays visible under the name of **rest.
            clash = {n: v for n, v in extras.items() if n in named or n == rest}
            named.update((n, v) for n, v in extras.items() if n not in clash)
            if clash:
                named[rest] = clash
        return named


def action_of(func: Callable[..., Any]) -> str:
    """Return the name under which a function is judged: ``refund_user``, ``Billing.refund``."""
    name = getattr(func, "__qualname__", None) or type(func).__qualname__
    return str(name).rpartition("<locals>.")[2]


def _open(
    func: Callable[..., Any],
) -> tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]:
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = {}
    while True:
        if isinstance(func, functools.partial):
            args, kwargs = func.args + args, {**func.keywords, **kwargs}
            func = func.func
        elif isinstance(func, types.MethodType):
            args = (func.__self__, *args)
            func = func.__func__
        elif isinstance(func, staticmethod):
            func = func.__func__
        else:
            break
    if not isinstance(func, type) and not inspect.isroutine(func):
        method = type(func).__call__
        if isinstance(method, types.FunctionType):
            return method, (func, *args), kwargs
    return func, args, kwargs


def _generator_body(function: Callable[..., Any]) -> types.CodeType | None:
    try:
        inner = inspect.unwrap(function)
    except ValueError:  # it wraps itself
        return None
    lazy = inspect.isgeneratorfunction(inner) or inspect.isasyncgenfunction(inner)
    return getattr(inner, "__code__", None) if lazy else None


_signatures: weakref.WeakKeyDictionary[Callable[..., Any], inspect.Signature]
_signatures = weakref.WeakKeyDictionary()


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    try:
        found = _signatures.get(function)
    except TypeError:  # something written in C that cannot be referred to weakly
        return _read_signature(function)
    if found is None:
        found = _signatures[function] = _read_signature(function)
    return found


def _read_signature(function: Callable[..., Any]) -> inspect.Signature:
    try:
        return inspect.signature(function, eval_str=True)
    except Exception:  # an annotation that cannot be evaluated: any error is possible
        try:
            return inspect.signature(function)
        except (ValueError, TypeError):
            return _ANYTHING  # some functions written in C have none


def _receiver(function: Callable[..., Any], signature: inspect.Signature) -> str | None:
    first = next(iter(signature.parameters), None)
    in_a_class = "." in action_of(function)
    return first if in_a_class and first in ("self", "cls") else None


def _plain_names(signature: inspect.Signature) -> tuple[tuple[str, Any], ...] | None:
    parameters = signature.parameters.values()
    if any(p.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD for p in parameters):
        return None
    return tuple((p.name, p.default) for p in parameters)


def _rest_name(signature: inspect.Signature) -> str | None:
    for parameter in signature.parameters.values():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            return parameter.name
    return None
