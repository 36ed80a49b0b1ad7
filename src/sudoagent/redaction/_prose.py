"""Secrets that stand before their name, or beside a user's: “hunter2 is the password”."""

from __future__ import annotations

import re

from ._looks import is_placeholder, looks_secret
from ._rules import Rule

__all__ = ["PROSE"]

_NOUN = (
    r"(?:[\w-]{1,20}\s){0,2}(?:(?:verification|security|login|access|one-time|2fa|otp)\scode"
    r"|password|passwd|passphrase|passcode|pwd|pin|api\skey|secret|token"
    r"|credentials?|access\skey|private\skey)\b"
)


def _telling(text: str) -> bool:
    return looks_secret(text, typed=True) or (text.isdigit() and len(text) >= 4)


def _chosen(text: str) -> bool:
    return not is_placeholder(text) and not text.startswith("//") and _telling(text)


PROSE = (
    Rule(
        ("social", "ssn"),
        re.compile(
            r"(?:social\ssecurity(?:\s(?:number|no\.?|#))?|\bssn)\b[^\d\n]{0,12}"
            r"(\d{3}[ -]?\d{2}[ -]?\d{4})(?!\d)",
            re.IGNORECASE,
        ),
    ),
    Rule(
        (
            " as ",
            " is the",
            " is my",
            " is your",
            " is our",
            " is his",
            " is her",
            " is their",
            " as the",
            " as my",
            " as your",
            " as his",
            " as her",
        ),
        re.compile(
            r"(?<![\w@.-])[/#;*]{0,3}[\"'“`]?([^\s\"'“”`]{4,256})[\"'”`]?"
            r"(?:\sis\s(?:the|my|your|our|his|her|their)|\sas(?:\s(?:the|my|your|our|his|her|their))?)"
            rf"\s{_NOUN}",
            re.IGNORECASE,
        ),
        _telling,
    ),
    # “the password was changed from … to …”, “the token (…)”
    Rule(
        (" from ",),
        re.compile(
            r"(?:password|passphrase|passcode|pin|token|key|secret)\s(?:was\s|has\sbeen\s)?"
            r"(?:changed|updated|rotated)\sfrom\s[\"'`]?([^\s\"'`]{4,256})[\"'`]?\sto\s[\"'`]?"
            r"([^\s\"'`]{4,256})",
            re.IGNORECASE,
        ),
        _telling,
    ),
    Rule(
        ("word (", "token (", "secret (", "key (", "phrase (", "code ("),
        re.compile(
            r"(?:password|token|secret|key|phrase|code)\s\(([^\s()]{6,256})\)", re.IGNORECASE
        ),
        looks_secret,
    ),
    # “login admin:hunter2”, “credentials are admin / hunter2”.
    Rule(
        ("login", "log in", "logged in", "sign in", "credential", "creds", "account", "basic auth"),
        re.compile(
            r"(?:log(?:ged)?[ -]?in|sign(?:ed)?[ -]?in|credentials?|creds|account|basic\sauth)\b"
            r"(?:\s(?:is|are|was|were|as|with|using))?:?\s{1,2}[\"'`]?[\w.@+-]{2,64}(?::|\s/\s|/)"
            r"([^\s\"'`,;]{4,64})",
            re.IGNORECASE,
        ),
        _chosen,
    ),
)
