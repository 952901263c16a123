"""`frugal zoo`: the small pretrained models that ship, with their licences in plain words.

Reads what the folders say about themselves; loads no model.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from frugal.contract import InputError

if TYPE_CHECKING:
    from frugal.zoo.index import Entry

_PLAIN_WORDS = {
    "Apache-2.0": "any use, keep the notice",
    "MIT": "any use, keep the notice",
    "BSD-3-Clause": "any use, keep the notice",
    "CC0-1.0": "any use",
    "CC-BY-4.0": "any use, name the authors",
    "CC-BY-SA-4.0": "any use, name the authors, share changes alike",
    "CC-BY-NC-4.0": "no commercial use, name the authors",
    "CC-BY-NC-SA-4.0": "no commercial use, name the authors, share changes alike",
    "CC-BY-ND-4.0": "unchanged copies only, name the authors",
}
_HEADER = ("name", "version", "task", "kB", "parameters", "labels", "error")


def command(
    name: Annotated[str | None, typer.Argument(help="Print the card of this model: chars-xs or chars-xs@1.")] = None,
    json: Annotated[str | None, typer.Option(help="Write JSON to this file instead; - is stdout.")] = None,
    ship: Annotated[Path | None, typer.Option(help="Add this run, or lm folder, to the zoo as NAME@VERSION.")] = None,
    note: Annotated[str, typer.Option(help="With --ship: a remark for the card, in plain words.")] = "",
) -> None:
    """List the models of the zoo, or print the card of one.

    Example: frugal zoo chars-xs
    """
    if ship is not None:
        print(_shipped(ship, name or "", note))
        return
    from frugal.cli.output import write_data
    from frugal.zoo import index

    entries = index.entries()
    if name is not None:
        path = index.find(name)
        entries = [entry for entry in entries if entry.path == path]
    if json is not None:
        described = [_plain(entry) for entry in entries]
        write_data(described[0] if name is not None else described, json)
    elif name is not None:
        card = entries[0].path / "card.md"
        print(card.read_text(encoding="utf-8").rstrip("\n") if card.is_file() else f"{name} has no card.md")
    elif entries:
        _print(entries)
    else:
        print("the zoo is empty", file=sys.stderr)


def _shipped(run: Path, name: str, note: str) -> Path:
    from frugal.zoo.shipping import ship

    wanted, _, version = name.partition("@")
    if not wanted or not version.isdecimal():
        raise InputError(f"the name {name or '(none)'}", allowed="NAME@VERSION", remedy="chars-xs@2")
    return ship(run, wanted, int(version), note=note)


def in_plain_words(licence: Mapping[str, Any]) -> list[str]:
    """What one may do with the weights, and what each source of data asks.

    >>> in_plain_words({"weights": "MIT", "sources": [{"name": "ink", "licence": "CC0-1.0", "restriction": ""}]})
    ['weights: MIT (any use, keep the notice)', 'data: ink, CC0-1.0 (any use)']
    """
    sentences = [f"weights: {_explained(licence.get('weights'))}"]
    for source in licence.get("sources") or []:
        restriction = f", {source['restriction']}" if source.get("restriction") else ""
        sentences.append(f"data: {source.get('name', 'unnamed')}, {_explained(source.get('licence'))}{restriction}")
    return sentences


def _explained(licence: Any) -> str:
    words = _PLAIN_WORDS.get(str(licence))
    return f"{licence} ({words})" if words else str(licence or "not stated")


def _print(entries: Sequence[Entry]) -> None:
    from frugal.cli.output import aligned, folded

    rows = [_cells(entry) for entry in entries]
    lines = aligned([_HEADER, *rows], right={1, 3, 4, 5})
    print(lines[0])
    for line, entry in zip(lines[1:], entries, strict=True):
        print(line)
        for sentence in in_plain_words(entry.licence):
            print(folded(f"  {sentence}", indent=4))


def _cells(entry: Entry) -> tuple[str, ...]:
    parameters = "-" if entry.parameters is None else f"{entry.parameters:,}".replace(",", " ")
    labels = "-" if entry.labels is None else str(entry.labels)
    kilobytes = f"{entry.size_bytes / 1000:.1f}"
    return (entry.name, str(entry.version), entry.task, kilobytes, parameters, labels, _error(entry.error))


def _error(error: Mapping[str, Any]) -> str:
    if error.get("value") is None:
        return "not stated"
    if error.get("metric") == "bits_per_character":
        return f"{error['value']:.3f} bits per character"
    parts = [f"{100 * error['value']:.2f} % {error.get('metric', 'error')}"]
    parts += [f"of {error['samples']}" if error.get("samples") else "", str(error.get("data") or "")]
    return " ".join(part for part in parts if part)


def _plain(entry: Entry) -> dict[str, Any]:
    import dataclasses

    plain = dataclasses.asdict(entry)
    return {key: str(value) if isinstance(value, Path) else value for key, value in plain.items()}
