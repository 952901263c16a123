"""Sensitivity: each method alone at a few strengths, without training; what that lets one expect of pipelines.

As Li, Kadav, Durdanovic, Samet, Graf, "Pruning filters for efficient ConvNets", ICLR 2017 (arXiv:1608.08710), section
3.2, look at single layers. Deviations: whole methods in the place of layers; of several methods together the sizes are
expected to multiply, and their errors are not predicted, since training recovers them. What trains is not tried alone:
it costs most and says least.

Knows trials; draws nothing at random.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from frugal.report.records import MEASURED, Quantity, Row
from frugal.search.ceilings import COUNTS
from frugal.search.methods import Method
from frugal.search.space import Parameters, Plan, Space
from frugal.search.trials import Trial, Trials
from frugal.strengths import Role

CHOICES: Mapping[Role, str] = {"recover": "recovery", "quantise": "quantisation"}
"""Roles of which there is one at most, and the choice that names it."""
ORDER: tuple[Role, ...] = ("prepare", "quantise", "shrink", "settle", "recover")
SAVES = 0.95
"""A quantisation that leaves more than this of the file, and of the time where it is measured, is of no use."""
NO_TIME = "not tried: no CPU time left for it"
Attempt = Callable[[int], Trial | None]
"""A strength -> its trial; None where the time does not suffice."""
Shares = dict[str, float]
"""Cost (size_bytes, macs, cpu_ms ...) -> its share of that of the model as given."""
COSTS = (*COUNTS, *MEASURED)


@dataclass(kw_only=True)
class Sensitivity:
    """What each method did alone.

    Attributes:
        methods: those that can be used on this model, with the settings that work.
        found: method -> strength -> its trial. left_out: method -> why it is of no use here.
    """

    methods: list[Method] = field(default_factory=list)
    found: dict[str, dict[int, Trial]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def space(self) -> Space:
        return Space(tuple(self.methods))

    @property
    def trials(self) -> list[tuple[Parameters, Trial]]:
        """Every trial, with the choices that lead to it in `space`."""
        return [
            (parameters_of(method, strength), trial)
            for method in self.methods
            for strength, trial in self.found[method.name].items()
        ]

    def without(self, name: str, reason: str) -> Sensitivity:
        """The same without a method that turned out to be of no use."""
        kept = [method for method in self.methods if method.name != name]
        return Sensitivity(methods=kept, found=self.found, left_out={**self.left_out, name: reason})

    def holds(self, plan: Plan | Trial) -> bool:
        """Whether all methods of a plan are of use."""
        return not any(told.partition(" ")[0] in self.left_out for told in plan.key)

    def is_training(self, name: str) -> bool:
        """Whether the method of that name asks for epochs of training."""
        return any(method.name == name and trains(method) for method in self.methods)

    def expected(self, parameters: Parameters) -> Shares:
        """The costs to expect of a pipeline, as shares: those of its methods multiplied."""
        shares = dict.fromkeys(COSTS, 1.0)
        for method, strength in self.space.fixed(parameters).chosen:
            own = self._shares(method, strength)
            shares = {name: share * own[name] for name, share in shares.items()}
        return shares

    def _shares(self, method: Method, strength: int) -> Shares:
        """Between the strengths that were tried, straight lines through the logarithms; of what trains, no change."""
        tried = sorted(self.found[method.name].items())
        if not tried:
            return dict.fromkeys(COSTS, 1.0)
        strengths = [each for each, _ in tried]
        logarithms = {name: [math.log(share_of(trial, name)) for _, trial in tried] for name in COSTS}
        return {name: float(np.exp(np.interp(strength, strengths, known))) for name, known in logarithms.items()}


def share_of(trial: Trial, name: str) -> float:
    """A cost of what the trial left, as a share of the model as given; 1 where one of the two is unknown."""
    before, after = (cost(row, name) for row in (trial.rows[0], trial.last))
    return after / before if before and after else 1.0


def cost(row: Row, name: str) -> float | None:
    """A number of a row, whether counted or measured."""
    value = getattr(row, name)
    return value.value if isinstance(value, Quantity) else value


def parameters_of(method: Method, strength: int) -> Parameters:
    """The choices that lead to the pipeline of that method alone."""
    choice = CHOICES.get(method.role)
    return {**({} if choice is None else {choice: method.name}), method.name: strength}


def look(trials: Trials, methods: Sequence[Method]) -> Sensitivity:
    """Try each method alone, the cheap ones first."""
    result = Sensitivity()
    whole = Space(tuple(methods))
    seen = {str(trials.given.row.details["model_sha256"]): "the model as given"}
    for method in sorted(methods, key=lambda each: ORDER.index(each.role)):
        if trains(method):
            result.methods.append(method)
            result.found[method.name] = {}
            continue

        def attempt(strength: int, method: Method = method) -> Trial | None:
            parameters = parameters_of(method, strength)
            plan = whole.fixed(parameters)
            return trials.run(plan, "alone", parameters) if trials.affords(plan) else None

        found, reason = _of_shrinking(method, attempt) if method.role == "shrink" else _of_others(method, attempt)
        found, twin = _without_twins(found, seen) if method.role in ("prepare", "quantise") else (found, "")
        if method.role == "quantise" and found and not any(_saves(trial) for trial in found.values()):
            found, twin = {}, f"saves less than {1 - SAVES:.0%}"
        if found:
            kept = list(range(max(found) + 1)) if method.role == "shrink" else sorted(found)
            result.methods.append(method.only(kept))
            result.found[method.name] = {kept.index(strength): trial for strength, trial in found.items()}
        else:
            result.left_out[method.name] = reason or twin
    return result


def trains(method: Method) -> bool:
    """Whether a step of this method asks for epochs of training."""
    return bool(getattr(method.step(0), "epochs", 0))


def _saves(trial: Trial) -> bool:
    return min(share_of(trial, name) for name in ("size_bytes", "cpu_ms")) <= SAVES


def _of_others(method: Method, attempt: Attempt) -> tuple[dict[int, Trial], str]:
    """Every setting."""
    found: dict[int, Trial] = {}
    reason = ""
    for strength in method.all_strengths:
        trial = attempt(strength)
        if trial is not None and trial.is_done:
            found[strength] = trial
        reason = reason or (NO_TIME if trial is None else trial.reason)
    return found, reason


def _of_shrinking(method: Method, attempt: Attempt) -> tuple[dict[int, Trial], str]:
    """The mildest, the strongest that works, and the one in the middle."""
    mildest = attempt(0)
    if mildest is None or not mildest.is_done:
        return {}, NO_TIME if mildest is None else mildest.reason
    found = {0: mildest}
    strength = method.strongest
    while strength > 0:
        trial = attempt(strength)
        if trial is None:
            return found, ""
        if trial.is_done:
            found[strength] = trial
            break
        strength = strength * 3 // 4
    if strength >= 2 and (middle := attempt(strength // 2)) is not None and middle.is_done:
        found[strength // 2] = middle
    if all(share_of(trial, name) >= 1 for trial in found.values() for name in COUNTS):
        return {}, "removes nothing"
    return found, ""


def _without_twins(found: dict[int, Trial], seen: dict[str, str]) -> tuple[dict[int, Trial], str]:
    """Those that left another file than any before them; `seen` grows by them."""
    kept: dict[int, Trial] = {}
    twin = ""
    for strength, trial in found.items():
        content = str(trial.last.details["model_sha256"])
        if content in seen:
            twin = f"leaves the same file as {seen[content]}"
        else:
            seen[content] = trial.told
            kept[strength] = trial
    return kept, twin
