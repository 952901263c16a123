"""The gate: a budget of ceilings, and what in a report breaks them.

Knows how a budget is written (string, YAML) and compared; measures nothing, prints nothing, writes no file.
"""

from __future__ import annotations

import dataclasses
import difflib
import importlib.resources
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from frugal.contract import InputError
from frugal.report.records import Quantity, Report, Row
from frugal.report.verdict import Finding, Violation

_MULTIPLES = {"": 1.0, "k": 1e3, "M": 1e6}
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([kM]?)")
_CEILING = re.compile(r"([A-Za-z_]\w*)(<=|>=|==|<|>|=|:)(\S*)")
_METRIC_NAMES = ("cer", "wer")
_EXAMPLE = '"size_bytes<=300k error_increase<=0.003"'


Ceiling: TypeAlias = float | str | None


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Ceilings for the last row of a report; None = not asked.

    A value is a number, or a text such as "300k" or "1.5M". `<name>_increase` is the difference and `<name>_ratio` the
    quotient to the baseline's last row, else to the report's first row. `size_kb` is `size_bytes` / 1 000; `cer` and
    `wer` are `error` in a report whose metric has that name.
    """

    error: Ceiling = None
    cer: Ceiling = None
    wer: Ceiling = None
    size_bytes: Ceiling = None
    size_kb: Ceiling = None
    weight_bytes: Ceiling = None
    parameters: Ceiling = None
    nonzero_parameters: Ceiling = None
    macs: Ceiling = None
    cpu_ms: Ceiling = None
    wall_ms_p50: Ceiling = None
    wall_ms_p95: Ceiling = None
    peak_memory_bytes: Ceiling = None
    energy_mj: Ceiling = None
    error_increase: Ceiling = None
    cer_increase: Ceiling = None
    wer_increase: Ceiling = None
    size_bytes_increase: Ceiling = None
    weight_bytes_increase: Ceiling = None
    parameters_increase: Ceiling = None
    nonzero_parameters_increase: Ceiling = None
    macs_increase: Ceiling = None
    cpu_ms_increase: Ceiling = None
    wall_ms_p50_increase: Ceiling = None
    wall_ms_p95_increase: Ceiling = None
    peak_memory_bytes_increase: Ceiling = None
    energy_mj_increase: Ceiling = None
    error_ratio: Ceiling = None
    cer_ratio: Ceiling = None
    wer_ratio: Ceiling = None
    size_bytes_ratio: Ceiling = None
    weight_bytes_ratio: Ceiling = None
    parameters_ratio: Ceiling = None
    nonzero_parameters_ratio: Ceiling = None
    macs_ratio: Ceiling = None
    cpu_ms_ratio: Ceiling = None
    wall_ms_p50_ratio: Ceiling = None
    wall_ms_p95_ratio: Ceiling = None
    peak_memory_bytes_ratio: Ceiling = None
    energy_mj_ratio: Ceiling = None

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            given = getattr(self, field.name)
            if given is not None:
                object.__setattr__(self, field.name, _ceiling(field.name, given))
        if self.size_kb is not None and self.size_bytes is not None:
            raise InputError("budget with size_kb and size_bytes", allowed="one of the two")

    def asked(self) -> Iterator[tuple[str, float]]:
        """The ceilings that are set, in the order of the fields."""
        for field in dataclasses.fields(self):
            ceiling = getattr(self, field.name)
            if ceiling is not None:
                yield field.name, ceiling


def check(report: Report, budget: Budget, baseline: Report | None = None) -> list[Violation]:
    """The ceilings of `budget` that the last row of `report` breaks.

    A quantity is compared by its value, energy by the high end of its range; unknown under a ceiling is a violation.

    Raises:
        InputError: the baseline counts another metric or unit, or the budget names another metric.
    """
    return [finding.violation for finding in findings(report, budget, baseline) if finding.violation]


def findings(report: Report, budget: Budget, baseline: Report | None = None) -> list[Finding]:
    """Every asked ceiling with what was found, held or not; as `check` otherwise."""
    last = report.rows[-1]
    if baseline is not None:
        _comparable(report, baseline)
    results = []
    for name, asked in budget.asked():
        found, reason = _find(name, report, baseline)
        holds = found is not None and (found <= asked or math.isclose(found, asked, rel_tol=1e-9, abs_tol=1e-12))
        violation = None if holds else Violation(name=name, asked=asked, found=found, step=last.step, reason=reason)
        results.append(Finding(name=name, asked=asked, found=found, violation=violation))
    return results


def parse_budget(text_or_path: str | Path) -> Budget:
    """A budget from a string of ceilings, a YAML file, or the name of a budget that frugal ships.

    >>> list(parse_budget("size_bytes<=300k error_increase<=0.003").asked())
    [('size_bytes', 300000.0), ('error_increase', 0.003)]

    Raises:
        InputError: unknown key (names the nearest), twice the same key, not a number, another operator, nothing asked.
    """
    text = str(text_or_path).strip()
    is_file = isinstance(text_or_path, Path) or text.lower().endswith((".yaml", ".yml"))
    if is_file and not re.search("[<>]", text):
        return _from_yaml(Path(text))
    if re.fullmatch(r"[A-Za-z][\w-]*", text) and text not in _keys():
        return _from_yaml(_shipped(text))
    return Budget(**_from_string(text))


def _from_string(text: str) -> dict[str, Any]:
    if not text:
        raise InputError("an empty budget", allowed="NAME<=NUMBER ...", remedy=_EXAMPLE)
    values: dict[str, Any] = {}
    for token in re.split(r"[\s,;]+", re.sub(r"\s*(<=|>=|==|<|>|=)\s*", r"\1", text).strip(" ,;")):
        match = _CEILING.fullmatch(token)
        if match is None:
            raise InputError(f"budget {token!r}", allowed="NAME<=NUMBER, or a YAML file", remedy=_EXAMPLE)
        name, operator, number = match.groups()
        _known(name)
        if operator != "<=":
            raise InputError(
                f"operator {operator} in budget {token!r}", allowed="<=", remedy=f'"{name}<={number or "NUMBER"}"'
            )
        if name in values:
            raise InputError(f"budget with {name} twice", allowed="each name once")
        values[name] = number
    return values


def _from_yaml(path: Path) -> Budget:
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except FileNotFoundError:
        raise InputError(f"budget file {path}, which does not exist", allowed="a YAML file", remedy=_EXAMPLE) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"budget file {path}, which is not YAML ({error})", allowed="NAME: NUMBER lines") from error
    if not isinstance(data, Mapping) or all(value is None for value in data.values()):
        raise InputError(f"budget file {path}, which asks nothing", allowed="NAME: NUMBER lines", remedy="error: 0.02")
    names = [key.value for key, _ in node.value] if node else []
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"budget file {path} with {name} twice", allowed="each name once")
    values = {str(name): value for name, value in data.items() if name != "_target_"}
    for name in values:
        _known(name)
    return Budget(**values)


def _shipped(name: str) -> Path:
    folder = Path(str(importlib.resources.files("frugal.configs"))) / "budget"
    if not (folder / f"{name}.yaml").is_file():
        names = ", ".join(sorted(path.stem for path in folder.glob("*.yaml")))
        raise InputError(f"budget {name!r}", allowed=f"NAME<=NUMBER, a YAML file, or one of {names}", remedy=_EXAMPLE)
    return folder / f"{name}.yaml"


def _keys() -> list[str]:
    return [field.name for field in dataclasses.fields(Budget)]


def _known(name: str) -> None:
    keys = _keys()
    if name not in keys:
        plain = ", ".join(key for key in keys if not key.endswith(("_increase", "_ratio")))
        nearest = difflib.get_close_matches(name, keys, n=1, cutoff=0.0)
        allowed = f"{plain}, and all but size_kb also with _increase or _ratio"
        raise InputError(f"budget key {name}", allowed=allowed, remedy=nearest[0])


def _ceiling(name: str, given: Any) -> float:
    """The number that `given` stands for; raises InputError when it is none, or below zero where nothing can be."""
    allowed = "a finite number such as 300000, 300k, 1.5M or 0.003"
    number = math.nan
    if isinstance(given, (int, float)) and not isinstance(given, bool):
        number = float(given)
    elif isinstance(given, str) and (match := _NUMBER.fullmatch(given.strip())):
        number = float(match[1]) * _MULTIPLES[match[2]]
    if not math.isfinite(number):
        raise InputError(f"budget {name}={given!r}", allowed=allowed)
    if number < 0 and not name.endswith("_increase"):
        raise InputError(f"budget {name}={given!r}", allowed="0 or more")
    return number


def _comparable(report: Report, baseline: Report) -> None:
    ours, theirs = report.rows[-1], baseline.rows[-1]
    if ours.metric != theirs.metric and None not in (ours.error, theirs.error):
        raise InputError(f"baseline with metric {theirs.metric}", allowed=f"the report's metric, {ours.metric}")
    if report.unit != baseline.unit:
        raise InputError(f"baseline with unit {baseline.unit}", allowed=f"the report's unit, {report.unit}")


def _find(name: str, report: Report, baseline: Report | None) -> tuple[float | None, str]:
    """What the report holds under `name`, or None and the reason why that is unknown."""
    base, _, derivation = re.fullmatch(r"(.*?)(_(increase|ratio))?", name).groups("")  # type: ignore[union-attr]
    last = report.rows[-1]
    found, reason = _number(base, last)
    if found is None or not derivation:
        return found, reason
    if name == "cpu_ms_ratio" and baseline is None:
        for ratio in report.ratios:
            if (ratio.of_step, ratio.to_step) == (last.step, report.rows[0].step):
                return ratio.value, ""
    reference, reason = _number(base, report.rows[0] if baseline is None else baseline.rows[-1])
    source = "the first row" if baseline is None else "the baseline"
    if reference is None:
        return None, f"{source}: {reason}"
    if derivation == "increase":
        return found - reference, ""
    return (None, f"{source} has 0, so there is no ratio") if reference == 0 else (found / reference, "")


def _number(name: str, row: Row) -> tuple[float | None, str]:
    if name in _METRIC_NAMES:
        if row.metric != name:
            raise InputError(f"budget {name} for a report of {row.metric}", allowed=f"error, {row.metric}")
        name = "error"
    if name == "size_kb":
        size_bytes, reason = _number("size_bytes", row)
        return None if size_bytes is None else size_bytes / 1000, reason
    number, reason = getattr(row, name), "not measured"
    if isinstance(number, Quantity):
        reason = number.reason or "the high end of its range is not given"
        number = number.high if name == "energy_mj" else number.value
    if isinstance(number, (int, float)) and math.isfinite(number):
        return number, ""
    return None, reason if number is None else f"{number!r} is not a number"
