"""The page for people: one self-contained HTML file, no script, nothing loaded from elsewhere.

Knows the template, not the sentences. Every text is escaped; only our own drawings are let through.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Sequence

from frugal.report.page import Page
from frugal.report.pages import page
from frugal.report.records import Report


def render(reports: Sequence[Report], lang: str = "en") -> str:
    """One page about one or several reports.

    Raises:
        InputError: no report, an unknown language, or reports of different units.
    """
    return document(page(reports, lang))


def document(content: Page) -> str:
    """The template, filled."""
    import jinja2
    from markupsafe import Markup

    text = importlib.resources.files("frugal.report").joinpath("templates/report.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["drawing"] = Markup
    return environment.from_string(text).render(page=content)
