"""The benchmark in a fresh process: what it returns, when it stops, and what becomes of a crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from frugal import benchmarking
from frugal.benchmarking import BenchSettings, benchmark, measure
from frugal.contract import Artefact, InputError
from frugal.energy.meters.choice import MeterRequest
from frugal.isolation import run_isolated
from frugal.report.records import Quantity, Report
from frugal.runtime.artefact import from_onnx
from frugal.runtime.feeds import read_feeds, write_feeds
from tests.unit.energy.meters.test_powercap import domain

QUICK = BenchSettings(ci=0.5, cap_s=0.5, warm_up_s=0.05)


def network(path: Path, width: int, name: str = "x", batch: int | str = "n") -> Artefact:
    weight = np.random.default_rng(0).normal(size=(64, width)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", [name, "w"], ["m"]), helper.make_node("Tanh", ["m"], ["y"])],
        "g",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, 64])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, width])],
        [numpy_helper.from_array(weight, "w")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
    return from_onnx(path)


def test_one_artefact_gives_a_row_without_unknowns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmarking, "BenchSettings", lambda: QUICK)
    row = benchmark(network(tmp_path / "small.onnx", 10))
    assert (row.step, row.macs, row.parameters, row.weight_bytes) == ("small", 640, 640, 2560)
    assert row.size_bytes == (tmp_path / "small.onnx").stat().st_size
    for name in ("cpu_ms", "wall_ms_p50", "wall_ms_p95", "energy_mj", "peak_memory_bytes"):
        quantity: Quantity = getattr(row, name)
        assert quantity.value and quantity.low is not None and quantity.high is not None
        assert quantity.low <= quantity.value <= quantity.high
    assert (row.cpu_ms.method, row.peak_memory_bytes.method) == ("clock", "os")
    assert row.energy_mj.method in "BC"
    assert 20e6 < float(row.peak_memory_bytes.value or 0) < 500e6
    assert row.details["inputs"] == "random"
    assert Report.from_json({"schema": 1, "name": "", "created": "", "seed": 0, "unit": "", "rows": [row.to_json()]})


def test_a_model_without_inputs_is_refused(tmp_path: Path) -> None:
    constant = helper.make_node("Constant", [], ["y"], value=numpy_helper.from_array(np.zeros(3, np.float32)))
    graph = helper.make_graph([constant], "g", [], [helper.make_tensor_value_info("y", TensorProto.FLOAT, [3])])
    path = tmp_path / "constant.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
    with pytest.raises(InputError, match=r"constant\.onnx takes no input"):
        measure([from_onnx(path)], QUICK)


def test_several_are_paired_and_the_bigger_one_costs_more(tmp_path: Path) -> None:
    artefacts = [network(tmp_path / f"{width}.onnx", width) for width in (8, 20_000, 8)]
    shown: list[str] = []
    measured = measure(artefacts, QUICK, progress=lambda text, share: shown.append(text))
    assert [(ratio.of_step, ratio.to_step) for ratio in measured.ratios] == [
        ("20000", "8"),
        ("8#2", "8"),
        ("8#2", "20000"),
    ]
    bigger, same, smaller = measured.ratios
    assert bigger.low > 3 and smaller.high < 1 / 3
    assert same.low < 1.5 and same.high > 0.67
    assert bigger.blocks == measured.details[1]["blocks"] >= 6
    assert all(ratio.of == "cpu_time" for ratio in measured.ratios)
    assert [counts.macs for counts in measured.counts] == [512, 1_280_000, 512]
    assert any("warming up" in text for text in shown) and any("segments" in text for text in shown)
    assert measured.host["cores"] == os.cpu_count() and measured.host["meter"]
    by_cpu = measured.quantities[1]["cpu_ms"].value / measured.quantities[0]["cpu_ms"].value  # type: ignore[operator]
    assert by_cpu == pytest.approx(bigger.value, rel=0.5)


def test_it_stops_at_the_interval_or_at_the_cap(tmp_path: Path) -> None:
    artefact = network(tmp_path / "a.onnx", 2000)
    assert measure([artefact], BenchSettings(ci=0.99, cap_s=30, warm_up_s=0.05)).stopped == "interval"
    capped = measure([artefact], BenchSettings(ci=1e-9, cap_s=0.1, warm_up_s=0.05))
    assert capped.stopped == "cap" and capped.details[0]["segments"] >= 3


def test_real_samples_are_used_and_renamed_where_each_model_has_one_input(tmp_path: Path) -> None:
    artefacts = [network(tmp_path / "a.onnx", 8), network(tmp_path / "b.onnx", 8, name="pixels")]
    feeds = [{"x": np.zeros((1, 64), np.float32)}, {"x": np.ones((3, 64), np.float32)}]
    measured = measure(artefacts, QUICK, feeds=feeds, names=["first", "second"])
    assert measured.names == ("first", "second")
    assert all(details["inputs"] == "samples" for details in measured.details)


def test_samples_that_do_not_fit_are_one_line(tmp_path: Path) -> None:
    artefact = network(tmp_path / "a.onnx", 8)
    with pytest.raises(InputError, match=r"does not run on x float32 \[1, 63\].*--shape x="):
        measure([artefact], QUICK, feeds=[{"x": np.zeros((1, 63), np.float32)}])
    with pytest.raises(InputError, match="the samples have the arrays"):
        measure([artefact], QUICK, feeds=[{"a": np.zeros(1), "b": np.zeros(1)}])
    with pytest.raises(InputError, match="no such input; allowed: x"):
        measure([artefact], BenchSettings(shapes={"z": (1, 64)}))
    with pytest.raises(InputError, match="no artefact"):
        measure([], QUICK)


@pytest.mark.parametrize(
    "settings",
    [{"ci": 0.0}, {"ci": 2.0}, {"cap_s": -1.0}, {"threads": 0}, {"warm_up_s": -1.0}, {"idle_s": 0.0}, {"block_s": 0.0}],
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="allowed"):
        BenchSettings(**settings)


def test_an_unknown_provider_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"provider quantum; allowed: .*cpu"):
        measure([network(tmp_path / "a.onnx", 8)], BenchSettings(provider="quantum"))


def test_with_a_counter_both_methods_stand_in_the_row_and_their_ratio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fake powercap tree that the measuring process finds as its first meter: B makes the headline, C checks it."""
    (tmp_path / "fake_rapl.py").write_text(FAKE_RAPL)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    settings = BenchSettings(ci=0.5, cap_s=1, warm_up_s=0.05, meter=MeterRequest(name="fake_rapl:Meter"))
    artefacts = [network(tmp_path / f"{width}.onnx", width) for width in (8, 20_000)]
    measured = measure(artefacts, settings)
    assert [row["energy_mj"].method for row in measured.quantities] == ["B", "B"]
    first, model = measured.details[1]["energy_tiers"]
    assert (first["method"], model["method"]) == ("B", "C")
    assert first["net_mj"]["value"] < first["gross_mj"]["value"] and 0.5 < first["net_share"] < 1
    assert measured.quantities[1]["energy_mj"].value == first["net_mj"]["value"]
    assert measured.details[1]["energy_boundary"] == "net of the idle machine"
    (check,) = measured.details[1]["energy_cross_checks"]
    assert check["value"] == pytest.approx(model["gross_mj"]["value"] / first["gross_mj"]["value"], rel=0.2)
    (energy,) = measured.energy_ratios
    assert energy.of == "energy" and energy.low > 3
    assert measured.host["meter_method"] == "B"


