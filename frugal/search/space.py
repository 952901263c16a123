"""The pipelines that can be built of the methods: which of them, in which order, how strong. Knows no budget, no trial.

A pipeline is: stages that shrink, in any order; training that recovers, once at the end or after each of them too; what
settles the network; then passes that prepare the graph, and one that quantises it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from frugal.contract import Pass, Stage
from frugal.search.methods import Method
from frugal.strengths import Role

Parameters = dict[str, Any]
Choose = Callable[[str, Sequence[Any]], Any]
"""(name of a choice, what there is to choose from) -> what is chosen; numbers are given as a range."""
NONE = "none"
LEFT_OUT = -1


@dataclass(frozen=True)
class Plan:
    """A pipeline: methods with their strengths, in order."""

    chosen: tuple[tuple[Method, int], ...] = ()

    @classmethod
    def of(cls, key: Sequence[str], methods: Sequence[Method]) -> Plan:
        """The plan that has this key."""
        known = {method.told(strength): (method, strength) for method in methods for strength in method.all_strengths}
        return cls(tuple(known[told] for told in key))

    @property
    def key(self) -> tuple[str, ...]:
        """What tells two plans apart."""
        return tuple(method.told(strength) for method, strength in self.chosen)

    @property
    def told(self) -> str:
        """For people: `prune_structured macs_ratio=0.33, int8_static`."""
        return ", ".join(self.key) or "as given"

    @property
    def epochs(self) -> int:
        """Epochs of training that it asks for."""
        return sum(int(getattr(step, "epochs", 0) or 0) for step in self.steps().values())

    def steps(self) -> dict[str, Stage | Pass]:
        """Name -> step; a method that comes again has its number in the name."""
        steps: dict[str, Stage | Pass] = {}
        for method, strength in self.chosen:
            times = sum(name.partition("-")[0] == method.name for name in steps)
            steps[f"{method.name}-{times + 1}" if times else method.name] = method.step(strength)
        return steps


@dataclass(frozen=True)
class Space:
    """Every pipeline of these methods."""

    methods: tuple[Method, ...]

    def of(self, role: Role) -> list[Method]:
        """The methods of a role."""
        return [method for method in self.methods if method.role == role]

    def plan(self, choose: Choose) -> Plan:
        """Go through the choices in a fixed order; each choice depends on those before it only."""
        shrinking = self._shrinking(choose)
        recovery = _one_of("recovery", self.of("recover"), choose)
        if recovery and len(shrinking) > 1 and choose("recover after each", (False, True)):
            mild = (recovery[0][0], 0)
            trained = [step for shrunk in shrinking for step in (shrunk, mild)][:-1] + recovery
        else:
            trained = shrinking + recovery
        settled = _each(self.of("settle"), choose)
        quantised = _one_of("quantisation", self.of("quantise"), choose)
        prepared = _each(self.of("prepare"), choose)
        is_pass = quantised and hasattr(quantised[0][0].step(0), "tolerance")
        ending = prepared + quantised if is_pass else quantised + prepared
        return Plan(tuple(trained + settled + ending))

    def fixed(self, parameters: Mapping[str, Any]) -> Plan:
        """The plan of these parameters; a choice that they do not name is the first that there is to choose from."""
        return self.plan(lambda name, choices: parameters.get(name, choices[0]))

    def choices(self, parameters: Mapping[str, Any]) -> dict[str, tuple[Any, Sequence[Any]]]:
        """Every choice on the way to the plan of `parameters`: what was chosen, and from what."""
        made: dict[str, tuple[Any, Sequence[Any]]] = {}

        def choose(name: str, choices: Sequence[Any]) -> Any:
            made[name] = (parameters.get(name, choices[0]), choices)
            return made[name][0]

        self.plan(choose)
        return made

    def _shrinking(self, choose: Choose) -> list[tuple[Method, int]]:
        """Those that are not left out, in the order of their places."""
        methods = self.of("shrink")
        chosen = _each(methods, choose)
        if len(chosen) > 1:
            places = {method.name: choose(f"place of {method.name}", range(len(methods))) for method, _ in chosen}
            chosen.sort(key=lambda pair: places[pair[0].name])
        return chosen


def _each(methods: Sequence[Method], choose: Choose) -> list[tuple[Method, int]]:
    strengths = [(method, choose(method.name, range(LEFT_OUT, method.strongest + 1))) for method in methods]
    return [(method, strength) for method, strength in strengths if strength != LEFT_OUT]


def _one_of(what: str, methods: Sequence[Method], choose: Choose) -> list[tuple[Method, int]]:
    """At most one of the methods."""
    if not methods:
        return []
    name = choose(what, (NONE, *(method.name for method in methods)))
    return [(method, choose(method.name, method.all_strengths)) for method in methods if method.name == name]
