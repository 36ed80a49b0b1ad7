"""Which policy decided: its name and a hash of its code, for whoever reads the log next year."""

from __future__ import annotations

import hashlib
import types
from collections.abc import Iterator, Mapping
from types import MappingProxyType

__all__ = ["policy_identity"]


def policy_identity(policy: object) -> Mapping[str, str]:
    """Return ``id`` and ``hash`` of a policy.

    A policy may name itself with attributes ``policy_id`` and ``policy_hash``, as one that reads
    its rules from a file should. Otherwise the id is the class's full name and the hash covers the
    compiled code of its methods, so it changes when the rules in the code change (and with the
    Python version); values that the instance was built with are not part of it.
    """
    kind = type(policy)
    name = getattr(policy, "policy_id", None) or f"{kind.__module__}.{kind.__qualname__}"
    given = getattr(policy, "policy_hash", None)
    return MappingProxyType({"id": str(name), "hash": str(given) if given else _code_hash(kind)})


def _code_hash(kind: type) -> str:
    digest = hashlib.sha256()
    for base in kind.__mro__[:-1]:
        for name, member in sorted(vars(base).items()):
            function = getattr(member, "__func__", member)
            if isinstance(function, types.FunctionType):
                digest.update(name.encode())
                for piece in _pieces(function.__code__):
                    digest.update(piece)
    return digest.hexdigest()[:16]


def _pieces(code: types.CodeType) -> Iterator[bytes]:
    yield code.co_code
    yield repr(code.co_names).encode()
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _pieces(constant)
        else:
            # The order in which a set is shown differs from process to process.
            shown = sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant
            yield repr(shown).encode("utf-8", "surrogatepass")
