"""Training that goes on from a trained network: its weights by name, its classes by label, a new alphabet included.

Knows where trainable weights lie (a model of the zoo, a run folder, a folder of both files); trains nothing.

Shapes: `C` classes.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from frugal.contract import InputError, Task
from frugal.models.growing import grown
from frugal.models.saving import DESCRIPTION, WEIGHTS, load_model
from frugal.runtime.artefact import sha256
from frugal.zoo import index


@dataclass(frozen=True, kw_only=True)
class Initial:
    """A trained network on disk: the folder of its weights, and the contract.json of an artefact that it became."""

    folder: Path
    contract: Path

    @property
    def stated(self) -> Mapping[str, Any]:
        """What the contract says: task, labels, time stride ..."""
        stated: dict[str, Any] = json.loads(self.contract.read_text(encoding="utf-8"))
        return stated

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of its classes, in order, without a blank."""
        return tuple(self.stated["labels"])

    @property
    def digest(self) -> str:
        """sha256 of the weights."""
        return sha256(self.folder / WEIGHTS)

    @property
    def training(self) -> Mapping[str, Any] | None:
        """What it cost to train, as its origin.json or its run's report.json states it; None where neither does."""
        places = (self.folder / "origin.json", *(parent / "report.json" for parent in self.folder.parents[1:4]))
        stated = next((file for file in places if file.is_file()), None)
        if stated is None:
            return None
        cost: Mapping[str, Any] | None = json.loads(stated.read_text(encoding="utf-8")).get("training")
        return cost


def find_initial(source: str, *, what: str = "initial") -> Initial:
    """The trained network that `source` names.

    Args:
        source: a name of the zoo; a folder with contract.json and weights; a run folder (its last network), one of its
            steps, or the folder `model` of a step.
        what: the argument that the source was given as, for the complaint.

    Raises:
        InputError: there are no trainable weights.
    """
    path = Path(source).expanduser()
    folder = path if path.is_dir() else index.find(source)
    places = [*_last_step(folder), folder / "model", folder]
    model = next((place for place in places if (place / WEIGHTS).is_file()), folder)
    contracts = (model / "contract.json", model.parent / "artefact" / "contract.json")
    contract = next((file for file in contracts if file.is_file()), None)
    if contract is None or not (model / WEIGHTS).is_file() or not (model / DESCRIPTION).is_file():
        raise InputError(
            f"{what}={source} without {DESCRIPTION}, {WEIGHTS} and contract.json",
            allowed="a model of the zoo with trainable weights, or a run folder",
            remedy="frugal zoo lists the models",
        )
    return Initial(folder=model, contract=contract)


def _last_step(run: Path) -> list[Path]:
    """The folder of the network that the last finished PyTorch step of a run left; none where there is no such step."""
    steps = [
        step
        for step in run.glob("steps/[0-9]*")  # a step that is not finished begins with a dot
        if (step / "model" / WEIGHTS).is_file() and (step / "artefact" / "contract.json").is_file()
    ]
    return [step / "model" for step in sorted(steps, key=lambda step: int(step.name.split("-")[0]))[-1:]]


def warm_started(model: nn.Module, task: Task, initial: Initial) -> nn.Module:
    """`model` with the initial network's weights; changes `model` itself.

    A wider network begins as the same function (`models/growing.py`). Where the labels differ, the rows of the class
    layers go by label: a label that both know keeps its row, a new accented one begins as its base letter (é as e), any
    other as it was drawn.

    Raises:
        InputError: the two are networks of different kinds.
    """
    old = load_model(initial.folder, factory=type(model))
    if type(old) is not type(model):
        raise InputError(f"an initial {type(old).__name__} for a {type(model).__name__}", allowed="the same network")
    new_labels = tuple(task.contract()["labels"])
    sizes = (len(initial.labels), len(new_labels))
    extra = task.num_outputs - sizes[1]  # classes without a label: the blank
    rows = None if new_labels == initial.labels else _rows(initial.labels, new_labels, extra)
    state, classes = model.state_dict(), _class_tensors(model)
    for name, tensor in old.state_dict().items():
        if name not in state:
            raise InputError(f"the initial network has {name}, this one has not", allowed="the same architecture")
        by_label = rows is not None and name in classes and len(tensor) == sizes[0] + extra
        drawn = state[name]
        state[name] = _moved(tensor, drawn, rows or ()) if by_label else _grown(name, tensor, drawn, old, model)
    model.load_state_dict(state)
    return model


def _class_tensors(model: nn.Module) -> set[str]:
    """The weights with a row for each class: those that change their shape when there is a class more."""
    arguments = model.hparams
    assert isinstance(arguments, dict)
    with torch.device("meta"):  # shapes alone: no memory, no random number
        sizes = (arguments["num_outputs"], arguments["num_outputs"] + 1)
        few, more = (type(model)(**{**arguments, "num_outputs": size}).state_dict() for size in sizes)
    return {name for name, tensor in few.items() if tensor.shape != more[name].shape}


def _rows(old: Sequence[str], new: Sequence[str], extra: int) -> list[int | None]:
    """For each new class the old one that it begins as; None for none."""
    places = {label: place for place, label in enumerate(old)}
    labelled = [places.get(label, places.get(_base(label))) for label in new]
    return [*labelled, *(len(old) + place for place in range(extra))]


def _base(label: str) -> str:
    """The letter without its accent: e for é."""
    return "".join(c for c in unicodedata.normalize("NFD", label) if not unicodedata.combining(c))


def _moved(old: Tensor, new: Tensor, rows: Sequence[int | None]) -> Tensor:
    if old.shape[1:] != new.shape[1:]:
        raise InputError(
            "other labels and other sizes at once", allowed="one of them", remedy="two runs one after the other"
        )
    moved = new.clone()
    for place, row in enumerate(rows):
        if row is not None:
            moved[place] = old[row]
    return moved


def _grown(name: str, tensor: Tensor, drawn: Tensor, old: nn.Module, model: nn.Module) -> Tensor:
    try:
        return grown(name, tensor, drawn, old, model)
    except ValueError as error:
        raise InputError(
            f"{name} is {list(tensor.shape)} in the initial network and {list(drawn.shape)} here",
            allowed="the same sizes, or larger ones",
            remedy="model.* as the initial model's card says",
        ) from error
