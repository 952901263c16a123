"""The few SVG elements that our drawings are made of, as escaped text.

Knows no axis and no report. The drawings stand inside an HTML page, so they carry no namespace.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

INK, MUTED, GRID = "#1b1f24", "#57606a", "#dfe3e8"
BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
SERIES = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
"""Okabe and Ito's palette (2008), safe for colour-blind readers; dark ones first, and each series has its own mark."""


def drawing(width: float, height: float, *, identifier: str, title: str, description: str, body: Iterable[str]) -> str:
    """A whole drawing that scales to its column and says in words what it shows."""
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img" '
        f'aria-labelledby="{identifier}-t {identifier}-d">'
        f'<title id="{identifier}-t">{escape(title)}</title><desc id="{identifier}-d">{escape(description)}</desc>'
        f"{''.join(body)}</svg>"
    )


def line(x1: float, y1: float, x2: float, y2: float, *, colour: str = GRID, width: float = 1, dash: str = "") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width:g}"{dashed}/>'
    )


def box(x: float, y: float, width: float, height: float, *, fill: str, stroke: str = "none") -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}" fill="{fill}" '
        f'stroke="{stroke}"/>'
    )


def area(corners: Sequence[tuple[float, float]], colour: str, opacity: float = 0.18) -> str:
    """A range: a pale polygon."""
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return f'<polygon points="{points}" fill="{colour}" fill-opacity="{opacity:g}"/>'


def text(x: float, y: float, words: str, *, anchor: str = "start", size: float = 13, colour: str = INK,
         weight: str = "normal", turned: bool = False) -> str:  # fmt: skip
    turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size:g}" font-weight="{weight}" '
        f'fill="{colour}"{turn}>{escape(words)}</text>'
    )


def mark(series: int, x: float, y: float, radius: float = 5.5) -> str:
    """The point of a series: colour and shape differ, so that neither is needed alone."""
    colour = SERIES[series % len(SERIES)]
    r, wide = radius, 1.3 * radius
    shapes = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:g}"',
        f'<rect x="{x - r:.1f}" y="{y - r:.1f}" width="{2 * r:g}" height="{2 * r:g}"',
        f'<path d="M{x:.1f} {y - wide:.1f} l{wide:g} {wide:g} l{-wide:g} {wide:g} l{-wide:g} {-wide:g} z"',
        f'<path d="M{x:.1f} {y - 1.2 * r:.1f} l{1.2 * r:g} {2.2 * r:g} h{-2.4 * r:g} z"',
    )
    return f'{shapes[series % len(shapes)]} fill="{colour}" stroke="#fff" stroke-width="1.5"/>'


def on_white(words: str) -> str:
    """A text element with a white rim, readable across lines."""
    return f'<g paint-order="stroke" stroke="#fff" stroke-width="3.5" stroke-linejoin="round">{words}</g>'


def clip(words: str, width: float, size: float = 13) -> str:
    """`words` shortened with an ellipsis so that they take at most about `width` units."""
    most = max(int(width / (0.56 * size)), 2)
    return words if len(words) <= most else f"{words[: most - 1]}…"


def text_width(words: str, size: float = 13) -> float:
    """About how wide a text is in a sans-serif face."""
    return 0.56 * size * len(words)
