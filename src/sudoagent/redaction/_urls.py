"""Secrets in addresses: credentials, signed and secret queries, webhooks, one-time links.

Sources: RFC 3986, section 3.2.1; AWS, Azure and GCP on signed URLs; RFC 6749; the webhook pages
of the services named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from ._looks import is_placeholder, looks_random, looks_secret
from ._marks import Span
from ._names import Sensitivity
from ._rules import Rule
from ._vocabulary import SECRET_WORDS, words

__all__ = ["ADDRESSES", "query_spans", "userinfo_spans"]

_HEX = re.compile(r"[0-9a-fA-F]{24,}")


def _unguessable(text: str) -> bool:
    return looks_random(text) or _HEX.fullmatch(text) is not None


ADDRESSES = (
    Rule(("hooks.slack",), re.compile(r"hooks\.slack(?:-gov)?\.com/\w{1,20}/([\w/+-]{8,})")),
    Rule(
        ("/webhooks/",),
        re.compile(r"discord(?:app)?\.com/api/(?:v\d+/)?webhooks/(\d{5,20}/[\w-]{16,})"),
    ),
    Rule(
        ("webhook.office.com", "outlook.office"),
        re.compile(
            r"(?:webhook\.office\.com/webhookb2|outlook\.office(?:365)?\.com/webhook)"
            r"/([\w@/-]{20,})"
        ),
    ),
    Rule(("api.telegram.org",), re.compile(r"api\.telegram\.org/(?:file/)?bot([\w:%-]{8,})")),
    Rule(("hooks.zapier",), re.compile(r"hooks\.zapier\.com/hooks/\w+/([\w/-]{6,})")),
    Rule(("maker.ifttt",), re.compile(r"maker\.ifttt\.com/[\w/.{}-]{0,100}?key/([\w-]{8,})")),
    Rule(
        ("/hook",), re.compile(r"/(?:bot/v2/hook|hooks?)/((?:[\w-]{1,40}/){0,3}[A-Za-z0-9-]{20,})")
    ),
    Rule(("hook.", "hooks."), re.compile(r"hooks?\.[\w.-]{0,40}make\.com/(\w{16,})")),
    Rule(("pagerduty.com",), re.compile(r"events\.pagerduty\.com/\w+/([0-9a-f]{24,})")),
    Rule(("weixin.qq.com",), re.compile(r"weixin\.qq\.com/[\w/-]{0,60}\?key=([\w-]{16,})")),
    # Links that log somebody in, once: whoever reads them can be first.
    Rule(
        (
            "reset",
            "verif",
            "confirm",
            "magic",
            "invit",
            "activat",
            "recover",
            "one-time",
            "token",
            "login",
            "unlock",
        ),
        re.compile(
            r"/(?:[\w-]{0,24}?(?:reset|verif|confirm|magic|invit|activat|recover|one-time|token"
            r"|login|unlock)[\w-]{0,24})/([\w.~-]{16,256})",
            re.IGNORECASE,
        ),
        _unguessable,
    ),
    # Authenticator set-up.
    Rule(("otpauth",), re.compile(r"otpauth://[^\s?]{0,200}\?[^\s\"']{0,100}?secret=(\w{4,})")),
    # Oracle, Go's MySQL driver, SQL*Plus.
    Rule(("jdbc:oracle",), re.compile(r"jdbc:oracle:\w+:[^/\s:@]{1,64}/([^@\s]{1,128})@")),
    Rule(
        ("@tcp(", "@unix(", "@udp("),
        re.compile(r"(?<![\w.-])[\w.-]{1,64}:([^\s/\"']{1,128})@(?:tcp|unix|udp)\("),
    ),
    Rule(
        ("@//", ":1521"),
        re.compile(
            r"(?<![\w/.:@-])[\w.]{1,64}/([^@\s/\"']{4,128})@"
            r"(?://[\w.-]{1,128}[:/]|[\w.-]{1,128}:1521(?!\d))"
        ),
    ),
    Rule(("sqlplus",), re.compile(r"sqlplus\s(?:-\w+\s)*\"?[\w.]{1,64}/([^@\s/]{1,128})@")),
)

_AUTHORITY = re.compile(
    r"(?<=://)(?P<user>[^\s/?#:@\"'<>`]{0,256})(?::(?P<secret>(?:[^\s\"'<>`/]|/(?!/)){1,512}?))?@"
    r"(?=[\w.\[%${-][^\s/@]{0,255}(?:[/?#\s\"'<>`,;)]|$))"
)
_PORT = re.compile(r"\d{1,5}[/?#]")


def userinfo_spans(text: str) -> Iterator[Span]:
    """Yield the password in ``scheme://user:password@host``, and a user that is a token itself."""
    if "@" not in text or ":" not in text:
        return
    yield from _without_scheme(text)
    if "://" not in text:
        return
    for match in _AUTHORITY.finditer(text):
        secret = match["secret"]
        if secret is None:
            if _unguessable(match["user"]):
                yield match.span("user")
            continue
        if _PORT.match(secret) or is_placeholder(secret) or _is_form(match["user"], secret):
            continue
        yield match.span("secret")
        if _unguessable(match["user"]):
            yield match.span("user")


