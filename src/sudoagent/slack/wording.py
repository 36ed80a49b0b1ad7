"""A company's own words for what Slack shows: read from a TOML file, checked, put in place.

The file names texts as `sudoagent slack texts` prints them, and holds those that are to be other
than usual. Library and bot read the same file, each when it starts.
"""

from __future__ import annotations

import difflib
import json
import string
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, Final, NamedTuple

from sudoagent.errors import ConfigurationError

from . import command_texts, grant_texts, notice_texts, reminder_texts, texts

__all__ = ["VARIABLE", "current_words", "read_wording", "template", "use_wording", "wording_from"]

VARIABLE: Final = "SUDOAGENT_TEXTS"

# What a text's name begins with, by the module that it stands in.
_MODULES: Final = {
    "": texts,
    "command.": command_texts,
    "grant.": grant_texts,
    "notice.": notice_texts,
    "reminder.": reminder_texts,
}
_LARGEST_FILE = 1_000_000
# Three times as long as usual: more than any language needs, and cards still fit. Short ones may
# grow to this many characters.
_SHORT = 100
# Forms of moments are Slack's to fill in, and a language may choose others of them.
_MOMENTS = "AT_"
_MOMENT_WORDS: Final = frozenset(
    (
        *("date_num", "date_slash", "date", "date_short", "date_long", "date_pretty"),
        *("date_short_pretty", "date_long_pretty", "day_divider_pretty", "date_long_full"),
        *("time", "time_secs", "ago"),
    )
)
# What ends a moment in the markup around it.
_MOMENT_MARKUP = frozenset("<>|^")
_HEADING: Final = """\
# Everything that sudoagent says in Slack. Keep the lines that you change, save them as e.g.
# texts.toml, and set SUDOAGENT_TEXTS to its path for the agents and for sudoagent-bot.
# Words in braces are filled in: they may be moved and repeated, but not renamed or left out.

"""


class _Place(NamedTuple):
    """Where a text stands: a name of a module, and the key where that name is a table's."""

    module: ModuleType
    name: str
    key: Any = None

    @property
    def text(self) -> str:
        value = getattr(self.module, self.name)
        return str(value if self.key is None else value[self.key])

    def replace(self, text: str) -> None:
        if self.key is None:
            setattr(self.module, self.name, text)
        else:
            getattr(self.module, self.name)[self.key] = text


def _places() -> Iterator[tuple[str, _Place]]:
    for prefix, module in _MODULES.items():
        for name, value in vars(module).items():
            if name.isupper() and isinstance(value, str):
                yield f"{prefix}{name}", _Place(module, name)
            elif name.isupper() and isinstance(value, dict):
                for key in value:
                    shown = "_".join(key) if isinstance(key, tuple) else key
                    yield f"{prefix}{name}.{shown}", _Place(module, name, key)


_PLACES: Final = MappingProxyType(dict(_places()))
_USUAL: Final = MappingProxyType({name: place.text for name, place in _PLACES.items()})


def current_words() -> dict[str, str]:
    """Return every text by its name, as it is shown now."""
    return {name: place.text for name, place in _PLACES.items()}


def template() -> str:
    """Return a file in which every text stands as it is shown now."""
    lines = (f"{name} = {_toml(text)}" for name, text in current_words().items())
    return _HEADING + "\n".join(lines) + "\n"


def wording_from(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the words of the file that ``SUDOAGENT_TEXTS`` names; none when it is not set.

    Raises ``ConfigurationError``.
    """
    path = environ.get(VARIABLE, "").strip()
    return read_wording(Path(path)) if path else {}


def read_wording(path: Path) -> Mapping[str, str]:
    """Return the words of a file by their names.

    Raises ``ConfigurationError`` for a file that cannot be read, and for words that cannot be
    shown, a line for each of them: unknown names, and braces that are not those of the usual text.
    """
    given = dict(_flat(_table(path)))
    problems = [
        f"{VARIABLE}: {name}: {problem}"
        for name, value in given.items()
        if (problem := _problem(name, value)) is not None
    ]
    if problems:
        raise ConfigurationError("\n".join(problems))
    return given


def use_wording(wording: Mapping[str, str]) -> None:
    """Show these words from now on, in the whole process, and the usual ones for all others.

    ``wording`` is what `read_wording` returned.
    """
    for name, place in _PLACES.items():
        place.replace(wording.get(name, _USUAL[name]))


def _table(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ConfigurationError(f"{VARIABLE}: {path} is too large to be a file of texts")
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        # Of both kinds: no such file, no permission; no UTF-8, no TOML.
        raise ConfigurationError(f"{VARIABLE}: {path} cannot be read: {error}") from None


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _problem(name: str, value: object) -> str | None:
    """Return why this cannot stand in the place of that text; ``None``: it can."""
    usual = _USUAL.get(name)
    if usual is None:
        near = difflib.get_close_matches(name, _USUAL, n=1)
        return "no text is called that" + (f"; did you mean {near[0]}?" if near else "")
    if not isinstance(value, str) or not value.strip():
        return "this has to be text, and not empty"
    if any(unicodedata.category(char) in ("Cc", "Cs") and char != "\n" for char in value):
        return "it contains control characters"
    most = max(_SHORT, 3 * len(usual))
    if len(value) > most:
        return f"it has {len(value)} characters, up to {most} are shown"
    return _wrong_braces(name, value, usual)


def _wrong_braces(name: str, value: str, usual: str) -> str | None:
    try:
        found = _placeholders(value)
    except ValueError as error:
        return f"its braces cannot be filled in: {error}"
    if name.startswith(_MOMENTS):
        fits = found and found <= _MOMENT_WORDS and not _MOMENT_MARKUP & set(value)
        return None if fits else "this has to be made of what Slack fills in: see {date} and {time}"
    wanted = _placeholders(usual)
    if found == wanted:
        return None
    missing, surplus = (", ".join(sorted(names)) for names in (wanted - found, found - wanted))
    told = (f"it lacks {{{missing}}}" if missing else "", f"has {{{surplus}}}" if surplus else "")
    return " and ".join(filter(None, told)) + ": keep the words in braces as they are"


def _placeholders(text: str) -> frozenset[str]:
    """Return the names in braces. Raises ``ValueError`` for braces of any other kind."""
    names = set()
    for _, name, form, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        # A form such as {count:>999999999} would fill the memory.
        if not name.isidentifier() or form or conversion:
            raise ValueError(
                f"only a name may stand in braces, not {{{name}{form and ':' + form}}}"
            )
        names.add(name)
    return frozenset(names)


def _toml(text: str) -> str:
    # Of what JSON escapes, TOML's basic strings read everything in the same way.
    return json.dumps(text, ensure_ascii=False)
