"""The run folder: finished steps on disk, each under the hash of what made it, so that a killed run goes on.

Knows folders and hashes; knows nothing of what a step does. Standard library only.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from frugal.contract import InputError

log = logging.getLogger(__name__)

WRITTEN = ("config.json", "versions.json", "report.json", "report.html", "predictions.tsv")
"""Files of a run that are written beside, as `.<name>...`, and moved into place."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A finished step: its folder, the hash of what made it, and whether it was there already."""

    name: str
    path: Path
    digest: str
    reused: bool


@dataclass
class RunFolder:
    """`<path>/steps/<n>-<name>-<hash8>/`, written beside and moved into place, `done.json` last.

    `fresh` runs every step again. `place`: where in `path` the steps lie; those that a search tries lie apart.
    """

    path: Path
    fresh: bool = False
    count: int = 0
    place: str = "steps"

    def create(self) -> None:
        try:
            (self.path / self.place).mkdir(parents=True, exist_ok=True)
            probe = self.path / self.place / ".writable"
            probe.touch()
            probe.unlink()
            self._clear()
        except OSError as error:
            raise InputError(
                f"out={self.path} cannot be written ({error.strerror})",
                allowed="a folder that you may write to",
                remedy="out=runs/mine",
            ) from error

    def _clear(self) -> None:
        """Remove the temporary files that a killed process left beside the files and results of this folder."""
        for name in WRITTEN:
            for leftover in self.path.glob(f".{name}*"):
                leftover.unlink(missing_ok=True)
        for leftover in (self.path / self.place).glob(".*/.*"):
            if leftover.is_file():
                leftover.unlink(missing_ok=True)
        for removed in (self.path / self.place).glob(".removed-*"):
            shutil.rmtree(removed, ignore_errors=True)

    def beside(self, name: str, digest: str) -> Path:
        """Where the next step works until it is finished."""
        return self.path / self.place / f".{self.count}-{name}-{digest[:8]}"

    def run(self, name: str, digest: str, work: Callable[[Path], None]) -> Step:
        """Do `work(folder)` unless a step with this digest is finished; return the finished step."""
        final = self.path / self.place / f"{self.count}-{name}-{digest[:8]}"
        beside = self.beside(name, digest)
        self.count += 1
        if self.fresh:
            _remove(final)
            _remove(beside)
        reused = final.exists()
        if reused:
            log.info("%s: reused, nothing that it depends on has changed", name)
        else:
            log.info("%s: running", name)
            beside.mkdir(exist_ok=True)
            work(beside)
            beside.rename(final)
        _write_done(final / "done.json", name, digest)
        return Step(name=name, path=final, digest=digest, reused=reused)


def _remove(path: Path) -> None:
    """Out of the way by one rename first: a kill while it is deleted must not leave half a finished step."""
    if path.exists():
        removed = path.with_name(f".removed-{path.name.removeprefix('.')}")
        shutil.rmtree(removed, ignore_errors=True)
        path.rename(removed)
        shutil.rmtree(removed, ignore_errors=True)


def _write_done(path: Path, name: str, digest: str) -> None:
    """The folder moved into place whole, so one without `done.json` was cut off just before this line."""
    if path.exists():
        return
    beside = path.with_suffix(".tmp")
    beside.write_text(json.dumps({"name": name, "digest": digest}) + "\n", encoding="utf-8")
    beside.replace(path)
