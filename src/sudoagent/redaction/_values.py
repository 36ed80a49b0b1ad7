"""Reads the value that stands behind a name in a text, and decides whether it is one. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._looks import is_algorithm, is_file, is_placeholder, looks_secret
from ._marks import REDACTED, Span
from ._names import Sensitivity, judge
from ._vocabulary import SECRET_WORDS, words

__all__ = ["Value", "is_literal", "is_ordinary_word", "is_reference", "read_value", "whole"]

# Calls that only wrap a literal, and those that take it for want of anything else.
_WRAPPED = (
    r"(?:(?:new\s)?(?:Buffer\.from|(?:base64\.)?b64decode|bytes(?:\.fromhex)?"
    r"|(?:binascii\.)?unhexlify|\[\]byte|SecretStr|SecretBytes|SecureString|Secret|String|str|atob"
    r"|encodeURIComponent|TextEncoder\(\)\.encode|SecretKeySpec|pydantic\.SecretStr)\(\s?"
    r"|[\w.]{0,40}(?:getenv|env|get|fetch)\(\s?[\"'][^\"'\n]{1,80}[\"']\s?,\s?(?:default\s?=\s?)?"
    r"|(?:process|import\.meta)\.env\.\w{1,64}\s?(?:\|\||\?\?)\s?)?"
)
_VALUE = re.compile(
    r"""
      [bBrRuUfF@$]{0,2}(?P<fence>\"\"\"|''')(?P<fenced>.{0,2048}?)(?:(?P=fence)|\Z)
    | (?P<slash>\\+)["'](?P<escaped>[^"'\n]*?)(?=(?P=slash)["']|$)
    | WRAPPED[bBrRuUfF@$]{0,2}"(?P<double>(?:[^"\\\n]|\\.)*)(?:"|$|(?=\n))
    | WRAPPED[bBrRuUfFNE@$]{0,2}'(?P<single>(?:[^'\\\n]|\\.)*)(?:'|$|(?=\n))
    | \$\{\w{1,64}:?[-=](?P<default>[^${}\s][^{}\s]{0,512})\}
    | %22(?P<encoded>[^%\s"'&]{1,1024})
    | `(?P<tick>[^`\n]{0,1024})
    | “(?P<curly>[^”\n]{0,1024}) | ‘(?P<curled>[^’\n]{0,1024}) | «(?P<angle>[^»\n]{0,1024})
    | „(?P<low>[^“”\n]{0,1024}) | &quot;(?P<entity>[^&\n]{0,1024})
    | (?P<bracket>[\[{(<])
    | (?P<bare>[^\s"'`<>“”]{1,128})
    """.replace("WRAPPED", _WRAPPED),
    re.VERBOSE | re.DOTALL,
)
_REST = re.compile(r"[^\s\"'`<>“”]*")
# What ends a bare value before the next blank: another assignment, closing or ending marks.
_END = re.compile(
    r"[&;,|](?=\s{0,3}[\w.%-]{1,64}\s{0,2}[=:]|\s|$)|\\[nrt](?=[\w\"'}]|$)"
    r"|\\?[)\]}]+\{?[.,;:]*$|[.,;:!?)]+$|\*{2}:$"
)
# Enough to decide about it.
_LONGEST_BARE = 128
_CLOSING = {"[": "]", "{": "}", "(": ")", "<": "\0"}
_LONGEST_BRACKET = 4096


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it stands in the text: ``quoted``, ``bare``, ``bracket`` or ``odd``."""

    span: Span
    text: str
    kind: str


def read_value(text: str, at: int) -> Value | None:
    """Read one value that begins at a place of the text."""
    match = _VALUE.match(text, at)
    if match is None:
        return None
    group = match.lastgroup or "bare"
    if group == "bracket":
        return _bracketed(text, at) or _odd(text, at)
    if group != "bare":
        return Value(match.span(group), match[group], "quoted")
    begin, end = match.span()
    ending = _END.search(text, begin, end)
    if ending and ending.start() > begin:
        end = ending.start()
    return Value((begin, end), text[begin:end], "bare")


def whole(text: str, span: Span) -> Span:
    """Return the span of a value to its end: what is long enough was read in part only."""
    begin, end = span
    if end - begin < _LONGEST_BARE:
        return span
    rest = _REST.match(text, end)
    return (begin, rest.end()) if rest else span


def _bracketed(text: str, at: int) -> Value | None:
    # A list or table of secrets: up to its end, without counting what is nested.
    close = text.find(_CLOSING[text[at]], at, at + _LONGEST_BRACKET)
    inside = text[at + 1 : close] if close > 0 else ""
    if not any(quote in inside for quote in "\"'`"):
        return None
    return Value((at, close + 1), text[at : close + 1], "bracket")


# A password may begin like a list, too, but does not end like one, and nothing stands behind it.
_ODD = re.compile(
    rf"(?!{re.escape(REDACTED)})[^\s\"'`]{{4,64}}(?<![)\]}}>.,;:])(?=[ \t]*\r?(?:\n|\Z))"
)


def _odd(text: str, at: int) -> Value | None:
    match = _ODD.match(text, at)
    return Value(match.span(), match[0], "odd") if match else None


_REFERENCE = re.compile(
    r"""
      (?:self|this|user|config|settings|env|environ|os|process|request|req|res|response|args|argv|
         opts|options|params|ctx|context|data|form|body|cfg|conf|credentials|creds|secrets|state|
         props|event|input|local|var|vars|module|each|values|app|vault|steps|inputs|github|matrix|sys|
         Deno|ENV|Rails|System|Environment|keyring|getpass|session|account|client|obj|item|row|kwargs
      )(?:\.|\[|\?\.|::)[\w.#\[\]"'()?:$-]*
    | !?[A-Za-z_$\\](?:[\w.\\]|::|->|\?\.)*\(.*
    | [A-Za-z_][\w.]*\[.* | [)\]].*
    | (?:await|new|lambda|async|function|not|None|null|nil|undefined|typeof|return|shift|delete
       |grep)(?![\w-]).*
    | \\[%@$&]\w.* | /\^.*
    | !\w{2,12} | \$[\w{(:].* | %[A-Za-z_]\w*% | \{\{.* | <%.* | @[a-z_]+@ | \*[a-z_]+ | &[\w.:]+\{?
    | secret/[\w./:-]+ | (?:Get|Read|New|Import|ConvertTo|ConvertFrom)-[A-Z]\w+ | \.[*+].* | \(\?.*
    | \\[wdsSWDb].* | \*\.\w+
    | (?:vault|op|ssm|arn|secretref|keyvault|azure-keyvault|gcp-secret|env|file|ref)
      (?:://|:aws:|:/|://).*
    """,
    re.VERBOSE,
)
_TYPE = re.compile(
    r"(?:str|string|text|bytes?|int|integer|bool|boolean|any|object|optional|literal|varchar|char|"
    r"number|float|double|secretstr|secretbytes|void|never|unknown|uuid|union|list|dict|map|nil)"
    r"(?:[\[<(?|].*|\d*)",
    re.IGNORECASE,
)


def is_reference(text: str) -> bool:
    """Whether a bare value is an expression that says where the secret comes from."""
    return _REFERENCE.fullmatch(text) is not None


def is_literal(value: Value, name: str) -> bool:
    """Whether the value could be a secret at all, by its form."""
    if is_placeholder(value.text.strip()) or not any(map(str.isalnum, value.text)):
        return False
    plain = value.text.strip().lower()
    if plain in SECRET_WORDS or is_file(value.text) or "(?" in plain:
        return False  # "password": "Passwort", an expression
    if _plain_letters(plain) == _plain_letters(name.rpartition(".")[2]):
        return False  # CHALLENGE_PASSWORD: "challengePassword"
    if value.kind != "bare":
        return not value.text.startswith(("${", "$(", "{{"))
    same = not name.isupper() and (
        value.text.lower().strip("_") == name.lower().rpartition(".")[2].strip("_-")
    )
    return not (
        same
        or is_reference(value.text)
        or _TYPE.fullmatch(value.text)
        or (_DOTTED.fullmatch(value.text) and judge(value.text) is not Sensitivity.PLAIN)
    )


def _plain_letters(text: str) -> str:
    return _SEAMS.sub("", text).lower()


_SEAMS = re.compile(r"[\W_]+")
# form.password, props.apiKey: the last part says what it is.
_DOTTED = re.compile(r"[A-Za-z_]+(?:\.[A-Za-z_]+){1,6}")


def is_ordinary_word(word: str) -> bool:
    """Whether a bare word behind “password is” or “token:” goes on with a sentence about it."""
    plain = word.strip(".,;:!?()[]…*_`~").lower()
    if not plain or plain in ORDINARY or is_algorithm(plain):
        return True
    if looks_secret(word):
        return False
    return plain.isalpha() and plain.endswith(_GRAMMAR) and len(plain) > 5


_GRAMMAR = ("ed", "ing", "able", "ible", "ly", "tion", "ment", "ness", "ful", "less", "ous", "ive")
ORDINARY = words(
    """
    a an the this that these those it its he she they we you i my your his her our their me
    us them is are was were be been being am do does did done has have had having can could
    will would shall should may might must need needs not no nor never none neither either
    yes now then still already always also again only just even ever soon later here there
    where when why how what which who whom whose and or but if unless because since so than
    as at by for from in into of off on onto out over per to too under until up upon via
    with within without about after against along among around before behind below beneath
    beside between beyond down during except inside near outside through throughout toward
    very really quite rather almost nearly both each every all any some many much few more
    most less least other another same such own one two three first second last next new old
    good bad strong weak long short simple complex easy hard wrong right correct incorrect
    valid invalid missing empty blank unknown known unset set reset sent lost kept held
    found left stolen leaked broken stale fresh safe unsafe secure insecure sensitive case
    required optional mandatory necessary needed wanted allowed forbidden denied accepted
    rejected expire expired expires expiring changed changes updated rotated revoked stored saved
    hashed encrypted encoded hidden masked redacted shown visible protected shared reused
    compromised generated created deleted removed issued signed verified confirmed used
    unused active inactive enabled disabled available unavailable default defaults temporary
    permanent private public please contact ask see use enter type provide choose check try
    click call email follow refer ignore note remember make keep change store rotate select
    visit go rules rule policy policies field fields length strength manager managers hint
    reset resets prompt form page link screen update updates request requests count limit
    limits usage authentication authorization protection management generator validator
    validation based characters character chars digits letters symbols words bytes bits
    minutes hours days something anything nothing everything someone anyone nobody everyone
    primary secondary foreign unique sorted important critical crucial essential refresh
    access bearer id ids name names value values bucket buckets ring rings sauce santa true
    false null nil undefined tbd todo n/a na string text number boolean integer object
    include includes omit erforderlich falsch notwendig abgelaufen requerida obligatoria incorrecta
    requis obligatoire like unlike similar different identical equal compatible considered located
    kept meant
    case-sensitive read-only write-only up-to-date yet today tomorrow yesterday garden agent
    read write list view manage
    basic digest negotiate given provided supplied entered typed submitted specified requested known
    strings numbers integers booleans objects
    service services society ballot life lives love ingredient ingredients weapon success
    happiness code codes board boards point points pad wheel tumbler
    """
)
