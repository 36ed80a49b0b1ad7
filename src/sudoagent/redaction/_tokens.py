"""Tokens that providers make recognisable, by a prefix or by a fixed form.

Sources: as for the table of prefixes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ._looks import looks_random
from ._prefixes import PARTICULAR, WORDS
from ._rules import Rule

__all__ = ["TOKENS"]

# Forms without a prefix: literals that must be there, the expression.
_FORMS: tuple[tuple[tuple[str, ...], str], ...] = (
    # Discord: user id, time and signature in base 64.
    ((".",), r"(?<![\w.-])[MNO][\w-]{23,27}\.[\w-]{6,7}\.[\w-]{27,40}(?![\w.-])"),
    # Telegram: bot id and key.
    ((":a",), r"(?<![\d:])\d{6,12}:A[\w-]{32,}"),
    # Azure: client secrets hold “<digit>Q~”; storage, search and other keys a mark near the end.
    (("q~",), r"(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{28,36}"),
    (
        ("+ast", "+acr", "aiot", "acdb", "apim", "azse", "azfu", "+aeh", "+arm", "azdo"),
        r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,82}"
        r"(?:\+ASt|\+ACR|AIoT|ACDb|APIM|AzSe|AzFu|\+AEh|\+ARm|AZDO)[A-Za-z0-9+/]{4,12}={0,2}",
    ),
    # Stripe: a payment's client secret is its id and more.
    (("_secret_",), r"(?<![A-Za-z0-9])(?:pi|seti|cs|src|ephkey)_\w{8,}_secret_\w{8,}"),
    # Mailchimp, Mailgun, MaxMind, Facebook, Asana, Firebase, Twitter, Etherscan-like pairs.
    (("-us",), r"(?<![0-9A-Za-z])[0-9a-f]{32}-us\d{1,2}(?!\w)"),
    (("-",), r"(?<![0-9A-Za-z-])[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![0-9A-Za-z-])"),
    (("_mmk",), r"(?<![0-9A-Za-z])[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"),
    (("|", "%"), r"(?<!\d)\d{15,16}(?:\||%7C|%)[\w-]{27,40}"),
    ((":",), r"(?<!\w)[0-2]/\d{10,18}(?:/\d{10,18})?:[0-9a-f]{32}(?!\w)"),
    ((":apa91",), r"(?<!\w)[\w-]{7,30}:APA91[\w-]{60,}"),
    (("aaaa",), r"(?<![A-Za-z0-9])AAAA[\w-]{7}:[\w-]{100,}"),
    (("aaaaaaaaaaaaaaaaaaaa",), r"(?<![A-Za-z0-9])A{20,}[A-Za-z0-9%]{40,}"),
    # HashiCorp: the part before “.atlasv1.” belongs to it.
    ((".atlasv1.",), r"(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{40,}"),
    # Authress, Vault batch, Kubernetes bootstrap tokens.
    (
        (".acc",),
        r"(?<!\w)(?:sc|ext|scauth|authress)_\w{5,30}\.\w{4,6}\.acc[_-][\w-]{10,32}\.[\w+/=-]{30,}",
    ),
    # Bitcoin: private keys in wallet import format.
    (("k", "l"), r"(?<![A-Za-z0-9+])[KL][1-9A-HJ-NP-Za-km-z]{51}(?![A-Za-z0-9+/=])"),
    # PASETO.
    ((".local.", ".public."), r"(?<!\w)v[1-4]\.(?:local|public)\.[\w-]{40,}(?:\.[\w-]+)?"),
    # New Relic, and what Microsoft's services make: the mark stands at or near the end.
    (("nral",), r"(?<![0-9A-Za-z])(?:[a-z]{2}\d\dxx)?[0-9a-f]{28,40}(?:FFFF)?NRAL(?![0-9A-Za-z])"),
    (("jqqj9",), r"(?<![A-Za-z0-9])[A-Za-z0-9]{40,60}JQQJ9[9D][A-Za-z0-9+/]{16,40}={0,2}"),
    # Sidekiq, New York Times-like pairs in the names of gem servers.
    (("contribsys",), r"(?<![0-9a-f])([0-9a-f]{8}:[0-9a-f]{8})(?![0-9a-f])"),
)

# Whoever names the parts of a token like this makes tokens: acme_pat_…, corp-secret-….
_SPEAKING = re.compile(
    r"(?<![A-Za-z0-9_-])(?!p(?:k|ub)[_-])[a-z0-9]{2,16}[_-]"
    r"(?:pat|secret|tkn|token|sk|apikey|api_key|live_sk|prod_sk)[_-]([A-Za-z0-9]{20,})"
)


def _lines(table: str) -> Iterator[tuple[str, str]]:
    for line in table.strip().splitlines():
        _, prefix, body = line.split(maxsplit=2)
        yield prefix, body


def _rules() -> Iterator[Rule]:
    for prefix, body in _lines(PARTICULAR):
        yield Rule((prefix.lower(),), re.compile(re.escape(prefix) + body))
    for prefix, body in _lines(WORDS):
        start = re.escape(prefix)
        # Behind the literal, so that the search for it stays the quick one.
        yield Rule((prefix.lower(),), re.compile(rf"{start}(?<![A-Za-z0-9_+-]{start}){body}"))
    for literals, form in _FORMS:
        yield Rule(literals, re.compile(form))
    yield Rule(("_", "-"), _SPEAKING, looks_random)


TOKENS: tuple[Rule, ...] = tuple(_rules())
