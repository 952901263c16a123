"""What people declare about a model that no measurement shows: a YAML file with a name, a day and answers.

`template` writes an empty one with the questions in two languages. Read with suspicion: only known keys, only texts.
Knows the keys of the checklist; knows no page.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from frugal.contract import InputError
from frugal.report.checklist import ITEMS
from frugal.report.words import voice

LONGEST = 2000
"""Characters of one answer."""
LARGEST_BYTES = 200_000
_ALLOWED = "declared_by, declared_on (YYYY-MM-DD) and answers, as frugal report --about-template prints them"


@dataclass(frozen=True, kw_only=True)
class Declared:
    """Who says it, when (YYYY-MM-DD), and answer by key of the checklist."""

    declared_by: str
    declared_on: str
    answers: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        return {
            "declared_by": self.declared_by,
            "declared_on": self.declared_on,
            "answers": dict(self.answers),
        }


def read(path: Path) -> Declared:
    """The declarations of a YAML file.

    Raises:
        InputError: missing, too long, not YAML, an unknown key, or an answer that is no text; one line.
    """
    import yaml

    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise InputError(f"{path}: more than {LARGEST_BYTES} bytes", allowed=_ALLOWED)
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {path} ({error.strerror or error})", allowed=_ALLOWED) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # a ValueError: a day that no calendar has
        raise InputError(f"{path} is not YAML ({str(error).partition(chr(10))[0]:.80})", allowed=_ALLOWED) from error
    try:
        return parse(data)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def parse(data: Any) -> Declared:
    """The same from plain values; raises InputError."""
    if not isinstance(data, Mapping) or set(data) - {"declared_by", "declared_on", "answers"}:
        raise InputError("not a declaration", allowed=_ALLOWED)
    who, day, given = data.get("declared_by"), data.get("declared_on"), data.get("answers") or {}
    if not isinstance(who, str) or not who.strip():
        raise InputError("no declared_by", allowed="the name of a person or an organisation")
    if isinstance(day, datetime.date):
        day = day.isoformat()
    if not isinstance(day, str) or not _is_day(day):
        raise InputError(f"declared_on {day!r:.40}", allowed="a day, YYYY-MM-DD")
    if not isinstance(given, Mapping):
        raise InputError("answers of another type", allowed="key: text")
    known = {item.key for item in ITEMS}
    unknown = [str(key) for key in given if key not in known]
    if unknown:
        raise InputError(f"answer to {unknown[0]!r:.60}", allowed=", ".join(sorted(known)))
    texts = {key: text for key, text in given.items() if text is not None}
    for key, text in texts.items():
        if not isinstance(text, str) or len(text) > LONGEST:
            raise InputError(f"the answer to {key} is {text!r:.40}", allowed=f"a text of up to {LONGEST} characters")
    answers = {key: " ".join(text.split()) for key, text in texts.items() if text.strip()}
    return Declared(declared_by=" ".join(who.split())[:200], declared_on=day, answers=answers)


def template() -> str:
    """An empty declaration: every item with its question in English and French, and where it is asked for."""
    english, french = voice("en"), voice("fr")
    lines = [
        f"# {english.say('about.head')}",
        f"# {french.say('about.head')}",
        'declared_by: ""',
        'declared_on: ""  # YYYY-MM-DD',
        "answers:",
    ]
    for item in ITEMS:
        lines += [
            f"  # {english.say(f'check.{item.key}')} ({item.references})",
            f"  # {french.say(f'check.{item.key}')}",
            f'  {item.key}: ""',
        ]
    return "\n".join(lines) + "\n"


def _is_day(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("YYYY-MM-DD")
