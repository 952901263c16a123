"""The networks that the alternatives are held against: those that were given, or the zoo's own for these labels."""

from __future__ import annotations

from collections.abc import Sequence

from frugal.contract import Artefact, InputError
from frugal.need.problem import Problem
from frugal.zoo import index
from frugal.zoo.loading import resolve

NONE = "none"


def networks(problem: Problem, asked: Sequence[str]) -> dict[str, Artefact]:
    """Name -> artefact: every model that was asked for; where none was, the newest of each fitting name of the zoo.

    Raises:
        InputError: a model that answers another question than the data ask.
    """
    if NONE in asked:
        return {}
    found = {name: resolve(name) for name in asked or _fitting(problem)}
    for name, artefact in found.items():
        _check(problem, name, artefact)
    return found


def _fitting(problem: Problem) -> list[str]:
    """Models of the zoo for the same task; of characters those with exactly these labels."""
    newest = {entry.name: entry for entry in index.entries()}  # versions rise
    fitting = [entry for entry in newest.values() if entry.task == problem.task]
    if problem.task == "characters":
        fitting = [entry for entry in fitting if set(resolve(entry.path).contract["labels"]) == set(problem.labels)]
    return [f"{entry.name}@{entry.version}" for entry in fitting]


def _check(problem: Problem, name: str, artefact: Artefact) -> None:
    task = artefact.contract.get("task")
    if task != problem.task:
        raise InputError(f"--model {name} for the task {task}", allowed=f"a model for {problem.task}")
    inputs = [port["name"] for port in artefact.contract["inputs"]]
    if len(inputs) != 1:
        raise InputError(f"--model {name} with the inputs {', '.join(inputs)}", allowed="a model that takes the image")
