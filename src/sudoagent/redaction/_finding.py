"""A secret's name in a text, with what stands behind it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._values import Value

__all__ = ["Finding"]

# What people type themselves may be any word; what machines make is not.
_TYPED = re.compile(
    r"passw|passp|passc|passd|passk|\bpasse\b|pwd|\bpw\b|psw|kennwort|senha|contrase|wachtwoord|parola"
    r"|парол|密|口令|パスワ|暗証|비밀|암호|has[lł]o|salasana|l[oö]senord|adgangs|heslo|jelsz|[şs]ifre"
    r"|lozinka|sandi",
    re.IGNORECASE,
)
_CODE_LIKE = re.compile(r"[_\d-]|[a-z][A-Z]|^[A-Z]{4,}$|\w\.\w")


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret's name in a text, and the value behind it.

    ``name`` is as it is written, ``phrase`` with the words before it that belong to it. ``sign``
    is what stands between name and value.
    """

    text: str
    start: int
    name: str
    phrase: str
    sign: str
    closed: bool
    value: Value

    @property
    def code_like(self) -> bool:
        """Whether the name is written as in code or configuration, not as in a sentence."""
        return self.closed or _CODE_LIKE.search(self.name) is not None

    @property
    def typed(self) -> bool:
        """Whether people choose such secrets themselves, so that any word may be one."""
        return _TYPED.search(self.phrase) is not None

    def before(self, size: int) -> str:
        """Return the characters before the name."""
        return self.text[max(self.start - size, 0) : self.start]

    def before_value(self) -> str:
        """Return the character before the value."""
        return self.text[self.value.span[0] - 1]

    def begins_line(self) -> bool:
        """Whether nothing but indentation, a dash or ``export`` stands before the name."""
        line = self.before(24).rpartition("\n")[2]
        return line.strip().lower() in ("", "-", "*", "export", "set", "env", "setenv", '"', "'")

    def ends_line(self) -> bool:
        """Whether nothing stands behind the value on its line."""
        rest = self.text[self.value.span[1] : self.value.span[1] + 2]
        return not rest.strip(" .,") or rest[0] in "\n#"
