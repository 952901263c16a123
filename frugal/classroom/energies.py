"""What it takes to turn a class's handwritten lines into text: a small model, a large chatbot, or copying by hand.

Energies in joules, each with its range. The three count different things (a CPU; a data centre with its cooling; a
human body), which is said wherever they stand side by side. `templates/energies.js` computes the same in the browser.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from frugal.audit.amounts import exact, scaled, times
from frugal.audit.tables import tables
from frugal.report.records import Quantity

JOULES_PER_KWH = 3.6e6
LETTERS_A_LINE = 46.6
"""Of the lines on which the small model was measured: 23 167 characters in 497 lines."""

SMALL_MODEL_J_A_LINE = Quantity(value=0.0663, low=0.01999, high=0.21986, method="calculated")
"""lines-fr-xs@4, CPU time x power of a core (method C): benchmarks/results/peers-lines__epyc-2vcpu__2026-11-25.json."""

WATTS_PER_KG_A_MET = 1.163
"""1 MET is 1 kcal per kilogram and hour."""
WRITING_MET = Quantity(value=1.3, low=1.0, high=1.5, method="magnitude")
"""Measured in 9 adults: writing while sitting 1.3, doing nothing while sitting 1.3, reading 1.0, writing reclined 1.5.

Liu et al. 2022, International Journal of Exercise Science 15(7), doi 10.70252/OGQR5926.
"""
PUPIL_KG = Quantity(value=40.0, low=25.0, high=60.0, method="magnitude")
LAMP_W = 10.0


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """How much is written: `lines` a day for each of `pupils`, on so many days.

    Attributes:
        lines_an_answer: lines that one question to the chatbot holds (a page).
        letters_a_minute: how fast a pupil writes.
    """

    pupils: float = 25
    lines: float = 20
    days: float = 1
    lines_an_answer: float = 20
    letters_a_minute: float = 60


def energies(lesson: Lesson) -> dict[str, Quantity]:
    """Joules: "small", "chatbot", "hand"."""
    lines = lesson.pupils * lesson.lines * lesson.days
    answer_j = scaled(tables().services["chatbot_answer"]["kwh"], JOULES_PER_KWH)
    seconds = lines * LETTERS_A_LINE / lesson.letters_a_minute * 60
    return {
        "small": scaled(SMALL_MODEL_J_A_LINE, lines),
        "chatbot": scaled(answer_j, lines / lesson.lines_an_answer),
        "hand": scaled(times(WRITING_MET, PUPIL_KG, exact(WATTS_PER_KG_A_MET, "measured")), seconds),
    }


def facts() -> dict[str, Any]:
    """The same figures as plain values, for the page."""
    return {
        "small_j_a_line": SMALL_MODEL_J_A_LINE.to_json(),
        "answer_j": scaled(tables().services["chatbot_answer"]["kwh"], JOULES_PER_KWH).to_json(),
        "body_w": times(WRITING_MET, PUPIL_KG, exact(WATTS_PER_KG_A_MET, "measured")).to_json(),
        "letters_a_line": LETTERS_A_LINE,
        "lamp_w": LAMP_W,
    }
