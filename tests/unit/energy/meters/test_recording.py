"""A CSV file of an instrument: joules by hand, clocks that differ, and every line that cannot be used."""

from __future__ import annotations

import datetime
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.energy.meters.clocks import Elapsed
from frugal.energy.meters.recording import RecordingMeter, read_recording


def written(path: Path, began: float, watts: list[float], step_s: float = 0.1) -> Path:
    rows = [f"{began + index * step_s:.6f},{power}" for index, power in enumerate(watts)]
    path.write_text("time,watts\n" + "\n".join(rows) + "\n")
    return path


def test_the_integral_by_hand(tmp_path: Path) -> None:
    """2 W, from 100.05 to 102.05 with a rise to 4 W at 101.0: 2 x 0.95 + (3 x 0.1) + 4 x 0.95 = 6.0 J."""
    recording = read_recording(written(tmp_path / "r.csv", 99.0, [2.0] * 21 + [4.0] * 30))
    assert recording.joules(100.05, 102.05) == pytest.approx(2 * 0.95 + 3 * 0.1 + 4 * 0.95)


def test_a_sine_agrees_with_its_integral(tmp_path: Path) -> None:
    at = np.arange(0, 10, 0.01)
    recording = read_recording(written(tmp_path / "r.csv", 0.0, (3 + np.sin(at)).tolist(), 0.01))
    assert recording.joules(1.234, 8.765) == pytest.approx(3 * 7.531 + np.cos(1.234) - np.cos(8.765), rel=1e-5)


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("time,watts", "{t},2.5"),
        ("note;MilliWatts;Time", "x;2500;{t}"),
        ("time\tvolts\tamperes", "{t}\t5.0\t0.5"),
        ("time, volts, milliamperes", "{t}, 5.0, 500"),
    ],
)
def test_columns_are_found_by_name(head: str, row: str, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("\n".join([head, *(row.format(t=10 + index / 10) for index in range(30)), "", ""]))
    assert read_recording(path).joules(10.5, 12.5) == pytest.approx(5.0)


def test_times_with_a_zone_are_unix_seconds(tmp_path: Path) -> None:
    zone = datetime.timezone(datetime.timedelta(hours=2))
    moments = [datetime.datetime.fromtimestamp(1000 + index / 10, zone).isoformat() for index in range(30)]
    (tmp_path / "r.csv").write_text("time,watts\n" + "".join(f"{moment},1\n" for moment in moments))
    assert read_recording(tmp_path / "r.csv").joules(1000.5, 1002.5) == pytest.approx(2.0)


def test_another_clock_is_shifted(tmp_path: Path) -> None:
    """The instrument began to count at 0 when this machine's clock said 5000."""
    path = written(tmp_path / "r.csv", 0.0, [1.0] * 50)
    assert read_recording(path, clock_offset_s=5000).joules(5001, 5003) == pytest.approx(2.0)
    with pytest.raises(InputError, match=r"covers 0\.000 to 4\.900, .*--clock-offset.*about 5001 s"):
        read_recording(path).joules(5001, 5003)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the columns none"),
        ("seconds,power\n1,2\n", "the columns seconds, power; allowed: time and watts"),
        ("time,volts\n1,2\n", "the columns time, volts"),
        ("time,watts\n1,2\n2,x\n", "line 3: '2,x'"),
        ("time,watts\n1,2\n2\n", "line 3: '2'"),
        ("time,watts\n1,2\n2,-1\n", "line 3: -1 W; allowed: 0 or more"),
        ("time,watts\n1,2\n2,nan\n", "line 3: nan W"),
        ("time,watts\n1,2\n2,inf\n", "line 3: inf W"),
        ("time,watts\n2,2\n1,2\n", r"line 3: time goes from 2.000000 to 1.000000; allowed: times that increase"),
        ("time,watts\n2,2\n2,2\n", "line 3: time goes from"),
        ("time,watts\n1,2\n", "holds 1 samples; allowed: two or more"),
        ("time,watts\n2026-01-01T00:00:00,2\n", "without its offset from UTC"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(text: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(text)
    with pytest.raises(InputError) as caught:
        read_recording(tmp_path / "r.csv")
    assert expected in str(caught.value) and "\n" not in str(caught.value)


def test_a_gap_and_too_few_samples_are_one_line(tmp_path: Path) -> None:
    path = written(tmp_path / "r.csv", 0.0, [1.0] * 30)
    lines = path.read_text().splitlines()
    rest = [f"{float(line.split(',')[0]) + 5},1" for line in lines[1:]]
    path.write_text("\n".join([*lines, *rest]))
    recording = read_recording(path)
    with pytest.raises(InputError, match=r"a gap of 2\.1 s at 2\.900; allowed: up to 1 s"):
        recording.joules(1.0, 7.0)
    assert recording.joules(5.5, 7.5) == pytest.approx(2.0)
    with pytest.raises(InputError, match=r"5 samples within 0\.5 s of work; allowed: 10 or more"):
        recording.joules(1.05, 1.55)


def test_no_file_is_one_line(tmp_path: Path) -> None:
    meter = RecordingMeter(tmp_path / "none.csv", patience_s=0)
    assert "cannot read the recording" in str(meter.unavailable())
    energy = meter.measure(lambda: None)
    assert energy.joules is None and "none.csv" in energy.reason


def test_the_meter_waits_for_an_instrument_that_writes_late(tmp_path: Path) -> None:
    path, began = tmp_path / "r.csv", time.time()

    def export() -> None:
        time.sleep(0.4)
        written(path, began - 1, [3.0] * 300, 0.01)

    thread = threading.Thread(target=export)
    thread.start()
    energy = RecordingMeter(path, accuracy=0.02, patience_s=10).measure(lambda: time.sleep(0.3))
    thread.join()
    assert energy.joules == pytest.approx(3 * energy.wall_s, rel=0.02)
    assert (energy.method, energy.factor) == ("A", 1.02)


def test_many_pieces_of_work_are_settled_at_once(tmp_path: Path) -> None:
    meter = RecordingMeter(written(tmp_path / "r.csv", 0.0, [1.0] * 30 + [2.0] * 30), patience_s=0)
    spans = [Elapsed(cpu_s=1, wall_s=2, began=began, ended=began + 2) for began in (0.5, 3.5, 9.0)]
    first, second, outside = meter.settle(spans)
    assert (first.joules, second.joules) == (pytest.approx(2.0), pytest.approx(4.0))
    assert outside.joules is None and "covers" in outside.reason


def test_a_clock_that_was_set_makes_it_unknown(tmp_path: Path) -> None:
    meter = RecordingMeter(written(tmp_path / "r.csv", 0.0, [1.0] * 60), patience_s=0)
    (energy,) = meter.settle([Elapsed(cpu_s=1, wall_s=2, began=1, ended=3, clock_set_s=-3600.0)])
    assert energy.joules is None and "clock was set" in energy.reason
