"""Method A: the record that any instrument keeps, as a CSV file of times and watts.

Columns by name, in any order, others are ignored: `time` (Unix seconds, or ISO 8601 with its offset from UTC) and
`watts`; instead of watts `milliwatts`, or `volts` with `amperes` or `milliamperes`. Separated by comma, semicolon or
tab, decimals with a point. The clock offset is what must be added to the file's times to get this machine's: a
recording that begins at 0 needs the Unix time at which it began.

Knows no instrument and integrates by the trapezoid rule.
"""

from __future__ import annotations

import csv
import datetime
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from frugal.contract import Energy, InputError
from frugal.energy.meters.clocks import Elapsed, timed
from frugal.energy.meters.reading import energy_of

COLUMNS = "time and watts, milliwatts, or volts with amperes or milliamperes"
LEAST_SAMPLES = 10
LONGEST_GAP = 10
"""In median intervals of the recording: a longer silence cannot be joined by a line; a tenth of the work always can."""
ACCURACY = 0.05
"""Of the instrument, where --meter-accuracy does not tell what its sheet says."""
_POLL_S = 0.2


@dataclass(frozen=True, kw_only=True)
class Recording:
    """Watts over this machine's Unix seconds; shapes (N,), times increasing."""

    path: Path
    seconds: np.ndarray
    watts: np.ndarray

    def covers(self, ended: float) -> bool:
        """Whether it reaches that moment."""
        return bool(self.seconds[-1] >= ended)

    def joules(self, began: float, ended: float) -> float:
        """Energy between two moments; InputError where the recording cannot tell it."""
        if self.seconds[0] > began or not self.covers(ended):
            raise self._beside(began, ended)
        inside = (self.seconds > began) & (self.seconds < ended)
        if inside.sum() < LEAST_SAMPLES:
            raise InputError(
                f"{self.path}: {inside.sum()} samples within {ended - began:.3g} s of work",
                allowed=f"{LEAST_SAMPLES} or more",
                remedy="a faster recording or longer blocks (--block 10s)",
            )
        seconds = np.concatenate([[began], self.seconds[inside], [ended]])
        gaps = np.diff(seconds)
        allowed = max(LONGEST_GAP * float(np.median(np.diff(self.seconds))), (ended - began) / LONGEST_GAP)
        if gaps.max() > allowed:
            at = seconds[int(gaps.argmax())]
            raise InputError(f"{self.path}: a gap of {gaps.max():.3g} s at {at:.3f}", allowed=f"up to {allowed:.3g} s")
        return float(np.trapezoid(np.interp(seconds, self.seconds, self.watts), seconds))

    def _beside(self, began: float, ended: float) -> InputError:
        apart = began - float(self.seconds[0])
        first, last = self.seconds[[0, -1]]
        return InputError(
            f"{self.path} covers {first:.3f} to {last:.3f}, the work took {began:.3f} to {ended:.3f}",
            allowed="a recording that begins before the work and ends after it",
            remedy=f"--clock-offset, if the clocks differ (about {apart:.0f} s?)",
        )


