"""The lines that all engines read: images in one file, the truth in another, answers beside them.

`truth.tsv` and the answers are `item TAB text`, as `frugal score` takes them. They are people's text and stay in the
cache. Knows no engine.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from frugal.contract import InputError
from frugal.data.line_files import open_lines
from frugal.data.line_images import decoded
from frugal.data.line_parts import filtered
from frugal.transcripts import Truth, read_answers


@dataclass(frozen=True, kw_only=True)
class LineSet:
    """Attributes:
    folder: below the cache, named by what is in it. truth: texts and writers by item.
    """

    folder: Path
    truth: Truth

    @property
    def images(self) -> Path:
        """.npz: item -> uint8 (H, W)."""
        return self.folder / "images.npz"

    @property
    def items(self) -> list[str]:
        return list(self.truth.texts)

    def answers_file(self, name: str, identity: Mapping[str, Any]) -> Path:
        """Where the answers of the engine `name` stand; another model, version or option is another file."""
        digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
        return self.folder / f"{name}-{digest[:8]}.tsv"


def line_set(path: Path, cache: Path, *, splits: Sequence[str], kinds: Sequence[str], limit: int | None) -> LineSet:
    """The first `limit` lines of these splits and kinds (none named: all), written to the cache."""
    source = filtered(open_lines(path), splits=splits or None, kinds=kinds or None)
    lines = [line for line in itertools.islice(source.stream(None), limit) if line.text.strip()]
    if not lines:
        asked = " ".join([f"--split {','.join(splits)}"] * bool(splits) + [f"--kind {','.join(kinds)}"] * bool(kinds))
        raise InputError(f"{path} has no line with text for {asked or 'any split'}", allowed="at least one")
    images = {line.id: decoded(line) for line in lines}
    writers = tuple(line.writer or "" for line in lines)
    texts = {line.id: re.sub(r"[\t\r\n]+", " ", line.text) for line in lines}
    truth = Truth(texts=texts, writers=writers if all(writers) else None)
    folder = cache / f"{path.stem}-{_fingerprint(images, truth)}"
    chosen = LineSet(folder=folder, truth=truth)
    if not chosen.images.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        rows = zip(truth.texts.items(), writers, strict=True)
        _write(folder / "truth.tsv", [[item, text, *filter(None, [writer])] for (item, text), writer in rows])
        np.savez(folder / "images.part.npz", **images)
        (folder / "images.part.npz").rename(chosen.images)
    return chosen


def stored_answers(file: Path) -> dict[str, str]:
    """What is there already; nothing where the file is not."""
    return read_answers(file) if file.is_file() else {}


def store_answers(file: Path, items: Iterable[str], answers: Iterable[str]) -> None:
    """Add lines at the end, in one piece."""
    with file.open("a", encoding="utf-8") as stream:
        stream.write("".join(f"{item}\t{answer}\n" for item, answer in zip(items, answers, strict=True)))


def _write(file: Path, rows: Sequence[Sequence[str]]) -> None:
    file.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


def _fingerprint(images: Mapping[str, np.ndarray], truth: Truth) -> str:
    digest = hashlib.sha256()
    for (item, image), text in zip(images.items(), truth.texts.values(), strict=True):
        digest.update(f"{item}\t{text}\t{image.shape}\n".encode())
        digest.update(image.tobytes())
    return digest.hexdigest()[:8]