# A proxy's user and password. Before an address of e-mail stands a label, and no local part is
# both behind a colon and before a port, or has such signs.
_LOGIN = re.compile(
    r"(?i)(?<![\w/.:@+-])(?!(?:sips?|e?-?mail|mailto|to|from|b?cc|xmpp|acct|reply-to):)"
    r"[\w.-]{1,64}:(?:"
    r"([^\s:@/\"'<>,;()]{6,128})@[\w-]{1,64}(?:\.[\w-]{1,64}){0,8}:\d{2,5}(?!\w)"
    r"|(?=[^\s:@/!#$^&*=?~]{0,128}[!#$^&*=?~])([^\s:@/\"'<>,;()]{6,128})"
    r"@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}(?![\w:]))"
)


def _without_scheme(text: str) -> Iterator[Span]:
    for match in _LOGIN.finditer(text):
        secret = match[match.lastindex or 0]
        if looks_secret(secret, typed=True) and not secret.startswith(("$", "{", "%")):
            yield match.span(match.lastindex or 0)


def _is_form(user: str, secret: str) -> bool:
    # “postgres://user:password@host” shows the form of such an address.
    bare = secret.lower().strip("[]{}")
    return bare in _ANY_PASSWORD and (user.lower() in _ANY_USER or bare != secret.lower())


_ANY_USER = frozenset({"", "user", "username", "usr", "uname"})
_ANY_PASSWORD = frozenset({"password", "pass", "passwd", "pwd", "pw"})

_PARAMETER = re.compile(r"(?<=[?&#;])([\w.%\[\]-]{1,80}?)=([^\s&\"'<>`;#\\]{1,8192})")
# Parameters that are secrets in an address, though their names would not say so elsewhere.
_SIGNATURES = words(
    """
    sig signature x-amz-signature x-amz-credential x-amz-security-token awsaccesskeyid
    x-goog-signature x-goog-credential hmac sign oauth_signature ticket samlresponse
    samlrequest auth access hash_key key_hash st_sig authkey auth_key sessionid session_id
    session sid phpsessid magic otp pw
    """
)
_DOUBTFUL = frozenset({"code", "key", "k", "t", "id_token_hint", "state", "invite", "nonce", "h"})


def query_spans(text: str, judge: Callable[[str], Sensitivity]) -> Iterator[Span]:
    """Yield the values of secret and signing parameters in queries and form bodies."""
    for match in _PARAMETER.finditer(text):
        name, value = match[1].lower(), match[2]
        if is_placeholder(value) or value.lower().strip("])}") in SECRET_WORDS:
            continue
        sensitivity = judge(match[1])
        if (
            name in _SIGNATURES
            or sensitivity is Sensitivity.SECRET
            or (
                (name in _DOUBTFUL or sensitivity is Sensitivity.SUSPECT)
                and _unguessable(unquote(value))
            )
        ):
            yield match.span(2)
