"""Secrets behind their name: in code, JSON, YAML, XML, environment files, flags, forms, prose."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from ._deciding import DECISIONS
from ._finding import Finding
from ._looks import is_placeholder, looks_random
from ._marks import Span
from ._names import Sensitivity
from ._signs import BEHIND, SIGNS
from ._values import is_literal, read_value, whole
from ._vocabulary import CARD_HEADS, CODE_HEADS, KEY_HEADS, PLAIN_KEY_HEADS, PROVIDERS, words

__all__ = ["assignment_spans"]

Judge = Callable[[str], Sensitivity]

# A name is looked at only when it holds one of these.
_STEMS = (
    "pass|pwd|psw|pw|secret|token|key|auth|cred|cookie|otp|pin|cvv|cvc|cvn|ssn|social|jwt|bearer|"
    "session|sid|mnemonic|phrase|pat|code|csrf|xsrf|psk|card|answer|sig|salt|"
    "licen[sc]e|ticket|seed|docker|nonce|hmac"
)
# So seldom in a text that it is quicker to look whether any of them is there.
_SELDOM = words(
    """
    kennwort senha contrase wachtwoord parola hasło haslo lösenord losenord salasana парол секрет
    токен 密 口令 パスワ 暗証 비밀 암호 adgangs heslo jelsz şifre sifre lozinka geheim segred segret
    sandi verifier assertion puk tan_ ccn cc_n cc-n pann pan_n pan-n _pem recoveryw recovery_w
    recovery-w account_json account-json accountjson
    """
)
_HEADS = (
    KEY_HEADS
    | CODE_HEADS
    | CARD_HEADS
    | PLAIN_KEY_HEADS
    | PROVIDERS
    | words(
        """
    max min total num prompt completion input output page next pagination continuation stop
    eos bos pad unk sep mask special boarding gpio seed recovery backup security client
    one-time two-factor multi-factor personal social reasoning cached remaining used refresh mot de
    pin one time
    """
    )
)


@lru_cache(maxsize=64)
def _stems(extra: str, seldom: bool) -> re.Pattern[str]:
    parts = [_STEMS, *(map(re.escape, sorted(_SELDOM)) if seldom else ()), extra]
    return re.compile("|".join(filter(None, parts)))


def assignment_spans(text: str, lowered: str, judge: Judge, extra: str = "") -> Iterator[Span]:
    """Yield the values that stand behind a secret's name.

    ``lowered`` is the text in lower case, ``extra`` are stems of further names.
    """
    stems = _stems(extra, any(stem in lowered for stem in _SELDOM))
    at = 0
    while stem := stems.search(lowered, at):
        name = _NAME.search(text, _start(text, stem.start(), at))
        assert name is not None  # the stem itself is one
        at = max(name.end(), stem.end())
        before = text[max(name.start() - 4, 0) : name.start()]
        if _in_sentence(text, name) or before.endswith(("//", "did:")):
            continue  # … or of a host, or says how a decentralised identifier is resolved
        phrase = _full_name(text, name)
        sensitivity = judge(phrase)
        if sensitivity is Sensitivity.PLAIN:
            continue
        span = _value_span(text, name, phrase, sensitivity)
        if span is not None:
            span = whole(text, span)
            yield span
            at = max(at, span[1])


_SENTENCE = re.compile(r"[ \t]([a-z]{1,20})(?=[\s.,;:!?)]|\Z)")
_JOINTS = words(
    """
    is was are were ist est es equals being will would should must has be been got set reset changed
    updated rotated to as for of on in at value string phrase hash you we they
    """
)


def _in_sentence(text: str, name: re.Match[str]) -> bool:
    """Whether the name is just a word in a sentence, as most are: “token limits are …”."""
    following = _SENTENCE.match(text, name.end())
    if following is None or following[1] in _JOINTS or name[0].startswith("-"):
        return False
    return not re.search("pass|pw", name[0], re.IGNORECASE) and text[
        following.end() : following.end() + 1
    ] not in (":", "=")


_NAME = re.compile(r"[\w.-]+")
_LONGEST_NAME = 96
# Longer runs are not words of a sentence but data.
_LONGEST_WORD = 32


def _start(text: str, at: int, earliest: int) -> int:
    """Return where the name begins that has something at a place."""
    earliest = max(earliest, at - _LONGEST_NAME)
    while at > earliest and (text[at - 1].isalnum() or text[at - 1] in "_.-"):
        at -= 1
    return at


def _full_name(text: str, match: re.Match[str]) -> str:
    """Return the name with the words before it that belong to it: “Stripe API key”."""
    name, start = match[0], match.start()
    if name.startswith("-D"):
        return name[2:]  # a compiler's or a virtual machine's definition
    if text[start - 1 : start] != " " or not name.isalpha():
        return name
    line = text[max(start - 48, 0) : start].rpartition("\n")[2]
    for word in reversed(line.rpartition(">")[2].split()[-3:]):
        # What opens it may stand before the first of the words: “**API key**”, “"private key"”.
        bare = word.lstrip("*_\"'`(“‘[")
        if bare.lower() not in _HEADS:
            break
        name = f"{bare} {name}"
        if bare != word:
            break
    return name


def _value_span(
    text: str, match: re.Match[str], phrase: str, sensitivity: Sensitivity
) -> Span | None:
    behind = BEHIND.match(text, match.end())
    if behind is None:
        return None
    how = next(sign for sign in SIGNS if behind[sign] is not None)
    if how == "element":
        return _element(text, match, behind, sensitivity)
    value = read_value(text, behind.end())
    if value is None:
        return None
    if sensitivity is Sensitivity.SUSPECT and not (how in _TIGHT and looks_random(value.text)):
        return None
    if not is_literal(value, match[0]):
        return None
    if sensitivity is Sensitivity.SUSPECT:
        return value.span
    if value.kind == "odd" and how not in ("equals", "colon"):
        return None
    if how in ("says", "blank") and (
        behind["close"].endswith("]") or len(match[0]) > _LONGEST_WORD
    ):
        return None
    closed = any(quote in behind["close"] for quote in "\"'`”’")
    return DECISIONS[how](
        Finding(text, match.start(), match[0], phrase, behind[how], closed, value)
    )


_TIGHT = frozenset({"equals", "colon", "percent", "entry", "says", "blank"})


def _element(
    text: str, match: re.Match[str], behind: re.Match[str], sensitivity: Sensitivity
) -> Span | None:
    # <password>…</password>, <ns:password>…
    if not _OPENING.search(text, max(match.start() - 120, 0), match.start()):
        return None
    end = text.find("</", behind.end(), behind.end() + 16_384)
    content = text[behind.end() : end].removesuffix("]]>")
    if end < 0 or "<" in content or is_placeholder(content.strip()):
        return None
    if sensitivity is Sensitivity.SUSPECT and not looks_random(content.strip()):
        return None
    return behind.end(), behind.end() + len(content)


_OPENING = re.compile(r"<(?:[\w-]{1,32}:)?\Z|<[\w:-]{1,32}\s(?:[^<>]{0,80}\s)?(?:name|key)=[\"']\Z")
