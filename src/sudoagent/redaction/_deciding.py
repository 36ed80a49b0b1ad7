"""Decides whether what stands behind a secret's name in a text is the secret. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from ._finding import Finding
from ._looks import harmless, looks_random, looks_secret
from ._marks import Span
from ._mentions import (
    is_address,
    is_described,
    is_expansion,
    is_secrets_name,
    is_type,
    is_usage,
    is_variable,
)
from ._names import Sensitivity, judge
from ._values import ORDINARY, is_ordinary_word
from ._vocabulary import words

__all__ = ["DECISIONS"]

_WORDY = re.compile(r"passphrase|passw|mnemonic|seed|recovery", re.IGNORECASE)
_DIGITAL = re.compile(r"pin\b|otp|cvv|cvc|cvn|code|ssn|social", re.IGNORECASE)
_NUMBER = re.compile(r"\d{3,10}|\d{3}-\d{2}-\d{4}|\d{3}-\d{3}")
_PHRASE = re.compile(r"[a-z]{2,12}(?:,? [a-z]{2,12}){2,25}(?=[.\"'\n]|\s*\Z)")
_GETTER = re.compile(
    r"(?:^|[_.])(?:get|fetch|load|read|find|lookup|delete|remove|has(?![lł]o)|check|is|ask|prompt|input"
    r"|raw_input|list|create|rotate|revoke|validate|verify|parse|decode|require|missing|invalid"
    r"|describe)",
    re.IGNORECASE,
)
_SETTER = re.compile(
    r"(?:set|put|add|header|define|append|config|property|env|insert|with|tuple|pair|entry)\w*"
    r"\(\s{0,2}\\?[\"']\Z",
    re.IGNORECASE,
)
_CHANGING = re.compile(r"(?i)\b(?:set|chang|reset|updat|rotat|switch)\w{0,3}\b[^.\n]{0,40}\Z")
_OWNER = re.compile(
    r"(?i)\b(?:my|your|his|her|their|our|the|card|sim|phone|new|with|using|enter|entered|and|is|use"
    r"|current|old|account|door|safe)\s\Z|[,:(]\s?\Z|\A\Z"
)
_STATES = words(
    """
    required optional expired invalid missing enabled disabled changed unset empty default
    hidden stored never always string text boolean number valid wrong incorrect unknown
    rejected accepted
    """
)


def _equals(found: Finding) -> Span | None:
    value = found.value
    if value.kind == "odd":
        return _odd(found)
    if value.kind != "bare":
        return None if is_described(found) or _is_count(found) else value.span
    if found.sign in ("||", "??"):
        return None  # a shell's “or”
    if is_variable(found) or is_secrets_name(found) or is_address(found):
        return None
    if value.text.lower() in _STATES or _is_count(found):
        return None
    if value.text.isdigit() and len(value.text) < 3:
        return None  # a field's number
    if found.before(2).rstrip().endswith(";"):
        return _up_to_semicolon(found)
    return _phrase(found) or value.span


# Shells and Dockerfiles that put a blank there.
_ASSIGNING = re.compile(r"(?:\bsetenv|\bset -\w{1,3}|\A|\n)\s*(?:ENV)?\s\Z")


def _odd(found: Finding) -> Span | None:
    telling = looks_secret(found.value.text, typed=True) and found.typed and found.begins_line()
    return found.value.span if telling else None


def _up_to_semicolon(found: Finding) -> Span:
    # ADO, ODBC: a value goes on, blanks and all, to the semicolon.
    begin = found.value.span[0]
    match = re.compile(r"[^;\n\"']{1,512}").match(found.text, begin)
    return (begin, match.end()) if match else found.value.span


def _colon(found: Finding) -> Span | None:
    value = found.value
    if value.kind == "odd":
        return _odd(found)
    if value.kind == "quoted":
        return None if is_described(found) or _is_count(found) else value.span
    if value.kind == "bracket":
        return value.span if found.closed and not is_described(found) else None
    if found.text[value.span[1] : value.span[1] + 1] == ":" or _is_count(found):
        return None  # the next label: nothing stands here
    if value.text[0] == ":" or is_address(found):
        return None  # a scope, a symbol
    if is_expansion(found) or (found.before(1) == ":" and _ARN.search(found.before(128))):
        return None
    if value.text.isdigit():
        return value.span if _is_number(found) or len(value.text) >= 6 else None
    if looks_secret(value.text, typed=found.typed):
        return value.span
    if _GETTER.match(found.name) or (_DIGITAL.search(found.phrase) and not found.typed):
        return None  # the name of a secret; a place for a pin
    phrase = _phrase(found)
    if phrase is not None:
        return phrase
    if is_ordinary_word(value.text) or found.name == "PASS" or is_type(found):
        return None  # … or a test's result
    if "```" in found.text[found.start : value.span[0]]:
        return None  # a block of code may hold anything
    if found.sign.strip(" *") in _DASHES:
        return value.span if found.ends_line() else None
    if not found.typed and value.text.replace("-", "").isalpha() and not found.ends_line():
        return None  # “token: App-level token …”
    if found.typed or found.code_like or len(value.text) >= 16:
        return value.span
    return value.span if found.begins_line() and found.ends_line() else None


_DASHES = frozenset("-–—")
_ARN = re.compile(r"\barn:[\w:*/-]{1,100}\Z")


def _says(found: Finding) -> Span | None:
    value = found.value
    if value.kind == "bare" and is_address(found):
        return None
    if value.kind == "bracket" or is_ordinary_word(value.text):
        phrase = _phrase(found) if value.kind == "bare" else None
        return phrase if _WORDY.search(found.phrase) and not _starts_sentence(value.text) else None
    if _is_number(found) or looks_secret(value.text, typed=found.typed):
        return value.span
    if found.sign.strip() in ("to", "as") and not _CHANGING.search(found.before(60)):
        return None  # “the password to the database”
    if found.sign.strip() == "reset to" and value.kind == "bare":
        return None  # “send a password reset to bob”
    if value.kind == "quoted":
        return value.span
    if found.sign.strip() in _FOREIGN:
        return None  # whether the word is an ordinary one, only English is known well enough for
    return (_phrase(found) or value.span) if found.typed else None


_FOREIGN = words("ist lautet est es é è jest är er")


def _starts_sentence(word: str) -> bool:
    return word.lower() in _FUNCTION_WORDS


_FUNCTION_WORDS = words(
    """
    a an the this that these those it not no never always too very so still now then also
    only just being to for from in on at by with without of and or but if required expired
    stored set valid invalid wrong correct incorrect missing empty kept hashed encrypted
    needed used optional please case your my our their his her
    """
)


def _blank(found: Finding) -> Span | None:
    value = found.value
    if found.name.startswith("-"):
        return None if is_usage(found) else value.span
    if value.kind == "bracket" or found.closed or is_ordinary_word(value.text):
        return None
    if found.name.lower() == "pass" and (value.text[0] == "-" or " " in value.text):
        return None  # what somebody passes
    if value.kind == "quoted":
        strong = (
            looks_secret(value.text, typed=found.typed or found.code_like) or found.name.isupper()
        )
        return value.span if strong or " " in value.text else None
    if _is_number(found):
        clear = (
            found.name.isupper()
            or found.phrase != found.name
            or (found.typed and len(value.text) > 4)
            or _OWNER.search(found.before(16)) is not None
        )
        return value.span if clear else None
    if found.name.isupper() and _ASSIGNING.search(found.before(16)):
        return value.span
    following = found.text[value.span[1] : value.span[1] + 1]
    if "://" in value.text or "=" in value.text[:-2] or (following and following in "\"'"):
        return None  # an address, another assignment
    if looks_secret(value.text, typed=found.typed):
        return value.span
    paired = re.search(
        r"(?i)\buser(?:name)?\s(?!or\s|and\s)[\w.@+-]{1,64}\s(?:(?:and|with)\s)?(?:the\s)?\Z",
        found.before(96),
    )
    return value.span if paired and found.typed else None


def _comma(found: Finding) -> Span | None:
    value = found.value
    if value.kind != "quoted":
        return None
    if judge(value.text) is Sensitivity.SECRET and not looks_random(value.text):
        return None  # two names
    if not found.closed:
        # CURLOPT_USERPWD, "bob:…": a constant says what follows.
        return value.span if found.name.isupper() and looks_secret(value.text) else None
    telling = looks_secret(value.text, typed=True) or " " in value.text
    return value.span if telling or _SETTER.search(found.before(40)) else None


def _call(found: Finding) -> Span | None:
    if found.value.kind != "quoted" or found.closed or _GETTER.search(found.name):
        return None
    if _BUNDLE.search(found.name):
        end = found.text.find(")", found.value.span[0], found.value.span[1] + 512)
        return (found.value.span[0], end) if end > 0 else found.value.span
    text = found.value.text
    if not found.typed and not looks_secret(text) and (len(text) < 16 or text.isupper()):
        return None  # Token("inline")
    return None if is_ordinary_word(text) else found.value.span


# Credentials("bob", "…"): which of them is the secret, the name does not say.
_BUNDLE = re.compile(r"(?i)(?:credentials?|creds)\Z")


def _percent(found: Finding) -> Span | None:
    return found.value.span


def _entry(found: Finding) -> Span | None:
    labelled = found.closed or found.before(1) == "<" or _LABEL.search(found.before(12)) is not None
    called = found.text[found.start + len(found.name)] == "(" and looks_secret(found.value.text)
    return found.value.span if labelled or called else None


_LABEL = re.compile(r"(?i)(?:name|key)\s?[:=]\s?\Z")


def _cell(found: Finding) -> Span | None:
    # | password | …, <td>Password</td><td>…
    within = ("|" in found.before(4) and found.before_value() in " \t`*") or ">" in found.before(40)
    telling = looks_secret(found.value.text, typed=True) and within
    return found.value.span if telling else None


def _is_count(found: Finding) -> bool:
    text = found.value.text
    return harmless(int(text[:18]) if text.isdigit() else text, found.name)


def _is_number(found: Finding) -> bool:
    text = found.value.text
    if not text[:1].isdigit() or _NUMBER.fullmatch(text) is None:
        return False
    short = 3 if re.search(r"(?i)cv|cvn", found.phrase) else 4
    digital = found.typed or _DIGITAL.search(found.phrase) is not None
    return digital and len(text) >= short


def _phrase(found: Finding) -> Span | None:
    """Return several words that are one secret: a pass phrase, a wallet's words."""
    if not _WORDY.search(found.phrase):
        return None
    begin = found.value.span[0]
    match = _PHRASE.match(found.text, begin)
    if match is None:
        return None
    words = match[0].replace(",", " ").split()
    if "passw" in found.phrase.lower():
        sentence = sum(word in ORDINARY for word in words) > len(words) // 4
        return None if sentence or len(words) > 8 else match.span()
    sentence = sum(word in _FUNCTION_WORDS for word in words) > len(words) // 4
    return None if sentence else match.span()


DECISIONS: dict[str, Callable[[Finding], Span | None]] = {
    "equals": _equals,
    "colon": _colon,
    "says": _says,
    "blank": _blank,
    "comma": _comma,
    "call": _call,
    "percent": _percent,
    "entry": _entry,
    "cell": _cell,
}
