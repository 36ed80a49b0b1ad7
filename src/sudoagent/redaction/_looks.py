"""What a value looks like: random, ordinary, a placeholder, a word. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Any

from ._vocabulary import SECRET_WORDS

__all__ = [
    "harmless",
    "has_entropy",
    "is_algorithm",
    "is_file",
    "is_password_like",
    "is_placeholder",
    "looks_random",
    "looks_secret",
    "passes_luhn",
]

_TOKEN = re.compile(r"[A-Za-z0-9+/_=.~:%-]{16,}")
_HEX = re.compile(r"(?:0x|sha\d{1,3}[:=-])?[0-9a-fA-F]+", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
# Words, numbers and dates joined by punctuation: paths, slugs, host names, versions.
_JOINED = re.compile(r"[._/:=-]+")
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d{1,10}|v\d{1,4}|[a-z]+\d{1,3}|")

# Stands for a value that somebody else fills in.
_PLACEHOLDER = re.compile(
    r"""
      [\[<(*•_]*(?:redacted|hidden|masked|filtered|removed|omitted|secret|empty|none|null|nil|
          undefined|true|false|yes|no|n/?a|unset|not[ _-]set|str|string|text|bool|int)[\]>)*•_]*
    | [*•.x_X#-]+ | \?+ | (?:replace|fill)[-_ ]?(?:me|this)?(?:[-_ ](?:in|with)[-_ a-z]{0,40})?
    | (?:insert|enter|put|add|paste|type)[-_ ][a-z_ -]{0,40}[-_ ]here | placeholder | todo | tbd
    | (?:[\w-]{0,10}[_-]|\w{0,4})(?:\*{3,}|•{3,}|\.{3}|…|x{5,}|X{5,})\w{0,6}
    | \#(?:[0-9a-f]{3}){1,2} | (?:string|boolean|number|integer|int|bool)\?
    | \#\{[^{}\n]{1,80}\}\#? | __[A-Z0-9_]{1,80}__ | @[A-Z_]{1,80}@
    | (?:bearer|basic|token)\s(?:\{[^{}\n]{0,40}\}|<[^<>\n]{1,40}>|\[[^\[\]\n]{1,40}\]|%s|\.{3}|…
        |\*{3,}|x{3,}|\$\{[^{}\n]{0,120}\}?|\$\w{1,80})
    | <[^<>\n]{1,60}> | \[[A-Z][A-Z_ ]{1,40}\] | \{\{[^{}\n]{1,80}\}\}
    | %[A-Z_][A-Z0-9_]*% | %\([a-z_]+\)s | %[sdr]
    | \$\{[^{}\n]{1,80}\}? | \$\([^()\n]{1,80}\)?
    | \$(?-i:[A-Z_][A-Z0-9_]*|[a-z_]+\d?|[a-z]+(?:[A-Z][a-z]+)+) | \{[a-z_.!]{0,40}\}
    | (?:your|my|the|some|enter|insert|example)[-_ ][a-z_ -]{0,40}(?:here|password|token|key|secret)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def is_placeholder(text: str) -> bool:
    """Whether the text stands for a secret rather than being one."""
    return not text or _PLACEHOLDER.fullmatch(text) is not None


def has_entropy(text: str, bits: float) -> bool:
    """Whether the characters carry at least this many bits each (Shannon)."""
    counts = Counter(text).values()
    total = len(text)
    return -sum(n / total * math.log2(n / total) for n in counts) >= bits


def looks_random(text: str) -> bool:
    """Whether a value under a doubtful name is more likely a key than an id, a hash or a path."""
    if len(text) > 4096 or _TOKEN.fullmatch(text) is None:
        return False
    if _HEX.fullmatch(text) or _UUID.search(text):
        return False
    parts = [part for part in _JOINED.split(text) if part]
    if all(_PART.fullmatch(part) for part in parts):
        return False
    longest = max(parts, key=len)
    return len(longest) >= 12 and _mixed(longest) and has_entropy(longest, 3.0)


def _mixed(text: str) -> bool:
    kinds = (any(map(str.islower, text)), any(map(str.isupper, text)), any(map(str.isdigit, text)))
    if sum(kinds) == 3:
        return True
    digits = sum(map(str.isdigit, text))
    return len(text) >= 20 and 3 <= digits <= len(text) * 0.7


def looks_secret(text: str, *, typed: bool = False) -> bool:
    """Whether a bare word in prose is more likely a secret than a word of the language.

    ``typed``: people choose such secrets, and choose “hunter2”; machines do not.
    """
    if len(text) < 4 or is_placeholder(text) or not text.isprintable():
        return False
    letters, digits = any(map(str.isalpha, text)), any(map(str.isdigit, text))
    if letters and digits:
        return not (_TERM.fullmatch(text) or (not typed and _NUMBERED.fullmatch(text)))
    return letters and (_SYMBOL.search(text.strip(_AROUND)) is not None or _jumbled(text))


def is_password_like(text: str) -> bool:
    """Whether a whole value is one word, and no word of the language."""
    return len(text) <= 4096 and " " not in text and looks_secret(text, typed=True)


# Stand around a word without belonging to it: “*must*”, “#pragma”.
_AROUND = "*#@~|=?!&+"


def _jumbled(text: str) -> bool:
    """Whether upper and lower case change as no camel's do."""
    if not 10 <= len(text) <= 256 or not (text.isascii() and text.isalpha()):
        return False
    humps = len(_HUMP.findall(text))
    return humps >= 4 and len(text) <= humps * 3.3


_HUMP = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


def is_algorithm(word: str) -> bool:
    """Whether the word says how something is hashed, encrypted or encoded."""
    return _ALGORITHM.fullmatch(word) is not None


_ALGORITHM = re.compile(r"(?:sha|md|aes|rsa|base|utf)-?\d{1,4}(?:[-_]\w{1,6})?", re.IGNORECASE)
# Technical terms that mix letters and digits, ordinals, sizes, versions, dates.
_TERM = re.compile(
    r"""
      (?:(?:scram-)?sha|md|aes|rsa|ed|base|utf|oauth|http|ip|ipv|rfc|ec|hs|rs|es|ps|x|k)-?
          \d{1,5}(?:[-_.]?\w{1,6})?
    | \d{4}-\d\d-\d\d(?:[T_]\S{2,32})? | [a-z]\d{1,4}
    | v?\d+(?:[.:/-]\d+)*[a-z]{0,10} | \d+(?:st|nd|rd|th)
    | (?:jwt|totp|hotp|fido|u2f|mfa|2fa|bcrypt|argon2id?|pbkdf2|scrypt|k8s|i18n|oauth2?)[\w.-]{0,3}
    """,
    re.VERBOSE | re.IGNORECASE,
)
# “worker3”, “prod-2”, “db-main-2”: how things are named.
_NUMBERED = re.compile(
    r"(?:[A-Z]?[a-z]{1,16}(?:[A-Z][a-z]{2,16})?|[A-Z]{1,16})[-_.]?\d{1,2}|[a-z]{1,16}(?:[-_./][a-z]{1,16}){1,6}[-_./]?\d{1,3}"
)
_SYMBOL = re.compile(r"[!@#$%^&*+=?~|]")


def harmless(value: Any, name: str) -> bool:
    """Whether a value under a secret's name cannot be the secret: nothing, yes or no, a count."""
    if value is None or value is True or value is False:
        return True
    kind = type(value)
    if kind is str:
        name = name.lower()
        return (
            value == ""
            or (name in ("pwd", "oldpwd") and value.startswith("/"))
            or value in _SETTINGS.get(name, ())
            or is_file(value)
            or value.lower() in SECRET_WORDS  # {"password": "Password"}, as translations have it
        )
    if kind is not int and kind is not float:
        return False
    last = name.lower().rstrip("0123456789")
    if last.endswith(_COUNTED):
        return True  # how many
    return last.endswith(("pin", "pins")) and abs(value) < 1000  # a wire, not a person's number


def is_file(text: str) -> bool:
    """Whether the text says where the secret is: /etc/creds.json, ./key.pem, /run/secrets/db."""
    return len(text) < 256 and _FILE.fullmatch(text) is not None


_FILE = re.compile(
    r"~/[\w./-]+|(?:[A-Za-z]:\\|~?/|\.{1,2}/|(?=[\w-]))(?:[\w.-]+[/\\])*[\w-]+"
    r"\.(?:json|pem|key|crt|cer|p12|pfx|jks|ya?ml|txt|toml|ini|env|cfg|conf)"
    r"|/(?:run|etc|var|mnt|srv|opt|home|root|usr|tmp|app|secrets)(?:/[\w.-]+){1,8}"
)
_COUNTED = ("tokens", "pass", "passes", "credits", "secrets", "passwords", "credentials", "cookies")
# What the Fetch standard and GitHub's workflows have under such names.
_SETTINGS = {
    "credentials": ("include", "same-origin", "omit"),
    "secrets": ("inherit",),
    "id-token": ("write", "read", "none"),
}


def passes_luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    total = 0
    for at, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (at % 2 + 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
