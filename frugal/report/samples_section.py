"""What people wrote and what was read instead, for those who ask for it: texts of the samples that went most wrong.

A report holds no sample unless somebody adds some; reads `predictions.tsv` and the account `samples` with suspicion.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from frugal.contract import InputError
from frugal.report.page import Section, Table
from frugal.report.words import Voice

MOST = 20
_COLUMNS = ("item", "truth", "answer", "errors")


def read_samples(path: Path) -> list[dict[str, Any]]:
    """The samples with most errors in a `predictions.tsv`, at most 20, worst first.

    Raises:
        InputError: missing, or not the predictions of a run.
    """
    allowed = "the predictions.tsv that lies beside a run's report"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        found: list[dict[str, Any]] = [
            {"item": row["item"], "truth": row["truth"], "answer": row["answer"], "errors": float(row["errors"])}
            for row in rows
        ]
    except OSError as error:
        raise InputError(f"cannot read {path} ({error.strerror or error})", allowed=allowed) from error
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise InputError(f"{path} holds no predictions", allowed=allowed) from error
    wrong = [each for each in found if each["errors"] > 0]
    return sorted(wrong, key=lambda each: -each["errors"])[:MOST]


def parse(data: Any) -> Sequence[Mapping[str, Any]]:
    """The samples if they have the form that we write; raises InputError, KeyError or TypeError else."""
    if not isinstance(data, list) or len(data) > MOST:
        raise InputError(f"samples that are no list of at most {MOST}")
    for each in data:
        if not all(isinstance(each[name], str) for name in _COLUMNS[:3]) or not _is_count(each["errors"]):
            raise InputError("a sample with a value of another type")
    return data


def section(voice: Voice, samples: Sequence[Mapping[str, Any]], index: int) -> Section:
    """A table, worst first; `index` is not needed, there is no drawing."""
    if not samples:
        return Section(title=voice.say("samples"), text=(voice.say("samples.none"),))
    table = Table(
        caption=voice.say("samples.table", n=len(samples)),
        head=tuple(voice.say(f"samples.{name}") for name in _COLUMNS),
        rows=tuple(
            (each["item"], each["truth"], each["answer"], voice.numerals.general(each["errors"])) for each in samples
        ),
        words=3,
        last=False,
    )
    return Section(title=voice.say("samples"), text=(voice.say("samples.note"),), tables=(table,))


def _is_count(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
