"""The option --alphabet: which characters a model knows, from a text file or a contract.json."""

from __future__ import annotations

import json
from pathlib import Path

from frugal.contract import InputError


def read_alphabet(path: Path | None) -> str:
    """The distinct characters of a text file, without line ends, or the labels of a contract; None is French.

    Raises:
        InputError: the file cannot be read as either.
    """
    from frugal.text import FRENCH, alphabet_of, normalise

    if path is None:
        return FRENCH
    try:
        content = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".json":
            return alphabet_of(json.loads(content)["labels"])
        return alphabet_of(normalise(line) for line in content.splitlines())
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise InputError(
            f"--alphabet {path} cannot be read ({type(error).__name__})", allowed="a UTF-8 text, or JSON with labels"
        ) from error
