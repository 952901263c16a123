"""benchmarks/peers: engines on the same lines in one run; the engines are made here, so nothing is installed."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

import frugal
from frugal.comparison import score
from frugal.transcripts import read_answers, read_truth
from tests.flow.script_modules import PEERS, imported

MODULES = ("engines", "engine_process", "line_set", "rounds", "results", "lines")
TEXTS = ["l’été à Nîmes", "où est le chat", "un deux trois", "la mer", "ça va", "Noël", "le mât", "fin"]
ENGINE = '''
"""Answers by the width of the image, after so many milliseconds of CPU time."""
import os, time
from pathlib import Path

def open_engine(answers, cpu_ms=0.0, log=None, dies_at=None, broken=None):
    if broken:
        raise FileNotFoundError(broken)
    print("engines may print")
    def read(image):
        if log:
            with open(log, "a") as file:
                file.write(f"{image.shape[1]}\\n")
        if image.shape[1] == dies_at:
            os.write(2, b"Illegal instruction\\n")
            os._exit(3)
        end = time.process_time() + cpu_ms / 1e3
        while time.process_time() < end:
            pass
        return answers[image.shape[1] - 40] + "\\n"
    return read, {"files": [__file__], "packages": ["numpy"], "versions": {"fake": "1"}}
'''


@pytest.fixture(scope="module")
def peers() -> Iterator[SimpleNamespace]:
    """The modules of the benchmark: a folder of scripts, no package."""
    with imported(MODULES) as modules:
        yield modules


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Eight lines of four writers; line i is 40 + i pixels wide. The last one belongs to another split."""
    folder = tmp_path / "lines"
    folder.mkdir()
    rows = []
    for index, text in enumerate(TEXTS):
        Image.fromarray(np.full((20, 40 + index), 255, dtype=np.uint8)).save(folder / f"{index}.png")
        rows.append(f"{index}.png\t{text}\twriter {index % 4}\t{'train' if index == 7 else 'val'}\n")
    (folder / "lines.tsv").write_text("".join(rows), encoding="utf-8")
    return folder


Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(peers: SimpleNamespace, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run(name={options}, ...)` -> the JSON of one run in which the engine `ours` is ours and all others are peers."""
    tool = tmp_path / "tool"
    tool.mkdir()
    (tool / "engine.py").write_text(ENGINE)
    monkeypatch.setattr(peers.rounds, "interpreter", lambda *_, **__: Path(sys.executable))

    def call(*arguments: str, expected: int = 0, **engines: dict[str, Any]) -> dict[str, Any]:
        made = [
            peers.engines.Engine(name=name, title=name.title(), tool="ours" if name == "real" else str(tool), options=o)
            for name, o in engines.items()
        ]
        monkeypatch.setattr(peers.lines, "our_engine", lambda _: next(each for each in made if each.name == "ours"))
        monkeypatch.setattr(peers.lines, "peers_of", lambda _: [each for each in made if each.name != "ours"])
        output = tmp_path / "out.json"
        code = peers.lines.main(
            ["--data", str(data), "--split", "val", "--ours", "ours", "--cache", str(tmp_path / "cache"),
             "-o", str(output), *arguments]
        )  # fmt: skip
        assert code == expected
        loaded: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
        return loaded

    return call


def by_name(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {engine["name"]: engine for engine in report["engines"]}


def test_engines_are_scored_as_frugal_score_does(run: Run, tmp_path: Path) -> None:
    wrong = ["l'ete a Nimes", "ou est le chat", "un deux trois", "la mer", "ca va", "Noel", "le mat"]
    report = run("--timed", "0", ours={"answers": TEXTS}, other={"answers": wrong})
    rows = by_name(report)
    characters = sum(map(len, TEXTS[:7]))
    assert report["counted"] == {
        "lines": 7, "characters": characters, "words": 17, "accented_characters": 8, "writers": 4,
        "intervals_over": "writer",
    }  # fmt: skip
    assert rows["ours"]["cer"]["value"] == 0 and rows["ours"]["accents"]["value"] == 1
    assert rows["other"]["cer"]["value"] == pytest.approx(8 / characters)
    assert rows["other"]["cer_raw"]["value"] == pytest.approx(9 / characters), "’ is no ' before the rules"
    assert rows["other"]["wer"]["value"] == pytest.approx(7 / 17)
    assert rows["other"]["accents"]["value"] == 0
    (files,) = [list((tmp_path / "cache").glob(f"lines-*/{name}-*.tsv")) for name in ("other",)]
    truth = read_truth(files[0].parent / "truth.tsv")
    again = score("other", truth, read_answers(files[0]))
    assert again.rates["cer"].value == rows["other"]["cer"]["value"], "the files serve frugal score too"
    (difference,) = report["differences"]
    assert (difference["of_engine"], difference["minus_engine"]) == ("ours", "other")
    assert difference["cer"]["value"] == pytest.approx(-8 / characters)


def test_cpu_times_are_paired_on_the_same_lines(run: Run) -> None:
    """Both burn a fixed CPU time, so the ratio holds whatever else the machine does."""
    report = run(
        "--timed", "6", "--block", "2", ours={"answers": TEXTS, "cpu_ms": 2.0}, other={"answers": TEXTS, "cpu_ms": 8.0}
    )
    rows = by_name(report)
    (ratio,) = report["ratios"]
    assert (ratio["of_engine"], ratio["to_engine"], ratio["blocks"]) == ("ours", "other", 3)
    assert ratio["value"] == pytest.approx(0.25, rel=0.1)
    assert ratio["low"] <= ratio["value"] <= ratio["high"]
    assert rows["ours"]["cpu_ms"]["value"] == pytest.approx(2.0, rel=0.1)
    assert report["timing"] == {"lines": 6, "block_lines": 2, "turns_per_block": 2, "threads": 1}
    energy = rows["other"]["energy_mj"]
    assert energy["method"] == "C" and energy["low"] < energy["value"] < energy["high"]
    own = rows["ours"]["energy_mj"]["value"] / rows["ours"]["cpu_ms"]["value"]
    assert energy["value"] / rows["other"]["cpu_ms"]["value"] == pytest.approx(own), "watts of one core"


def test_turns_alternate_and_every_line_is_read_as_often_by_all(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "log"
    options = {"answers": TEXTS, "log": str(log), "cpu_ms": 1.0}
    run("--timed", "0", ours=options | {"log": str(tmp_path / "first")})
    log.write_text("")
    run("--timed", "4", "--block", "1", ours=options, other=options)
    widths = [int(line) for line in log.read_text().split()]
    timed = [40, 41, 43, 45]  # 4 of 7, spread
    assert widths[-16:] == [width for width in timed for _ in range(4)], "A B B A on each block"


def test_answers_are_kept_and_read_again_when_an_option_changes(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "log"
    options = {"answers": TEXTS, "log": str(log)}
    run("--timed", "0", ours=options)
    assert len(log.read_text().split()) == 7
    (file,) = (tmp_path / "cache").glob("lines-*/ours-*.tsv")
    kept = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(kept[:5]), encoding="utf-8")
    report = run("--timed", "0", ours=options)
    assert log.read_text().split()[7:] == ["45", "46"], "only what is missing"
    assert by_name(report)["ours"]["cer"]["value"] == 0
    run("--timed", "0", ours=options | {"cpu_ms": 0.1})
    assert len(log.read_text().split()) == 16


def test_an_engine_that_fails_has_its_row_and_the_others_go_on(
    run: Run, capsys: pytest.CaptureFixture[str], peers: SimpleNamespace
) -> None:
    report = run(
        "--timed", "2", "--block", "1",
        ours={"answers": TEXTS, "cpu_ms": 0.5},
        absent={"answers": TEXTS, "broken": "no weights here"},
        dying={"answers": TEXTS, "dies_at": 42},
        short={"answers": TEXTS[:2]},
    )  # fmt: skip
    reasons = {name: row.get("reason") for name, row in by_name(report).items()}
    assert reasons == {
        "ours": None,
        "absent": "FileNotFoundError: no weights here",
        "dying": "its process ended with exit code 3 (Illegal instruction)",
        "short": "IndexError: list index out of range",
    }
    assert report["ratios"] == [] and report["differences"] == []
    printed = capsys.readouterr().out
    assert "| Dying | **not measured**: its process ended with exit code 3" in printed
    assert len(peers.results.table(report)) == 2 + 4


def test_one_of_ours_that_fails_is_no_success(run: Run) -> None:
    report = run("--timed", "0", expected=0, ours={"answers": TEXTS, "broken": "gone"}, other={"answers": TEXTS})
    assert "reason" in by_name(report)["ours"], "a made engine is a peer for the exit code"
    run("--timed", "0", expected=1, ours={"answers": TEXTS}, real={"model": "nowhere/at-all"})


def test_the_figures_hold_no_text_of_the_lines(run: Run, tmp_path: Path) -> None:
    report = run("--timed", "0", ours={"answers": TEXTS}, other={"answers": TEXTS})
    for engine in report["engines"]:
        del engine["options"], engine["tool"]  # in this test the answers, and a folder
    written = json.dumps(report, ensure_ascii=False)
    assert not [text for text in TEXTS[:7] if text in written]
    assert str(tmp_path) not in written, "nor a path of the machine"


def test_our_models_are_read_as_anybody_loads_them(
    peers: SimpleNamespace, make_classifier: Callable[..., Path], tmp_path: Path
) -> None:
    artefact = make_classifier(tmp_path / "chars")
    image = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    np.savez(tmp_path / "images.npz", **{"a line": image})
    engine = peers.engines.our_engine(str(artefact))
    ballast = np.ones(50_000_000)  # 400 MB of the parent, which are not the engine's
    with contextlib.closing(peers.engine_process.start(engine, Path(sys.executable), tmp_path / "images.npz")) as ours:
        ours.introduce()
        reading = ours.read(["a line"])
    assert reading.answers == (frugal.load(artefact).predict([image])[0].value,)
    assert reading.cpu_s[0] > 0 and 1e6 < reading.peak_memory_bytes < ballast.nbytes
    assert [file["name"] for file in ours.files] == ["model.onnx", "contract.json"]
    assert ours.files[0]["bytes"] == (artefact / "model.onnx").stat().st_size


def test_a_language_model_is_named_with_a_plus(peers: SimpleNamespace) -> None:
    engine = peers.engines.our_engine("some/lines-fr-xs+lm-fr")
    assert (engine.name, engine.title) == ("lines-fr-xs+lm-fr", "lines-fr-xs + lm-fr")
    assert engine.options == {"model": "some/lines-fr-xs", "lm": "lm-fr"}


def test_an_environment_is_made_on_request_and_once(
    peers: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(peers.engines.EngineFailure, match="no environment with tesseract; try: --install"):
        peers.engines.interpreter("tesseract", tmp_path, install=False)
    made: list[list[str]] = []
    codes = iter([1, 0])

    def install(command: list[str], **_: Any) -> SimpleNamespace:
        made.append(command)
        return SimpleNamespace(returncode=next(codes), stderr="ERROR: No matching distribution found for tesserocr\n")

    monkeypatch.setattr(peers.engines.venv, "create", lambda folder, **_: folder.mkdir(exist_ok=True))
    monkeypatch.setattr(peers.engines.subprocess, "run", install)
    with pytest.raises(peers.engines.EngineFailure, match=r"cannot be installed \(No matching distribution found"):
        peers.engines.interpreter("tesseract", tmp_path, install=True)
    for _ in range(2):
        python = peers.engines.interpreter("tesseract", tmp_path, install=True)
    assert python == tmp_path / "tesseract" / "bin" / "python"
    assert len(made) == 2, "the one that failed, and the one that did not"


def test_every_peer_says_what_it_needs_and_pins_it(peers: SimpleNamespace) -> None:
    for tool in peers.engines.TOOLS:
        assert (PEERS / tool / "engine.py").is_file()
        lines = (PEERS / tool / "requirements.txt").read_text().splitlines()
        packages = [line for line in lines if line and not line.startswith("#")]
        assert [line for line in packages if "==" in line], tool
    names = [engine.name for engine in peers.engines.PEERS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--data", "nowhere"], "error: no file or folder nowhere"),
        (["--data", "{data}", "--peers", "nonesuch"], "error: --peers nonesuch; allowed: rapidocr, tesseract, easyocr"),
        (["--data", "{data}", "--kind", "body", "--peers", "tesseract"], "has no line with text for --kind body"),
        (["--data", "{data}", "--peers", "tesseract"], "error: no engine could be measured"),
        (["--data", "{data}", "--peers", ""], "error: --ours ; allowed: models of different names, or --peers"),
    ],
)
def test_bad_input_is_one_line(
    peers: SimpleNamespace,
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    complaint: str,
) -> None:
    words = [word.format(data=data) for word in arguments]
    assert peers.lines.main([*words, "--cache", str(tmp_path / "cache")]) == 2
    printed = capsys.readouterr()
    assert complaint in printed.err.splitlines()[-1]
    assert printed.out == ""


def test_it_starts_as_a_script(tmp_path: Path) -> None:
    command = [sys.executable, str(PEERS / "lines.py"), "--data", "nowhere"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, len(result.stderr.splitlines())) == (2, 1)
    assert result.stderr.startswith("error: no file or folder nowhere")
