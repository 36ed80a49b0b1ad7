"""Private keys, password hashes and card numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ._looks import passes_luhn
from ._marks import Span
from ._rules import Rule

__all__ = ["KEYS", "card_spans", "pem_spans"]

_BEGIN = re.compile(r"-{4,5} ?BEGIN [A-Z0-9 -]{0,40}PRIVATE KEY[A-Z ]{0,8}-{4,5}")
_END = re.compile(r"-{4,5} ?END [A-Z0-9 -]{0,40}PRIVATE KEY[A-Z ]{0,8}-{4,5}")

KEYS = (
    # PuTTY (.ppk, format 2 and 3).
    Rule(
        ("private-lines",),
        re.compile(r"Private-Lines: \d+\s((?:[A-Za-z0-9+/=]{1,128}\s?){1,400})"),
    ),
    # PKCS #1, PKCS #8, SEC 1 and OpenSSH private keys in base 64 without their frame.
    Rule(
        ("iba", "ageam", "mhccaqee", "mc4caqawbqy", "b3blbnnza"),
        re.compile(
            r"(?<![A-Za-z0-9+/])(?:MI[A-Za-z0-9+/]{2,5}IBA[AD]|MIG[A-Za-z0-9+/]AgEAM|MHcCAQEE"
            r"|MC4CAQAwBQY|b3BlbnNzaC1rZXktdjE)[A-Za-z0-9+/]{30,}={0,2}"
        ),
    ),
    # JSON Web Key: the private members (RFC 7518, section 6).
    Rule(
        ('"kty"', "'kty'", "kty\\"),
        re.compile(r"""\\?["'](?:d|p|q|dp|dq|qi|k)\\?["']\s{0,4}:\s{0,4}\\?["']([\w-]{10,})"""),
    ),
    # crypt(3), bcrypt, scrypt, Argon2, PHPass, Django: who has the hash can try passwords.
    Rule(
        ("$",),
        re.compile(
            r"(?:\$(?:2[abxy]?|1|5|6|7|y|gy|argon2(?:id?|d)|scrypt|pbkdf2[\w-]{0,10}|apr1|P|H)"
            r"|(?<!\w)pbkdf2_sha\d{1,3}|(?<!\w)bcrypt_sha256"
            r"|(?<!\w)(?:pbkdf2:sha\d{1,3}|scrypt)(?::\d{1,9}){1,3})\$[./\w$=,+-]{20,}"
        ),
    ),
    # LDAP's, Windows' and MySQL's.
    Rule(
        ("{sha", "{ssha", "{md5", "{smd5", "{crypt"),
        re.compile(
            r"\{(?:S?SHA(?:256|384|512)?|S?MD5|CRYPT)\}([A-Za-z0-9+/=$.]{12,})", re.IGNORECASE
        ),
    ),
    Rule((":::",), re.compile(r"(?<=:)([0-9a-fA-F]{32}:[0-9a-fA-F]{32})(?=:::)")),
    Rule(("*",), re.compile(r"(?<![\w*])\*[0-9A-F]{40}(?!\w)")),
)


def pem_spans(text: str) -> Iterator[Span]:
    """Yield private keys in PEM and PGP armour, also when one end of them is missing."""
    at = 0
    if "PRIVATE KEY" not in text:
        return
    while begin := _BEGIN.search(text, at):
        end = _END.search(text, begin.end())
        if not end and not _BODY.match(text, begin.end()):
            at = begin.end()  # a program looks for such a line
            continue
        at = end.end() if end else len(text)
        yield begin.start(), at
    stray = _END.search(text, at)
    if stray and _REST.search(text, max(at, stray.start() - 120), stray.start()):
        # The beginning was cut off: everything before may be the key.
        yield at, stray.end()


# What follows the first line, and what stands before the last one.
_BODY = re.compile(
    r"(?:\s|\\[nrt\\]|[\"'`,+>|#*$(){}.;-]){0,80}(?:[A-Za-z][A-Za-z-]{2,20}:\s|[A-Za-z0-9+/=]{12})"
)
_REST = re.compile(r"[A-Za-z0-9+/=]{12}(?:\s|\\[nrt\\]|[\"'`,+>|#*;]){0,40}\Z")

_DIGITS = re.compile(
    r"(?<![\w+])(?<!\d\.)(?:"
    r"\d{4}([ .-]?)\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?"
    r"|\d{4}([ .-])\d{6}\2\d{4,5}"
    r"|\d{14,19}"
    r")(?!\w)(?!\.\d)"
)
# ISO/IEC 7812 issuer numbers by network: first digits from, to, allowed lengths.
_ISSUERS: tuple[tuple[str, str, frozenset[int]], ...] = (
    ("4", "4", frozenset({16, 19})),
    ("51", "55", frozenset({16})),
    ("2221", "2720", frozenset({16})),
    ("34", "34", frozenset({15})),
    ("37", "37", frozenset({15})),
    ("300", "305", frozenset({14, 16})),
    ("36", "36", frozenset({14, 16})),
    ("38", "39", frozenset({14, 16})),
    ("3528", "3589", frozenset({16, 17, 18, 19})),
    ("6011", "6011", frozenset({16, 19})),
    ("60", "60", frozenset({16})),
    ("62", "62", frozenset({16, 17, 18, 19})),
    ("63", "65", frozenset({16, 17, 18, 19})),
    ("67", "67", frozenset({16, 17, 18, 19})),
    ("50", "50", frozenset({16, 18, 19})),
    ("56", "58", frozenset({16, 18, 19})),
    ("2200", "2205", frozenset({16, 19})),
    ("81", "81", frozenset({16})),
    ("9792", "9792", frozenset({16})),
)


def card_spans(text: str) -> Iterator[Span]:
    """Yield payment card numbers: a known issuer, its length, and a right check digit."""
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if digits.isascii() and _issued(digits) and passes_luhn(digits):
            yield match.span()


def _issued(digits: str) -> bool:
    return (
        any(
            first <= digits[: len(first)] <= last and len(digits) in lengths
            for first, last, lengths in _ISSUERS
        )
        and len(set(digits)) > 1
    )