class RecordingMeter:
    """Joules from the file at `path`, waited for until it covers the work or `patience_s` is over."""

    name = "recording of an instrument"
    method = "A"
    min_block_s = 1.0
    tried_on = ()

    def __init__(
        self, path: Path, *, clock_offset_s: float = 0.0, accuracy: float = ACCURACY, patience_s: float = 10.0
    ) -> None:
        self._path = path
        self._clock_offset_s = clock_offset_s
        self._patience_s = patience_s
        self.factor = 1 + accuracy

    @property
    def scope(self) -> str:
        """What hangs behind it is the user's to say."""
        return f"whatever the instrument behind {self._path.name} measured, idle included"

    def unavailable(self) -> str | None:
        try:
            self._read()
        except InputError as error:
            return str(error)
        return None

    def measure(self, work: Callable[[], None]) -> Energy:
        elapsed = timed(work)
        return self.settle([elapsed])[0]

    def settle(self, spans: Sequence[Elapsed]) -> list[Energy]:
        """The energies of pieces of work that are over; waits for the file to cover the last one."""
        if not spans:
            return []
        try:
            recording = self._waited(max(span.ended for span in spans))
        except InputError as error:
            return [energy_of(self, span, None, str(error)) for span in spans]
        return [energy_of(self, span, *_joules(recording, span)) for span in spans]

    def _waited(self, ended: float) -> Recording:
        end = time.monotonic() + self._patience_s
        while True:
            try:
                recording = self._read()
                if recording.covers(ended) or time.monotonic() >= end:
                    return recording
            except InputError:
                if time.monotonic() >= end:
                    raise
            time.sleep(_POLL_S)

    def _read(self) -> Recording:
        return read_recording(self._path, clock_offset_s=self._clock_offset_s)


def read_recording(path: Path, *, clock_offset_s: float = 0.0) -> Recording:
    """The recording in `path`; InputError with the line that cannot be used."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the recording {path} ({_what(error)})", allowed="a CSV file in UTF-8") from error
    seconds: list[float] = []
    watts: list[float] = []
    for number, at, power in _rows(lines, path):
        if seconds and at <= seconds[-1]:
            raise InputError(
                f"{path}, line {number}: time goes from {seconds[-1]:.6f} to {at:.6f}",
                allowed="times that increase",
                remedy="sort the lines by time and leave out doubles",
            )
        seconds.append(at)
        watts.append(power)
    if len(seconds) < 2:
        raise InputError(f"{path} holds {len(seconds)} samples", allowed="two or more")
    return Recording(path=path, seconds=np.asarray(seconds) + clock_offset_s, watts=np.asarray(watts))


def _joules(recording: Recording, span: Elapsed) -> tuple[float | None, str]:
    if span.clock_set_s:
        return None, f"the system's clock was set by {span.clock_set_s:.3g} s meanwhile"
    try:
        return recording.joules(span.began, span.ended), ""
    except InputError as error:
        return None, str(error)


def _rows(lines: Sequence[str], path: Path) -> Iterator[tuple[int, float, float]]:
    """Line number, Unix seconds and watts."""
    head = lines[0] if lines else ""
    separator = max(",;\t", key=head.count)
    names = [name.strip().lower() for name in head.split(separator)]
    power = _power(names)
    if "time" not in names or power is None:
        raise InputError(f"{path}: the columns {', '.join(names) or 'none'}", allowed=COLUMNS)
    for number, cells in enumerate(csv.reader(lines[1:], delimiter=separator), start=2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            row = dict(zip(names, cells, strict=True))
            at, watts = _seconds(row["time"]), power(row)
        except ValueError as error:
            raise InputError(
                f"{path}, line {number}: {separator.join(cells)[:60]!r} ({error})", allowed=COLUMNS
            ) from None
        if not (np.isfinite(at) and np.isfinite(watts) and watts >= 0):
            raise InputError(f"{path}, line {number}: {watts:g} W", allowed="0 or more, finite")
        yield number, at, watts


def _power(names: Sequence[str]) -> Callable[[Mapping[str, str]], float] | None:
    """How a row tells its watts; None where it does not."""
    for name, scale in (("watts", 1.0), ("milliwatts", 1e-3)):
        if name in names:
            return lambda row: float(row[name]) * scale
    for name, scale in (("amperes", 1.0), ("milliamperes", 1e-3)):
        if name in names and "volts" in names:
            return lambda row: float(row["volts"]) * float(row[name]) * scale
    return None


def _seconds(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        moment = datetime.datetime.fromisoformat(cell.strip())
    if moment.tzinfo is None:
        raise ValueError("a time without its offset from UTC")
    return moment.timestamp()


def _what(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "not UTF-8"
