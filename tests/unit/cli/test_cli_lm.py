"""`frugal lm`: texts in, a folder that decodes out; bad input is one line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from frugal.cli.main import run
from frugal.runtime.language_model import open_language_model

WORDS = ("été", "chat", "la", "mer", "Noël", "où", "l'eau", "dit", "grand", "à")


def sentences(seed: int, number: int = 60) -> list[str]:
    generator = np.random.default_rng(seed)
    return [" ".join(generator.choice(WORDS, 6)) for _ in range(number)]


@pytest.fixture
def text(tmp_path) -> Path:
    path = tmp_path / "text.txt"
    path.write_text("\n".join([*sentences(0), "", "  l’été  "]), encoding="utf-8")
    return path


def test_a_text_becomes_a_folder(text, tmp_path, capsys):
    out = tmp_path / "my-lm"
    assert run(["lm", str(text), "--order", "4", "--max-bytes", "20k", "-o", str(out)]) == 0
    said = capsys.readouterr()
    summary, bits, mixture = said.out.splitlines()
    contract = json.loads((out / "contract.json").read_text(encoding="utf-8"))
    assert summary == (
        f"{out}: {contract['size_bytes'] / 1000:.1f} kB, order 4, "
        f"{sum(contract['ngrams'])} of {sum(contract['ngrams_unpruned'])} n-grams"
    )
    value = contract["bits_per_character"]
    assert bits.startswith(f"{value:.3f} bits per character (perplexity {2**value:.2f}) on 3 held-out lines")
    assert mixture == "mixture: 100.0 % text.txt"
    assert said.err.splitlines()[0] == f"text.txt: 58 lines, {contract['texts'][0]['characters']} characters"
    model = open_language_model(out)
    assert model.size_bytes <= 20_000
    assert model.log_probability_of("l'eau dit") > model.log_probability_of("l'euu dti") + 3
    assert {path.name for path in out.iterdir()} == {"lm.bin", "contract.json", "card.md"}


def test_transcripts_count_by_split_and_kind(text, tmp_path, capsys):
    pq = pytest.importorskip("pyarrow.parquet", reason="needs the extra train")
    import pyarrow

    rows = [{"image": {"bytes": b"", "path": None}, "text": line, "split": split, "kind": kind}
            for line, split, kind in [("la mer", "train", "body"), ("un titre", "train", "label"),
                                      ("raturé", "train", "struck"), ("le chat dit", "val", "body")]]  # fmt: skip
    pq.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "lines.parquet")
    lines = str(tmp_path / "lines.parquet")
    arguments = ["lm", str(text), lines, "--held-out", lines, "--kind", "body", "--kind", "label", "--weights", "1,3"]
    assert run([*arguments, "-o", str(tmp_path / "lm")]) == 0
    said = capsys.readouterr()
    assert "lines.parquet: 2 lines, 14 characters" in said.err
    assert "held out: 1 lines, 11 characters" in said.err
    assert said.out.splitlines()[-1] == "mixture: 25.0 % text.txt, 75.0 % lines.parquet"


def test_tab_separated_transcripts_and_an_alphabet_of_ones_own(text, tmp_path, capsys):
    (tmp_path / "lines.tsv").write_text("1.png\tla mer\n2.png\tCHAT\n", encoding="utf-8")
    (tmp_path / "alphabet.txt").write_text("abcdefghijklmnopqrstuvwxyz'", encoding="utf-8")
    arguments = ["--alphabet", str(tmp_path / "alphabet.txt"), "-o", str(tmp_path / "lm")]
    assert run(["lm", str(text), str(tmp_path / "lines.tsv"), "--held-out", str(text), *arguments]) == 0
    assert "lines.tsv: 2 lines, 10 characters, cut at 4 outside the alphabet: ACHT" in capsys.readouterr().err
    assert open_language_model(tmp_path / "lm").alphabet == " 'abcdefghijklmnopqrstuvwxyz"


def test_a_licence_is_carried_into_contract_and_card(text, tmp_path):
    source = {"name": "mine", "licence": "CC0-1.0", "credit": "me", "restriction": "none"}
    (tmp_path / "l.json").write_text(json.dumps({"weights": "MIT", "sources": [source], "ask": "Ask me."}))
    assert run(["lm", str(text), "--licence", str(tmp_path / "l.json"), "-o", str(tmp_path / "lm")]) == 0
    assert json.loads((tmp_path / "lm" / "contract.json").read_text())["licence"]["sources"] == [source]
    card = (tmp_path / "lm" / "card.md").read_text(encoding="utf-8")
    assert "Weights: MIT." in card and "- mine: CC0-1.0; me; none" in card and card.endswith("Ask me.\n")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["nowhere.txt"], "nowhere.txt cannot be read (No such file or directory); allowed: a UTF-8 text"),
        (["{text}", "{text}"], "twice; allowed: each text once"),
        (["{text}", "--order", "12"], "order 12; allowed: 1 to 8; try: 6"),
        (["{text}", "--max-bytes", "2 GB"], "--max-bytes 2 GB; allowed: bytes, as 2M or 500k"),
        (["{text}", "--max-bytes", "100"], "max_bytes 100; allowed: >= "),
        (["{text}", "--alpha", "nan"], "--alpha nan; allowed: 0 to 10"),
        (["{text}", "--temperature", "0"], "--temperature 0.0; allowed: above 0, at most 10"),
        (["{text}", "--weights", "a"], "--weights a"),
        (["{text}", "--weights", "1,2"], "weights [1.0, 2.0]; allowed: 1 numbers"),
        (["{text}", "--alphabet", "none.txt"], "--alphabet none.txt cannot be read"),
        (["{text}", "--licence", "none.json"], "--licence none.json"),
        (["{text}", "--held-out", "none.txt"], "none.txt cannot be read"),
        (["{bytes}"], "cannot be read (not UTF-8)"),
        (["{short}"], "no line is left to measure on; allowed: at least 20 lines of text; try: --held-out FILE"),
        (["{empty}"], "empty.txt holds no line"),
        ([], "TEXT"),
    ],
)
def test_bad_input_is_one_line(arguments, part, text, tmp_path, capsys):
    (tmp_path / "short.txt").write_text("une ligne\n", encoding="utf-8")
    (tmp_path / "empty.txt").write_text("\n")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\xff")
    files = {name: str(tmp_path / f"{name}.txt") for name in ("short", "empty", "bytes")} | {"text": str(text)}
    given = [argument.format(**files) for argument in arguments]
    assert run(["lm", *given, "-o", str(tmp_path / "lm")]) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("error: ") and part in error
    assert not (tmp_path / "lm").exists()
