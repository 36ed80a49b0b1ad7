"""Tells what only speaks of a secret: a variable, a flag's description, a schema. Pure."""

from __future__ import annotations

import re

from ._finding import Finding
from ._looks import looks_secret
from ._names import Sensitivity, judge
from ._vocabulary import words

__all__ = [
    "is_address",
    "is_described",
    "is_expansion",
    "is_secrets_name",
    "is_type",
    "is_usage",
    "is_variable",
]


def is_variable(found: Finding) -> bool:
    """Whether the value is the name of something in a program: “password=new_password”."""
    word = found.value.text
    if found.name.isupper() or any(map(str.isdigit, word)):
        return False
    if not found.typed and _DOTTED.fullmatch(word):
        return True
    if not word.isidentifier():
        return False
    if _OPERATOR.match(found.text, found.value.span[1]):
        return True
    if found.sign in ("==", "===", "!=", "!==", "+=") or judge(word) is Sensitivity.SECRET:
        return True
    attribute = "." in found.name or found.closed
    speaking = _SPEAKING.search(word) is not None
    return not found.typed and found.before_value() in " \t" and (attribute or speaking)


# token = start + 1, key = name || host
_OPERATOR = re.compile(r" (?:\|\||&&|\?\??|[-+*/]) ")
# Keyword.Type, settings.token_resolution
_DOTTED = re.compile(r"[A-Za-z_]+(?:\.[A-Za-z_]+){1,6}")
_SPEAKING = re.compile(r"[A-Za-z]_[A-Za-z]")


def is_type(found: Finding) -> bool:
    """Whether the value is the type of a parameter, or a variable in a table of a program."""
    word = found.value.text
    if not word.isidentifier():
        return not found.typed and _DOTTED.fullmatch(word) is not None
    rest = found.text[found.value.span[1] : found.value.span[1] + 4]
    if re.match(r" ?[|=] ?", rest):
        return True
    speaking = not found.typed or _SPEAKING.search(word)
    if found.closed and speaking and not any(map(str.isdigit, word)):
        return True
    return re.match(r",\s*\Z|,\s*\n", rest) is not None and _HUMPS.fullmatch(word) is not None


_HUMPS = re.compile(r"[A-Za-z]\w*?[a-z]\w*?[A-Z][a-z]+")


def is_secrets_name(found: Finding) -> bool:
    # “gcloud … --secret=db-password”: which of the secrets, not what it is.
    return found.name.lower().strip("-") == "secret" and (
        found.name.startswith("-") and _SLUG.fullmatch(found.value.text) is not None
    )


_SLUG = re.compile(r"[A-Za-z]+(?:[-_/][A-Za-z]+)*|id=.*")


def is_address(found: Finding) -> bool:
    # What is secret in an address, the detectors for addresses find; a link may be one as a whole.
    return _ADDRESS.match(found.value.text) is not None and "link" not in found.phrase.lower()


_ADDRESS = re.compile(r"(?:https?|file|vault|s3)://")


def is_described(found: Finding) -> bool:
    """Whether a quoted value or a list is no secret: a schema, rules, a command, code around it."""
    value = found.value
    if _is_schema(value.text) or _is_rules(value.text) or _is_closing(found):
        return True
    if value.kind == "bracket":
        return _is_structure(found)
    short = len(value.text) < 4 or found.sign in _COMPARING
    unlike = short and not found.typed and not looks_secret(value.text, typed=True)
    return unlike or _is_command(found)


_COMPARING = frozenset({"==", "===", "!=", "!=="})


def _is_schema(text: str) -> bool:
    # "password": {"type": "string"} says what it has to look like.
    return _SCHEMA.match(text) is not None and not _SCHEMA_VALUE.search(text)


def _is_structure(found: Finding) -> bool:
    """Whether a list or table holds nothing that could be a secret of a machine."""
    parts = _QUOTED.findall(found.value.text)
    return not found.typed and not any(looks_secret(part, typed=True) for part in parts)


_QUOTED = re.compile(r"[\"'`]([^\"'`\n]{4,512})")


_SCHEMA = re.compile(
    r"\{\s{0,40}\\?[\"']?(?:type\\?[\"']?\s?:\s?\\?[\"']?(?:string|integer|number|boolean|array|object)\b"
    r"|\$ref\b)"
)
_SCHEMA_VALUE = re.compile(r"(?:default|examples?|enum|const)\\?[\"']?\s?:")


def is_expansion(found: Finding) -> bool:
    # ${TOKEN:?missing}, ${TOKEN:0:4}; what follows “:-” may be the secret itself.
    return found.before(2) == "${" and _EXPANSION.match(found.value.text) is not None


_EXPANSION = re.compile(r"[?+]|-?\d{1,3}(?::\d{1,3})?\Z")


def _is_rules(text: str) -> bool:
    # ['required', 'string', 'min:8'] says what is accepted.
    parts = _RULES_APART.split(text.strip("[](){}\"' "))
    return len(parts) > 1 and all(_RULE.fullmatch(part) for part in parts)


_RULES_APART = re.compile(r"[\"'|,\s]+")
_RULE = re.compile(
    r"(?:required|nullable|optional|sometimes|string|confirmed|filled|present|current_password)"
    r"|(?:min|max|between|size|regex|same|different|unique|exists|length):[\w:.,-]{1,40}"
)


def _is_command(found: Finding) -> bool:
    # TOKEN=`cat token`
    text, at = found.text, found.value.span[0] - 1
    return (
        found.name.isupper() and text[at] == "`" and text[at - 1] == "=" and " " in found.value.text
    )


def _is_closing(found: Finding) -> bool:
    # grep 'token=' file, die "bad token: ", $token: the quote ends what began before the name.
    quote = found.before_value()
    if found.closed or quote not in "\"'" or found.value.kind != "quoted":
        return False
    line = found.before(200).rpartition("\n")[2]
    return found.before(1) == quote or (
        quote == '"' and (line.count(quote) - line.count('\\"')) % 2 == 1
    )


def is_usage(found: Finding) -> bool:
    # “--token TOKEN  what it is for”, “the --token flag”: about the flag, not its use.
    text = found.value.text
    if text.startswith("-") or text.lower() in _ABOUT_FLAGS or is_secrets_name(found):
        return True
    aligned = len(found.sign) > 1 and not looks_secret(text, typed=True)
    return aligned or (
        text.isupper() and text.replace("_", "").isalpha() and _is_metavariable(text)
    )


def _is_metavariable(word: str) -> bool:
    return word in ("TEXT", "STRING", "VALUE", "STR") or judge(word) is not Sensitivity.PLAIN


_ABOUT_FLAGS = words(
    "flag flags option options switch argument arguments parameter parameters prompt stdin ask none"
    " is are and or for to was if instead when as with must"
)
