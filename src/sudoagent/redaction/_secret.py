"""The mark by which a function's author says that a parameter or field holds a secret."""

from __future__ import annotations

import inspect
import re
import types
from typing import Annotated, Any, Union, get_args, get_origin

__all__ = ["Secret", "is_marked", "secret_parameters"]


class Secret:
    """Marks a parameter or field whose value is never shown or stored.

    ``def login(user: str, door: Annotated[str, Secret()]) -> None``. The class itself works too:
    ``Annotated[str, Secret]``.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret()"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(Secret)


# An annotation that nobody has resolved is read, not evaluated: resolving runs code.
_IN_TEXT = re.compile(r"\bAnnotated\b.*\bSecret\b", re.DOTALL)


def secret_parameters(signature: inspect.Signature) -> frozenset[str]:
    """Return the names of the parameters that are marked with ``Secret``.

    The mark counts wherever it stands in the annotation: in ``Optional``, a union, a container.
    """
    return frozenset(
        name for name, parameter in signature.parameters.items() if is_marked(parameter.annotation)
    )


def is_marked(annotation: Any, depth: int = 8) -> bool:
    """Whether an annotation carries ``Secret``. Unresolved annotations are judged by their text."""
    if type(annotation) is str:
        return _IN_TEXT.search(annotation) is not None
    if depth == 0:
        return False
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *marks = get_args(annotation)
        return any(mark is Secret or type(mark) is Secret for mark in marks) or is_marked(
            inner, depth - 1
        )
    if origin is None and not isinstance(annotation, types.UnionType):
        forward = getattr(annotation, "__forward_arg__", None)
        return type(forward) is str and is_marked(forward)
    if origin in (Union, types.UnionType) or isinstance(origin, type):
        return any(is_marked(part, depth - 1) for part in get_args(annotation))
    return False
