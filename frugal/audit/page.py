"""The audit page: one offline file that asks, computes and prints, with the tables of this package inside.

Knows what the page holds, not how it looks; `templates/audit.html.j2` and the scripts do.
"""

from __future__ import annotations

import dataclasses

from frugal.audit import answers as asked
from frugal.audit.answers import Answers
from frugal.audit.english import ENGLISH
from frugal.audit.french import FRENCH
from frugal.audit.tables import figures, sources, tables
from frugal.energy.factors import electricity
from frugal.offline.document import Subject
from frugal.offline.document import render as render_document

QUESTIONS = {
    "firm": tuple(asked.CALENDAR),
    "meters": tuple(asked.ELECTRICITY),
    "device": tuple(asked.DEVICE),
    "services": tuple(asked.USES),
}


def render(language: str, answers: Answers | None = None) -> str:
    """The page, empty or with the answers of a firm; raises InputError for an unknown language."""
    countries = sorted(electricity.countries().values(), key=lambda country: country.name)
    subject = Subject(
        package="frugal.audit",
        template="audit.html.j2",
        scripts=("account.js", "audit.js"),
        words={"en": ENGLISH, "fr": FRENCH},
        data={
            "schema": asked.SCHEMA,
            "tables": tables().to_json(),
            "limits": {"count": asked.MOST_COUNT, **asked.CALENDAR, **asked.ELECTRICITY, **asked.DEVICE, **asked.USES},
            "questions": QUESTIONS,
            "countries": [{"key": c.iso3, "iso2": c.iso2, "name": c.name} for c in countries],
            "figures": figures(),
            "sources": [dataclasses.asdict(source) for source in sources().values()],
            "answers": answers.to_json() if answers is not None else {"schema": asked.SCHEMA},
        },
    )
    return render_document(subject, language)
