"""The class page: one offline file with a box to draw in, three bars with ranges, and a sheet to print.

The network that reads the box is that of the zoo for digits; where there is none, the one for characters.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from frugal.audit.tables import figures, sources
from frugal.classroom.energies import Lesson, facts
from frugal.classroom.english import ENGLISH
from frugal.classroom.french import FRENCH
from frugal.classroom.network import network
from frugal.contract import Artefact, InputError
from frugal.energy.factors.cpu_power import core_power
from frugal.offline.document import Subject
from frugal.offline.document import render as render_document
from frugal.zoo import index
from frugal.zoo.loading import resolve

MODELS = ("mnist-xs", "digits-xs", "chars-xs")
"""The first that is in the zoo reads the box."""
DIGITS = "0123456789"
FRAMINGS = {"Digits": "byGrid"}
"""What a model learnt from -> how a drawing becomes an image for it; others are centred by their mass, as MNIST is."""
SLIDERS = {
    "pupils": (1, 40),
    "lines": (1, 100),
    "days": (1, 180),
    "lines_an_answer": (1, 50),
    "letters_a_minute": (10, 150),
}
"""Question -> from and to; they begin where `Lesson` does."""


def render(language: str, model: str | None = None) -> str:
    """The page; `model`: an artefact folder or a name of the zoo that reads digits.

    Raises:
        InputError: an unknown language, or a model that cannot run in the page.
    """
    artefact = resolve(model or next(name for name in MODELS if name in index.names()))
    subject = Subject(
        package="frugal.classroom",
        template="class.html.j2",
        scripts=("energies.js", "network.js", "framing.js", "strokes.js", "class.js"),
        words={"en": ENGLISH, "fr": FRENCH},
        data={
            "sliders": SLIDERS,
            "lesson": dataclasses.asdict(Lesson()),
            "facts": facts(),
            "core": _core(),
            "network": network(artefact),
            "model": _about(artefact),
            "figures": [row for row in figures() if (row["subject"], row["criterion"]) == ("chatbot_answer", "kwh")],
            "sources": {name: dataclasses.asdict(source) for name, source in sources().items()},
            "digits": DIGITS,
        },
    )
    return render_document(subject, language)


def _core() -> dict[str, float]:
    """Watts of a busy core of a CPU that nobody knows, with its range."""
    power = core_power("")
    return {"value": power.watts, "low": power.watts / power.factor, "high": power.watts * power.factor}


def _about(artefact: Artefact) -> dict[str, Any]:
    """What the page says of the model; its error is None where nothing is stated."""
    labels = artefact.contract["labels"]
    if not set(DIGITS) <= set(labels):
        raise InputError(f"{artefact.path.name}", allowed="a model with the labels 0 to 9")
    entry = next((entry for entry in index.entries() if entry.path == artefact.path), None)
    stated: Mapping[str, Any] = entry.error if entry else {}
    licence = artefact.contract.get("licence") or {}
    return {
        "name": artefact.path.name,
        "size_bytes": artefact.size_bytes,
        "parameters": entry.parameters if entry else None,
        "error": stated.get("value"),
        "samples": stated.get("samples"),
        "data": stated.get("data"),
        "framing": FRAMINGS.get(str(stated.get("data")), "byMass"),
        "digits_only": len(labels) == len(DIGITS),
        "licence": licence.get("weights", "unknown"),
        "credit": "; ".join(source.get("name", "") for source in licence.get("sources", [])),
    }