FAKE_RAPL = '''
import time
from frugal.contract import Energy
from frugal.energy.meters.clocks import cpu_seconds, timed


class Meter:
    """10 mW of an idle machine and 3 W more of a busy core."""

    name, method, min_block_s, factor, scope = "fake", "B", 0.02, 1.2, "a box"

    def unavailable(self):
        return None

    def measure(self, work):
        elapsed = timed(work)
        joules = 0.01 * elapsed.wall_s + 3 * elapsed.cpu_s
        return Energy(joules=joules, factor=1.2, method="B", cpu_s=elapsed.cpu_s, wall_s=elapsed.wall_s)
'''


FAKE_POWERCAP = """
import os
from pathlib import Path
from frugal.energy.meters.powercap import PowercapMeter


def meter():
    found = PowercapMeter(Path(os.environ["FAKE_POWERCAP"]))
    found.min_block_s = 0.1
    return found
"""
FIVE_WATTS = """
import sys, time, pathlib
file, beside = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[1] + ".next")
began = time.perf_counter()
while True:
    beside.write_text(str(int((time.perf_counter() - began) * 5e6) % 2_000_000))
    beside.replace(file)
    time.sleep(0.002)
"""


def test_a_powercap_tree_is_read_through_its_wrap_arounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A counter of 5 W that begins again every 0.4 s, whatever runs: method B, gross, and no work to tell from idle."""
    counter = domain(tmp_path / "tree", "intel-rapl:0", "package-0", 0, range_uj=2_000_000)
    (tmp_path / "fake_powercap.py").write_text(FAKE_POWERCAP)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("FAKE_POWERCAP", str(tmp_path / "tree"))
    monkeypatch.syspath_prepend(str(tmp_path))
    writer = subprocess.Popen([sys.executable, "-c", FIVE_WATTS, str(counter)])
    try:
        settings = BenchSettings(ci=0.5, cap_s=5, warm_up_s=0.05, meter=MeterRequest(name="fake_powercap:meter"))
        measured = measure([network(tmp_path / "a.onnx", 20_000)], settings)
    finally:
        writer.kill()
        writer.wait()
    energy, wall = measured.quantities[0]["energy_mj"], measured.quantities[0]["wall_ms_p50"]
    assert energy.method == "B" and energy.value and wall.value, energy.reason
    assert energy.value > 0.5 * 5 * wall.value, "5 W over a call; waiting for the core counts too"
    assert measured.details[0]["energy_boundary"].startswith("gross")
    assert [tier["method"] for tier in measured.details[0]["energy_tiers"]] == ["B", "C"]


def test_the_textbook_is_a_detail_and_never_the_headline(tmp_path: Path) -> None:
    """64 x 10 float MACs of 4.6 pJ."""
    measured = measure([network(tmp_path / "a.onnx", 10)], QUICK)
    bound = measured.details[0]["energy_textbook_mj"]
    assert (bound["value"], bound["method"]) == (pytest.approx(640 * 4.6e-9), "E")
    assert measured.quantities[0]["energy_mj"].method in "BC"


def test_feeds_travel_unchanged(tmp_path: Path) -> None:
    feeds = [{"a": np.ones((1, 2), np.uint8), "b/c": np.array(["x", ""], dtype=object)}, {"a": np.zeros((3, 0))}]
    write_feeds(tmp_path / "feeds.npz", feeds)
    back = read_feeds(tmp_path / "feeds.npz")
    assert [sorted(feed) for feed in back] == [["a", "b/c"], ["a"]]
    assert back[0]["a"].dtype == np.uint8 and back[0]["b/c"].tolist() == ["x", ""] and back[1]["a"].shape == (3, 0)


def request(task: str = "time") -> dict[str, Any]:
    return {"task": task, "models": ["m.onnx"], "threads": 1}


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "SIGILL (this CPU lacks an instruction"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL (most likely out of memory)"),
        ("raise MemoryError('no room')", "failed (MemoryError: no room)"),
        ("raise SystemExit(3)", "failed (exit code 3)"),
    ],
)
def test_a_crash_of_the_measuring_process_is_one_line(
    program: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda _, **kw: real([sys.executable, "-c", program], **kw))
    with pytest.raises(InputError) as caught:
        run_isolated(request(), tmp_path)
    assert expected in str(caught.value) and "\n" not in str(caught.value) and "m.onnx" in str(caught.value)


def test_an_interruption_ends_the_measuring_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[str]] = []
    real = subprocess.Popen
    program = (
        "import json, time; print(json.dumps(dict(event='progress', text='a', share=0)), flush=True); time.sleep(60)"
    )

    def start(_: list[str], **settings: Any) -> subprocess.Popen[str]:
        started.append(real([sys.executable, "-c", program], **settings))
        return started[0]

    def interrupt(text: str, share: float) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(subprocess, "Popen", start)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    began = time.perf_counter()
    try:
        with pytest.raises(KeyboardInterrupt):
            run_isolated(request(), tmp_path, interrupt)
    finally:
        signal.signal(signal.SIGINT, before)
    assert time.perf_counter() - began < 20
    assert started[0].poll() == -signal.SIGKILL


def test_the_measuring_process_does_not_import_torch(tmp_path: Path) -> None:
    """Also where it is installed, and whatever lies in the working directory."""
    (tmp_path / "numpy.py").write_text("raise RuntimeError('imported from the working directory')")
    program = (
        "import sys, pathlib; sys.modules.pop('numpy', None)\n"
        "from frugal.benchmarking import measure, BenchSettings\n"
        "from frugal.runtime.artefact import from_onnx\n"
        f"artefact = from_onnx(pathlib.Path({str(tmp_path / 'a.onnx')!r}))\n"
        "m = measure([artefact], BenchSettings(ci=.9, cap_s=.1, warm_up_s=.01))\n"
        "assert 'torch' not in sys.modules; print(m.counts[0].macs)"
    )
    network(tmp_path / "a.onnx", 10)
    root = str(Path(benchmarking.__file__).parents[1])
    result = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (0, "640\n"), result.stderr
