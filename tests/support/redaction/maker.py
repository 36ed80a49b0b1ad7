"""Random pieces of which samples are put together: no secret-shaped literal is in a file."""

from __future__ import annotations

import base64
import json
import random
import string
import uuid
from dataclasses import dataclass
from typing import Any

__all__ = ["Maker", "Sample"]


@dataclass(frozen=True)
class Sample:
    """``secret`` must not come out; without one, ``value`` must come out as it is."""

    family: str
    value: Any
    secret: str | None = None
    name: str | None = None


class Maker:
    """Random pieces: reproducible for a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def of(self, alphabet: str, size: int) -> str:
        return "".join(self.random.choices(alphabet, k=size))

    def mixed(self, size: int) -> str:
        # At least one of each kind, as in any token of such a length.
        head = self.random.choice(string.ascii_lowercase) + self.random.choice(string.digits)
        rest = self.of(string.ascii_letters + string.digits, size - 3)
        return head + rest + self.random.choice(string.ascii_uppercase)

    def lower(self, size: int) -> str:
        return "a1" + self.of(string.ascii_lowercase + string.digits, size - 2)

    def upper(self, size: int) -> str:
        return self.of(string.ascii_uppercase + "234567", size)

    def hexes(self, size: int) -> str:
        return self.of("0123456789abcdef", size)

    def digits(self, size: int) -> str:
        return self.random.choice("123456789") + self.of(string.digits, size - 1)

    def b64(self, size: int) -> str:
        return base64.b64encode(self.random.randbytes(size)).decode()

    def b64url(self, size: int) -> str:
        return base64.urlsafe_b64encode(self.random.randbytes(size)).decode().rstrip("=")

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def password(self) -> str:
        word = self.random.choice(("hunter", "Winter", "tr0ub4dor", "S3cr3t", "letmein", "qwerty"))
        return word + self.digits(3) + self.random.choice(("", "!", "#x", "$"))

    def jwt(self) -> str:
        head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
        body = json.dumps({"sub": self.digits(8)}).encode()
        return f"{head}.{base64.urlsafe_b64encode(body).decode().rstrip('=')}.{self.b64url(32)}"

    def card(self, prefix: str, size: int) -> str:
        body = prefix + self.of(string.digits, size - len(prefix) - 1)
        for check in string.digits:
            total = 0
            for at, digit in enumerate(reversed(body + check)):
                doubled = int(digit) * (at % 2 + 1)
                total += doubled - 9 if doubled > 9 else doubled
            if total % 10 == 0:
                return body + check
        raise AssertionError("one of ten digits is the check digit")

    def no_card(self, size: int) -> str:
        right = self.card("4", size)
        return right[:-1] + str((int(right[-1]) + 1) % 10)

    def pem(self, kind: str) -> str:
        lines = "\n".join(self.b64(48) for _ in range(8))
        return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----"
