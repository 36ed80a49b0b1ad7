"""HTTP credentials: Authorization, Cookie, and the schemes by themselves.

Sources: RFC 9110, section 11; RFC 7617 (Basic); RFC 6750 (Bearer); RFC 7616 (Digest); RFC 6265.
"""

from __future__ import annotations

import base64
import binascii
import re

from ._looks import is_placeholder, looks_random, looks_secret
from ._rules import Rule

__all__ = ["HEADERS"]

# One word follows these …
_ONE = (
    "bearer|basic|token|api-?key|apitoken|key|negotiate|ntlm|bot|jwt|splunk|sso-key|genie-?key"
    "|ghtoken|privatekey|dpop|kerberos|sharedaccesssignature|pvea?pitoken|service-?key|ssws"
)
# … and a list of parameters these.
_MANY = (
    "digest|oauth|hawk|mac|aws4-hmac-sha256|aws4-ecdsa-p256-sha256|aws|signature|sharedkey(?:lite)?"
    "|hmac(?:-sha\\d+)?|scram-sha-\\d+|googlelogin|eg1-hmac-sha256|acs3-hmac-sha256|tc3-hmac-sha256"
)
_NAME = r"(?:proxy-|x-)?authorization\\?[\"'\]]?\s{0,3}(?:[:=]|=>|,)\s{0,3}\\?[\"'`]?"


def _is_pair(text: str) -> bool:
    """Whether this is ``user:password`` in base 64."""
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        pair = decoded.decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return False
    return ":" in pair and pair.isprintable()


def _bears(text: str) -> bool:
    if is_placeholder(text) or len(text) < 6:
        return False
    return looks_secret(text) or looks_random(text) or len(text) >= 32


def _real(text: str) -> bool:
    # “<your token>”, “{token}”, “$TOKEN”: perhaps just the beginning of a placeholder.
    return not is_placeholder(text.rstrip(".,;)")) and (
        not text.startswith(("<", "{", "$", "%(", "[")) and not _CALL.match(text)
    )


_CALL = re.compile(r"[A-Za-z_][\w.]{0,40}\(")

HEADERS = (
    Rule(
        ("authorization",),
        re.compile(rf"{_NAME}(?:{_ONE})\s{{1,3}}([^\s\"'`,;\\]+)", re.IGNORECASE),
        _real,
    ),
    Rule(
        ("authorization",),
        re.compile(rf"{_NAME}(?:{_MANY})\s{{1,3}}([^\r\n]+)", re.IGNORECASE),
        _real,
    ),
    Rule(
        ("cookie",),
        re.compile(
            r"(?<![A-Za-z0-9])(?:set-)?cookie2?\\?[\"']?\s{0,3}[:=]\s{0,3}\\?[\"'`]?"
            r"(?=[^\s=;:\"']{1,128}=[^=])([^\r\n\"'`]+)",
            re.IGNORECASE,
        ),
        _real,
    ),
    Rule(
        ("bearer",),
        re.compile(
            r"(?<![A-Za-z0-9])bearer(?:\s{1,3}|%20)(?!realm=|error=|scope=)([\w.~+/=:|-]+)",
            re.IGNORECASE,
        ),
        _bears,
    ),
    Rule(
        ("basic",),
        re.compile(
            r"(?<![A-Za-z0-9])basic(?:\s{1,3}|%20)([A-Za-z0-9+/_-]{6,}={0,2})", re.IGNORECASE
        ),
        _is_pair,
    ),
    # requests, httpx: auth=("bob", "…"), BasicAuth("bob", "…")
    Rule(
        ("auth",),
        re.compile(
            r"auth\s{0,3}(?:[=:]\s{0,3})?[(\[]\s{0,3}[\"'][^\"'\n]{0,64}[\"']\s{0,3},\s{0,3}"
            r"[\"']([^\"'\n]{1,256})[\"']",
            re.IGNORECASE,
        ),
        _real,
    ),
    Rule(
        ("digest",),
        re.compile(r"(?<![A-Za-z0-9])digest\s{1,3}username=([^\r\n]+)", re.IGNORECASE),
    ),
    Rule(
        ("aws4-",),
        re.compile(r"AWS4-[A-Z0-9-]{4,30}\s{1,3}(Credential=[^\r\n]+)"),
    ),
)
