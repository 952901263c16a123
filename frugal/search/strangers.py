"""A finished model without its training (an artefact, a stranger's ONNX file) as something that passes can shrink.

What it needs besides is samples: a third of them calibrates, a third chooses, a third is reported on. Without truths
the error is how often its own decisions change. Knows files and contracts; searches nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from frugal.contract import Arrays, Artefact, InputError
from frugal.data.thirds import Thirds
from frugal.pipelines import Subject
from frugal.runtime.artefact import open_artefact, sha256, write_json
from frugal.runtime.counting import load_whole
from frugal.runtime.feeds import stacked_feeds
from frugal.runtime.precision import precision
from frugal.runtime.samples import GivenSamples
from frugal.runtime.session import answer_singly, open_session
from frugal.tasks.decisions import Decisions
from frugal.training import Training

PARITY_SAMPLES, RAGGED_SAMPLES = 64, 8
"""Inputs that an artefact keeps to check itself with: of one shape, and of different ones."""


def finished_model(artefact: Artefact, given: GivenSamples, folder: Path, *, seed: int = 0) -> Subject:
    """`artefact` with its samples; a bare ONNX file becomes an artefact folder below `folder` first.

    Raises:
        InputError: the samples do not fit the model, or are too few, or it decides nothing.
    """
    if any(array.dtype.kind not in "fiub" for feed in given.feeds for array in feed.values()):
        raise InputError("samples that are no numbers", allowed="arrays of numbers or images")
    whole = artefact if _is_complete(artefact) else adopted(artefact, given.feeds, folder / "given")
    task = Decisions(given=whole.contract, has_truths=given.truths is not None)
    session = open_session(whole.model_path)
    truths = given.truths or tuple(str(task.decode(session(feed))[0].value) for feed in given.feeds)
    if given.truths and whole.contract.get("decoder") is None:
        _check_class(str(task.decode(session(given.feeds[0]))[0].value))
    return Subject(
        model=whole,
        task=task,
        data=Thirds(feeds=given.feeds, truths=truths, seed=seed),
        training=Training(),
        seed=seed,
        about={key: whole.contract.get(key) for key in ("recipe", "licence")},
    )


def adopted(artefact: Artefact, feeds: Sequence[Arrays], folder: Path) -> Artefact:
    """A bare ONNX file as an artefact folder: its contract filled in, its answers to some samples kept as parity."""
    folder.mkdir(parents=True)
    model = load_whole(artefact.model_path)
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    middle = sorted(feeds, key=lambda feed: sum(array.size for array in feed.values()))[len(feeds) // 2]
    contract: dict[str, Any] = {
        "precision": precision(model),
        "licence": {"weights": "not stated", "sources": []},
        "recipe": None,
        **artefact.contract,
        "reference_shape": {name: list(array.shape) for name, array in middle.items()},
        "model_sha256": sha256(folder / "model.onnx"),
    }
    write_json(folder / "contract.json", contract)
    ragged = len({tuple(array.shape for array in feed.values()) for feed in feeds}) > 1
    inputs = stacked_feeds(feeds[: RAGGED_SAMPLES if ragged else PARITY_SAMPLES])
    outputs = answer_singly(open_session(artefact.model_path), inputs)
    arrays = {f"in.{name}": array for name, array in inputs.items()}
    arrays |= {f"out.{name}": array for name, array in outputs.items()}
    np.savez_compressed(folder / "parity.npz", **arrays)  # type: ignore[arg-type]
    (folder / "card.md").write_text(f"# {artefact.model_name}\n\nAs it was given.\n", encoding="utf-8")
    return open_artefact(folder)


def _check_class(decision: str) -> None:
    if not decision.isdecimal():
        raise InputError(
            f"truths for a model that decides {decision[:40]!r} about a sample",
            allowed="one output with a score per class",
            remedy="no truths: then decisions are compared with the given model's",
        )


def _is_complete(artefact: Artefact) -> bool:
    """Whether it is a folder of ours, with all that a pass and a report ask for."""
    needed = {"reference_shape", "model_sha256", "precision", "licence", "task"}
    is_folder = artefact.model_name == "model.onnx" and (artefact.path / "contract.json").is_file()
    return is_folder and (artefact.path / "parity.npz").is_file() and needed <= artefact.contract.keys()
