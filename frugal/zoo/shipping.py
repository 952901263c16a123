"""Ship a finished run as a model of the zoo: artefact, trainable weights, card and origin; or a language model.

`frugal zoo NAME@VERSION --ship FOLDER` writes frugal/zoo/NAME@VERSION/. Trains and measures nothing.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from frugal.contract import Artefact, InputError
from frugal.report.json import read_report
from frugal.report.records import Report
from frugal.runtime import lm_folder
from frugal.runtime.artefact import open_artefact, write_json
from frugal.runtime.feeds import random_feeds, resolve_shapes
from frugal.runtime.language_model import open_language_model
from frugal.runtime.session import answer_singly, open_session
from frugal.zoo.drawn_samples import drawn_feeds
from frugal.zoo.index import FOLDER


def ship(run: Path, name: str, version: int, *, note: str = "", zoo: Path = FOLDER) -> Path:
    """Copy what the run folder ends with to `zoo/<name>@<version>` and describe where it comes from.

    Args:
        run: a run folder, or the folder of a language model.
        note: a remark for the card, in plain words.

    Raises:
        InputError: the run has no report, or the version is taken.
    """
    target = zoo / f"{name}@{version}"
    if target.exists():
        raise InputError(f"{target.name} is taken", allowed="a new version", remedy=f"{name}@{version + 1}")
    if (run / "lm.bin").is_file():
        return _ship_language_model(run, target, note)
    report = read_report(run / "report.json")
    artefact = open_artefact(run / "artefact")
    shutil.copytree(artefact.path, target)
    _generated_parity(open_artefact(target))
    weights = _last_network(run, report)
    shutil.copyfile(weights / "model.json", target / "model.json")
    _write_halved(weights / "weights.safetensors", target / "weights.safetensors")
    write_json(target / "origin.json", _origin(report))
    (target / "card.md").write_text(card(name, version, report, artefact.contract, note), encoding="utf-8")
    return target


def card(name: str, version: int, report: Report, contract: Any, note: str) -> str:
    """The card: what it is, how well it does and for how much, what made it, whose data, what may be done with it."""
    row = report.rows[-1]
    lines = [
        f"# {name}@{version}",
        "",
        f"Task {contract['task']}, {len(contract['labels'])} labels, precision {contract['precision']}, "
        f"{(row.size_bytes or 0) / 1000:.1f} kB, {row.parameters} parameters, {row.macs} multiply-accumulates.",
        "",
        f"- {_error(report)}",
    ]
    folded = row.details.get("error_case_folded")
    if folded is not None:
        lines.append(f"- with case folded (o for O is no error): {100 * folded:.2f} % error")
    if row.details.get("worst_decile") is not None:
        lines.append(f"- worst tenth of the writers: {100 * row.details['worst_decile']:.2f} % error")
    for key, words in (("error_wer", "word error rate"), ("error_accents", "accented letters missed")):
        if row.details.get(key) is not None:
            lines.append(f"- {words}: {100 * row.details[key]:.2f} %")
    lines += [
        f"- made by `{portable(report.about.get('command', ''))}`, seed {report.seed}",
        f"- training took {report.training.get('cpu_s', 0):.0f} CPU seconds",
        f"- weights: {contract['licence']['weights']}",
    ]
    for source in contract["licence"]["sources"]:
        lines.append(f"- data: {source['name']}, {source['licence']}; {source['credit']}; {source['restriction']}")
    return "\n".join([*lines, *(["", note] if note else []), ""])


def _ship_language_model(folder: Path, target: Path, note: str) -> Path:
    open_language_model(folder)
    contract = json.loads((folder / "contract.json").read_text(encoding="utf-8"))
    target.mkdir(parents=True)
    for file in ("lm.bin", "contract.json"):
        shutil.copyfile(folder / file, target / file)
    remark = f"\n{note}\n" if note else ""
    (target / "card.md").write_text(lm_folder.card(target.name, contract) + remark, encoding="utf-8")
    return target


def portable(command: str) -> str:
    """The command without the paths of the machine that ran it: what data.root and out were is the reader's to say."""
    words = [word for word in command.split() if not word.startswith(("out=", "data.root="))]
    return " ".join(words)


def _write_halved(source: Path, target: Path) -> None:
    """Matrices and kernels in half precision, exact enough to train on from and half the bytes; vectors as they are."""
    from frugal.extras import require

    safetensors = require("safetensors.numpy", extra="train")
    tensors = {
        name: array.astype(np.float16) if array.dtype == np.float32 and array.ndim > 1 else array
        for name, array in safetensors.load_file(source).items()
    }
    safetensors.save_file(tensors, target)


def _generated_parity(artefact: Artefact) -> None:
    """Parity samples that are drawn, or are random numbers: what people wrote stays with whoever has the data set."""
    feeds = drawn_feeds(artefact) or random_feeds(artefact, resolve_shapes(artefact, {}))
    inputs = {name: np.concatenate([feed[name] for feed in feeds]) for name in feeds[0]}
    outputs = answer_singly(open_session(artefact.model_path), inputs)
    arrays = {f"in.{name}": array for name, array in inputs.items()}
    arrays |= {f"out.{name}": array for name, array in outputs.items()}
    np.savez_compressed(artefact.path / "parity.npz", **arrays)  # type: ignore[arg-type]


def _error(report: Report) -> str:
    row = report.rows[-1]
    if row.error is None or row.error_low is None or row.error_high is None:
        return "error: not assessed"
    low, high = 100 * row.error_low, 100 * row.error_high
    return (
        f"{row.metric} {100 * row.error:.2f} % ({low:.2f}-{high:.2f}, 95 %) on {row.samples} samples of {_data(report)}"
    )


def _data(report: Report) -> str:
    return str(report.about.get("data", "unknown data"))


def _origin(report: Report) -> dict[str, Any]:
    row = report.rows[-1]
    return {
        "command": portable(report.about.get("command", "")),
        "seed": report.seed,
        "data": _data(report),
        "data_fingerprint": report.about.get("data_fingerprint"),
        "versions": report.versions,
        "training": report.training,
        "error": {"metric": row.metric, "value": row.error, "samples": row.samples, "data": _data(report)},
    }


def _last_network(run: Path, report: Report) -> Path:
    """The folder of the network that the last artefact was exported from."""
    for row in reversed(report.rows):
        digest = str(row.details.get("digest", ""))[:8]
        folders = sorted((run / "steps").glob(f"*-{row.step}-{digest}/model"))
        if folders:
            return folders[-1]
    raise InputError(f"{run} holds no trained network", allowed="a run folder of frugal run")
