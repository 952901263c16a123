"""One self-contained HTML file out of a body, scripts, data and words in two languages.

A content security policy forbids the page every connection. Knows no subject; `style.css`, `page.js` serve all pages.
"""

from __future__ import annotations

import html
import importlib.resources
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from frugal.contract import InputError

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)
LANGUAGES = ("en", "fr")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What one kind of page brings.

    Attributes:
        package: where `template` (the body, a Jinja file) and `scripts` lie, in a folder `templates`.
        words: language -> key -> sentence; both have the same keys, among them "title".
        data: what the scripts find as JSON.
    """

    package: str
    template: str
    scripts: Sequence[str]
    words: Mapping[str, Mapping[str, str]]
    data: Mapping[str, Any]


def render(subject: Subject, language: str) -> str:
    """The whole file; it opens in `language` and can be switched.

    Raises:
        InputError: no such language.
    """
    import jinja2
    from markupsafe import Markup

    if language not in LANGUAGES:
        raise InputError(f"lang={language}", allowed=", ".join(LANGUAGES))
    spoken = subject.words[language]

    def word(key: str) -> Markup:
        return Markup(f' data-word="{key}">{html.escape(spoken[key])}')

    def label(key: str) -> Markup:
        return Markup(f' data-label="{key}" aria-label="{html.escape(spoken[key])}"')

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    body = environment.from_string(_text(subject.package, subject.template)).render(
        word=word, label=label, **subject.data
    )
    data = {**subject.data, "language": language, "words": subject.words}
    scripts = [_text("frugal.offline", "page.js"), *(_text(subject.package, name) for name in subject.scripts)]
    return _FRAME.format(
        language=language,
        policy=POLICY,
        title=html.escape(spoken["title"]),
        style=_text("frugal.offline", "style.css").strip(),
        body=body.strip(),
        data=json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c"),
        scripts="\n".join(f"<script>\n{script.strip()}\n</script>" for script in scripts),
    )


_FRAME = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="generator" content="frugal">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
{style}
</style>
</head>
<body>
{body}
<script type="application/json" id="data">{data}</script>
{scripts}
</body>
</html>
"""


def _text(package: str, name: str) -> str:
    return importlib.resources.files(package).joinpath("templates", name).read_text(encoding="utf-8")
