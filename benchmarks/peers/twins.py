"""Another head on the convolutions of a line network of the zoo, untrained: a folder that `initial=` takes.

    python benchmarks/peers/twins.py gru FOLDER
    frugal run recipe=lines_fr_xs initial=FOLDER model.cell=gru ...

How the twins of the compression table are trained: docs/peers-compression.md. Trains nothing itself.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from frugal.initial import find_initial
from frugal.models.saving import load_model, save_model

TWINS: dict[str, dict[str, Any]] = {
    "gru": {"cell": "gru"},
    "convolutional": {"hidden": 0, "mixers": 5},
}
"""The arguments of LineNet that change; `model.*` of the training has to say the same."""
TRUNK = ("stem.", "stages.", "shortcut.")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("twin", choices=sorted(TWINS))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--of", default="lines-fr-xs@3", help="the line network (%(default)s)")
    asked = parser.parse_args(arguments)
    initial = find_initial(asked.of, what="--of")
    save_model(twin(load_model(initial.folder), TWINS[asked.twin]), asked.folder)
    shutil.copyfile(initial.contract, asked.folder / "contract.json")
    return 0


def twin(model: nn.Module, changed: dict[str, Any], *, seed: int = 0) -> nn.Module:
    """A network as `model` with other arguments: the weights of the trunk are kept, the rest is drawn."""
    arguments = model.hparams
    assert isinstance(arguments, dict)
    torch.manual_seed(seed)
    made = type(model)(**{**arguments, **changed})
    kept = {name: tensor for name, tensor in model.state_dict().items() if name.startswith(TRUNK)}
    made.load_state_dict({**made.state_dict(), **kept})
    return made


if __name__ == "__main__":
    sys.exit(main())
