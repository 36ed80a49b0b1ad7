"""Which policy decided: its name and a hash of its code, for whoever reads the log next year."""

from __future__ import annotations

import hashlib
import types
from collections.abc import Iterator, Mapping
from types import MappingProxyType

__all__ = ["policy_identity"]

_CONSTANTS = (bool, int, float, str, bytes, type(None))


def policy_identity(policy: object) -> Mapping[str, str]:
    """Return ``id`` and ``hash`` of a policy.

    A policy may name itself with attributes ``policy_id`` and ``policy_hash``, as one that reads
    its rules from a file should. Otherwise the id is the class's full name and the hash covers the
    compiled code of its methods, their defaults and the class's constants, so it changes when the
    rules in the code change (and with the Python version); values that the instance was built with
    are not part of it.
    """
    kind = type(policy)
    name = getattr(policy, "policy_id", None) or f"{kind.__module__}.{kind.__qualname__}"
    given = getattr(policy, "policy_hash", None)
    return MappingProxyType({"id": str(name), "hash": str(given) if given else _code_hash(kind)})


def _code_hash(kind: type) -> str:
    digest = hashlib.sha256()
    for base in kind.__mro__[:-1]:
        for name, member in sorted(vars(base).items()):
            if type(member) in _CONSTANTS and name.startswith("__"):
                continue  # __module__, __doc__ and such are no rules
            for piece in _rule(member):
                digest.update(name.encode() + piece)
    return digest.hexdigest()[:16]


def _rule(member: object) -> Iterator[bytes]:
    function = getattr(member, "fget", None) or getattr(member, "__func__", member)
    if isinstance(function, types.FunctionType):
        yield from _pieces(function.__code__)
        for default in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
            yield from _rule(default)
    elif type(member) in _CONSTANTS:
        yield _shown(member)


def _pieces(code: types.CodeType) -> Iterator[bytes]:
    yield code.co_code
    yield repr(code.co_names).encode()
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _pieces(constant)
        else:
            yield _shown(constant)


def _shown(constant: object) -> bytes:
    # The order in which a set is shown differs from process to process.
    ordered = sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant
    return repr(ordered).encode("utf-8", "surrogatepass")
