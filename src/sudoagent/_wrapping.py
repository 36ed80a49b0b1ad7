"""How a guarded function presents itself, and how the engine recognises its own work."""

from __future__ import annotations

import functools
import inspect
import types
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_type_hints

from ._calls import Subject

__all__ = ["Worn", "dressed_as", "undress"]


@dataclass(frozen=True, slots=True)
class Worn:
    """What a guarded function was made of. ``leading`` is a method's own object."""

    subject: Subject
    leading: tuple[Any, ...] = ()


# Not an attribute of the wrapper: whoever holds the wrapper must not find the bare function on it.
_worn: weakref.WeakKeyDictionary[Callable[..., Any], Worn] = weakref.WeakKeyDictionary()


def dressed_as(func: Callable[..., Any], wrapper: Any, subject: Subject) -> Any:
    """Give the wrapper the name, documentation, signature and annotations of the function.

    There is no ``__wrapped__``: frameworks that serialise a function's source would follow it and
    ship the unguarded body. Annotations are resolved now, because the wrapper's globals are not
    the function's.
    """
    functools.update_wrapper(wrapper, func, updated=())
    if inspect.isroutine(func):
        # A callable object's attributes are its own, and one of them may be the bare function.
        wrapper.__dict__.update(getattr(func, "__dict__", {}))
    del wrapper.__wrapped__
    target = subject.target
    wrapper.__signature__ = inspect.signature(func) if target.has_bound else target.signature
    wrapper.__annotations__ = _annotations(target.function)
    _worn[wrapper] = Worn(subject)
    return wrapper


def undress(func: object) -> Worn | None:
    """Return what a guarded function (or a bound method of one) was made of, else ``None``."""
    if isinstance(func, types.MethodType):
        inner = undress(func.__func__)
        return inner and Worn(inner.subject, (func.__self__,))
    if isinstance(func, types.FunctionType):
        return _worn.get(func)
    return None


def _annotations(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return get_type_hints(function, include_extras=True)
    except Exception:  # an annotation that cannot be evaluated raises whatever it likes
        return dict(getattr(function, "__annotations__", {}))
