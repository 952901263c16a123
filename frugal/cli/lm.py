"""`frugal lm`: a character language model from text files, as a folder that the decoder of lines takes.

Knows files, options and words; training is `frugal.runtime.ngram_training`, the folder `frugal.runtime.lm_folder`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from frugal.contract import InputError

if TYPE_CHECKING:
    from frugal.data.line_source import RawLine

_SIZE = re.compile(r"(\d+(?:\.\d+)?)([kM]?)")
_MOST_WEIGHT = 10
_MULTIPLES = {"": 1, "k": 1_000, "M": 1_000_000}


def command(
    texts: Annotated[list[Path], typer.Argument(metavar="TEXT...", help="A line or sentence a line, or transcripts.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write.")] = Path("lm"),
    order: Annotated[int, typer.Option(help="The longest run of characters that is looked at, 1 to 8.")] = 6,
    max_bytes: Annotated[str, typer.Option(help="Prune to this size: 2M, 500k.")] = "2M",
    alphabet: Annotated[
        Path | None, typer.Option(help="Characters: a text file, or a contract.json. Default: French.")
    ] = None,
    held_out: Annotated[
        Path | None, typer.Option(help="Lines to weigh the texts by and to measure on; default: every 20th.")
    ] = None,
    weights: Annotated[
        str | None, typer.Option(help="Of the texts: 0.1,0.9; default: fitted on held-out lines.")
    ] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Of transcripts only this kind; may be repeated.")] = None,
    alpha: Annotated[float, typer.Option(help="Weight of the model in decoding.")] = 0.5,
    beta: Annotated[float, typer.Option(help="Reward of each character in decoding.")] = 1.0,
    temperature: Annotated[float, typer.Option(help="Above 1: texts read with it get a lower confidence.")] = 1.0,
    licence: Annotated[Path | None, typer.Option(help="JSON: the licence of the contract, with its sources.")] = None,
) -> None:
    """Train a character n-gram model that makes lines read better: lm.bin, contract.json and card.md.

    Each TEXT is a model of its own, mixed with the others as suits the held-out lines. A .txt holds a line or sentence
    a line, a .tsv `item TAB text`; from a .parquet or any folder of lines come the transcripts: all, or where they have
    splits those of train, and as held-out lines the others.

    Example: frugal lm sentences.txt lines.parquet --held-out mine.txt -o my-lm
    """
    from frugal.cli.alphabet import read_alphabet
    from frugal.runtime.lm_folder import write_lm_folder
    from frugal.runtime.ngram_training import train

    _check(alpha, beta, temperature)
    characters, size, terms = read_alphabet(alphabet), _bytes(max_bytes), _licence(licence)
    sources, held = _sources(texts, held_out, kind or ())
    for name, lines in (*sources.items(), ("held out", held)):
        _say(f"{name}: {len(lines)} lines, {sum(map(len, lines))} characters{_strangers(lines, characters)}")
    trained = train(
        sources, held, alphabet=characters, order=order, max_bytes=size, weights=_weights(weights), say=_say
    )
    decoding = {"alpha": alpha, "beta": beta, "temperature": temperature}
    contract = write_lm_folder(
        out, trained, sources=sources, held_out=held, alphabet=characters, licence=terms, **decoding
    )
    print("\n".join(_summary(out, contract)))


def _check(alpha: float, beta: float, temperature: float) -> None:
    for name, value in (("--alpha", alpha), ("--beta", beta)):
        if not 0 <= value <= _MOST_WEIGHT:
            raise InputError(f"{name} {value}", allowed=f"0 to {_MOST_WEIGHT}")
    if not 0 < temperature <= _MOST_WEIGHT:
        raise InputError(f"--temperature {temperature}", allowed=f"above 0, at most {_MOST_WEIGHT}")


def _sources(
    texts: Sequence[Path], held_out: Path | None, kinds: Sequence[str]
) -> tuple[dict[str, list[str]], list[str]]:
    """The lines of each text by its name, and the held-out ones."""
    from frugal.runtime.ngram_training import hold_out

    twice = [text for place, text in enumerate(texts) if text in texts[:place]]
    if twice:
        raise InputError(f"{twice[0]} twice", allowed="each text once; its weight is fitted")
    sources: dict[str, list[str]] = {}
    for text in texts:
        sources[str(text) if text.name in sources else text.name] = _read(text, kinds)
    if held_out is not None:
        return sources, _read(held_out, kinds, training=False)
    parts = {name: hold_out(lines) for name, lines in sources.items()}
    return {name: kept for name, (kept, _) in parts.items()}, [line for _, held in parts.values() for line in held]


def _read(path: Path, kinds: Sequence[str], *, training: bool = True) -> list[str]:
    """The normalised lines of a text file or of transcripts, without empty ones.

    Args:
        training: of transcripts with a split, those of the split train; else all others.
    """
    from frugal.text import normalise

    if path.suffix == ".tsv":
        from frugal.transcripts import read_truth

        lines = list(read_truth(path).texts.values())
    elif path.is_dir() or path.suffix in (".parquet", ".xml"):
        from frugal.data.line_files import open_lines

        lines = [line.text for line in open_lines(path).described() if _is_wanted(line, kinds, training)]
    else:
        try:
            lines = path.read_text(encoding="utf-8-sig").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            why = "not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
            raise InputError(
                f"{path} cannot be read ({why})", allowed="a UTF-8 text, a .tsv, a .parquet or a folder of lines"
            ) from error
    return [line for line in map(normalise, lines) if line]


def _is_wanted(line: RawLine, kinds: Sequence[str], training: bool) -> bool:
    is_of_split = line.split is None or (line.split == "train") == training
    return is_of_split and (not kinds or line.kind in kinds)


def _strangers(lines: Sequence[str], alphabet: str) -> str:
    outside = sorted(set().union(*lines) - set(alphabet))
    return f", cut at {len(outside)} outside the alphabet: {''.join(outside[:20])}" if outside else ""


def _bytes(text: str) -> int:
    match = _SIZE.fullmatch(text)
    if match is None:
        raise InputError(f"--max-bytes {text}", allowed="bytes, as 2M or 500k")
    return int(float(match[1]) * _MULTIPLES[match[2]])


def _weights(text: str | None) -> list[float] | None:
    try:
        return None if text is None else [float(part) for part in text.split(",")]
    except ValueError as error:
        raise InputError(f"--weights {text}", allowed="a number per text, parted by commas") from error


def _licence(path: Path | None) -> Mapping[str, Any] | None:
    if path is None:
        return None
    allowed = '{"weights": "...", "sources": [{"name", "licence", "credit", "restriction"}]}'
    try:
        licence = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"--licence {path} is no JSON that can be read", allowed=allowed) from error
    if not isinstance(licence, dict) or not isinstance(licence.get("sources"), list):
        raise InputError(f"--licence {path}", allowed=allowed)
    return licence


def _summary(folder: Path, contract: Mapping[str, Any]) -> list[str]:
    bits, before = contract["bits_per_character"], contract["bits_per_character_unpruned"]
    weights = ", ".join(f"{100 * text['weight']:.1f} % {text['name']}" for text in contract["texts"])
    return [
        f"{folder}: {contract['size_bytes'] / 1000:.1f} kB, order {contract['order']}, "
        f"{sum(contract['ngrams'])} of {sum(contract['ngrams_unpruned'])} n-grams",
        f"{bits:.3f} bits per character (perplexity {2**bits:.2f}) on {contract['held_out']['lines']} held-out lines; "
        f"{before:.3f} before pruning",
        f"mixture: {weights}",
    ]


def _say(line: str) -> None:
    print(line, file=sys.stderr)
