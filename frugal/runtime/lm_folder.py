"""The folder of a language model: `lm.bin`, `contract.json` with the task `lm`, `card.md`.

Knows what was trained and whose texts they are; trains nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from frugal.contract import InputError
from frugal.runtime.artefact import CONTRACT_SCHEMA, sha256, write_json
from frugal.runtime.ngram_file import VERSION
from frugal.runtime.ngram_training import TrainedModel

NOT_STATED = "not stated"


def write_lm_folder(
    folder: Path,
    trained: TrainedModel,
    *,
    sources: Mapping[str, Sequence[str]],
    held_out: Sequence[str],
    alphabet: str,
    alpha: float,
    beta: float,
    temperature: float = 1.0,
    licence: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write the three files; the contract is returned.

    Args:
        sources: name -> the lines that were trained on.
        held_out: the lines that it was measured on.
        alpha, beta: see `frugal.runtime.fusion`.
        temperature: see `frugal.runtime.language_model`.
        licence: `weights`, and `sources` with name, licence, credit and restriction; None: not stated.

    Raises:
        InputError: the folder holds something else, or cannot be written.
    """
    path = folder / "lm.bin"
    if (folder / "model.onnx").exists():
        raise InputError(f"{folder} is the folder of another model", allowed="a new folder, or a language model's")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(trained.data)
    except OSError as error:
        raise InputError(f"cannot write {path} ({error.strerror})", allowed="a folder that may be written") from error
    settings = {"alphabet": alphabet, "alpha": alpha, "beta": beta, "temperature": temperature}
    contract = _contract(trained, sources, held_out) | settings
    contract |= {"lm_sha256": sha256(path), "licence": dict(licence) if licence is not None else _unknown(sources)}
    write_json(folder / "contract.json", contract)
    (folder / "card.md").write_text(card(folder.name, contract), encoding="utf-8")
    return contract


def card(name: str, contract: Mapping[str, Any]) -> str:
    """What it is, how well it predicts, what it was made of and what may be done with it, in Markdown."""
    bits, held_out = contract["bits_per_character"], contract["held_out"]
    licence = contract["licence"]
    lines = [
        f"# {name}",
        "",
        f"Character language model of order {contract['order']}, {len(contract['alphabet'])} characters, "
        f"{contract['size_bytes'] / 1000:.1f} kB: {sum(contract['ngrams'])} n-grams, pruned from "
        f"{sum(contract['ngrams_unpruned'])}.",
        "",
        f"- {bits:.3f} bits per character (perplexity {2**bits:.2f}) on {held_out['lines']} held-out lines of "
        f"{held_out['characters']} characters; {contract['bits_per_character_unpruned']:.3f} before pruning",
        "- in decoding: " + ", ".join(f"{key} {contract[key]:g}" for key in ("alpha", "beta", "temperature")),
    ]
    for text in contract["texts"]:
        lines.append(
            f"- {100 * text['weight']:.1f} % {text['name']}: {text['lines']} lines, {text['characters']} characters"
        )
    lines += ["", f"Weights: {licence.get('weights', NOT_STATED)}.", ""]
    for source in licence.get("sources", []):
        stated = [source.get(key) for key in ("licence", "credit", "restriction")]
        lines.append(f"- {source.get('name')}: {'; '.join(text for text in stated if text)}")
    if licence.get("ask"):
        lines += ["", str(licence["ask"])]
    return "\n".join([*lines, ""])


def _contract(trained: TrainedModel, sources: Mapping[str, Sequence[str]], held_out: Sequence[str]) -> dict[str, Any]:
    """What was trained on what, and how well it predicts."""
    return {
        "schema": CONTRACT_SCHEMA,
        "task": "lm",
        "layout": VERSION,
        "order": len(trained.ngrams),
        "size_bytes": len(trained.data),
        "ngrams": list(trained.ngrams),
        "ngrams_unpruned": list(trained.ngrams_unpruned),
        "bits_per_character": round(trained.bits_per_character, 4),
        "bits_per_character_unpruned": round(trained.bits_unpruned, 4),
        "held_out": {"lines": len(held_out), "characters": sum(map(len, held_out))},
        "texts": [
            {"name": name, "lines": len(lines), "characters": sum(map(len, lines)),
             "weight": round(trained.weights[name], 4)}
            for name, lines in sources.items()
        ],
    }  # fmt: skip


def _unknown(names: Mapping[str, Any]) -> dict[str, Any]:
    sources = [{"name": name, "licence": NOT_STATED, "credit": "", "restriction": ""} for name in names]
    return {"weights": NOT_STATED, "sources": sources}
