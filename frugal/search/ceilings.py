"""How far a model is from keeping a budget, and which budgets no model can keep.

Ceilings of different kinds are compared by the logarithm of found / asked: twice too large counts 0.69, whatever the
unit. Knows rows and budgets; knows no step and no file.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Iterator, Mapping, Sequence

from frugal.contract import InputError
from frugal.gate import Budget, findings
from frugal.report.records import EXACT, MEASURED, Quantity, Report, Row
from frugal.report.verdict import Finding, written

ERRORS = ("error", "cer", "wer")
AS_GOOD_AS_RIGHT = 0.01
"""Added to errors before their logarithm is taken: from 0.1 % to 0.2 % is no doubling."""
UNKNOWN = 10.0
"""What a ceiling counts whose number is unknown."""
LEAST = 1e-3
"""What a ceiling counts at least that is not kept, however closely."""
COUNTS = tuple(name for name in EXACT if name not in ("error", "samples"))


def misses(report: Report, budget: Budget, *, margin: float = 0.0) -> dict[str, float]:
    """Ceiling -> by how much the last row exceeds it (a logarithm, above 0); empty where the budget is kept.

    Args:
        margin: added to the last row's error first.
    """
    last = report.rows[-1]
    if margin and last.error is not None:
        last = last.replace(error=min(1.0, last.error + margin))
        report = dataclasses.replace(report, rows=(*report.rows[:-1], last))
    broken = [finding for finding in findings(report, budget) if finding.violation]
    return {finding.name: _excess(finding, report.rows[0]) for finding in broken}


def limits_error_alone(budget: Budget) -> bool:
    """Whether no ceiling speaks of a cost: then the smallest model that keeps it is wanted."""
    return all(parted(name)[0] in ERRORS for name, _ in budget.asked())


def needs_clock(budget: Budget) -> bool:
    """Whether a ceiling speaks of what has to be measured, not counted."""
    return any(parted(name)[0] in MEASURED for name, _ in budget.asked())


def parted(name: str) -> tuple[str, str]:
    """A ceiling's quantity, and increase, ratio or nothing.

    >>> parted("size_bytes_ratio"), parted("size_kb")
    (('size_bytes', 'ratio'), ('size_bytes', ''))
    """
    base, _, derivation = re.fullmatch(r"(.*?)(_(increase|ratio))?", name).groups("")  # type: ignore[union-attr]
    return ("size_bytes" if base == "size_kb" else base), derivation


def refuse_impossible(given: Report, budget: Budget, *, least_bytes: int) -> None:
    """Raises InputError for a ceiling that no model can keep, or that cannot be measured here.

    Args:
        given: one row, the model as given, with everything measured that the budget asks for.
        least_bytes: what the file takes without any weight.
    """
    row = given.rows[0]
    for finding in findings(given, budget):
        name, asked = finding.name, finding.asked
        base, derivation = parted(name)
        if finding.found is None and finding.violation is not None:
            raise InputError(f"budget {name}: {finding.violation.reason}", allowed="what can be measured here")
        reference = _number(row, base)
        allowed = _absolute(asked * 1000 if name == "size_kb" else asked, derivation, reference)
        least = 0.0 if base in ERRORS else float(least_bytes if base == "size_bytes" else 0)
        if allowed < least or (allowed == 0 and base not in ERRORS and reference > 0):
            floor = "more than 0" if least == 0 and base not in ERRORS else f"{written(least)} or more"
            what = f"{base} of at most {written(allowed)}, as {name}<={written(asked)} asks,"
            note = ": the graph without any weight" if base == "size_bytes" else ""
            raise InputError(f"{what} is impossible", allowed=f"{floor}{note}")


def refuse_unmoved(given: Row, tried: Sequence[Row], budget: Budget, left_out: Mapping[str, str]) -> None:
    """Raises InputError for a count that is too high in the model as given and that nothing tried alone lowers.

    Args:
        left_out: method -> why it could not be used.
    """
    for name, asked in budget.asked():
        base, derivation = parted(name)
        if base not in COUNTS:
            continue
        reference = _number(given, base)
        allowed = _absolute(asked * 1000 if name == "size_kb" else asked, derivation, reference)
        if reference > allowed and all(_number(row, base) >= reference for row in tried):
            why = "".join(f"; {method}: {reason}" for method, reason in left_out.items())
            raise InputError(
                f"{name}<={written(asked)}: nothing that can be done to this model lowers {base}{why}",
                allowed=f"{base} of {written(reference)} or more",
                remedy="the run folder that it came from, which can be pruned and trained, or more --cap",
            )


def _excess(finding: Finding, first: Row) -> float:
    if finding.found is None:
        return UNKNOWN
    base, derivation = parted(finding.name)
    reference = _number(first, base)
    found, asked = (_absolute(number, derivation, reference) for number in (finding.found, finding.asked))
    more = AS_GOOD_AS_RIGHT if base in ERRORS else 0.0
    if asked + more <= 0:
        return UNKNOWN
    return max(LEAST, math.log((found + more) / (asked + more)))


def _absolute(number: float, derivation: str, reference: float) -> float:
    """An increase or a ratio as the quantity itself."""
    return {"increase": reference + number, "ratio": reference * number}.get(derivation, number)


def _number(row: Row, base: str) -> float:
    value = getattr(row, "error" if base in ERRORS else base)
    if isinstance(value, Quantity):
        value = value.high if base == "energy_mj" else value.value
    return math.nan if value is None else float(value)


def told(report: Report, budget: Budget) -> Iterator[str]:
    """What is broken, for people: `size_bytes 41 200 > 30 000`."""
    for finding in findings(report, budget):
        if finding.violation:
            found = "unknown" if finding.found is None else written(finding.found)
            yield f"{finding.name} is {found}, asked <= {written(finding.asked)}"
