"""A folder with lm.bin: what it says, and what is refused. That its numbers are right is tests/reference/."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from frugal.contract import InputError
from frugal.runtime.language_model import open_language_model
from frugal.runtime.lm_folder import write_lm_folder
from frugal.runtime.ngram_training import train

ALPHABET = " abé"
LINES = ["ab é", "ab", "éa"]


@pytest.fixture
def folder(tmp_path) -> Path:
    trained = train({"t": LINES}, LINES, alphabet=ALPHABET, order=3)
    how = {"sources": {"t": LINES}, "held_out": LINES, "alphabet": ALPHABET, "alpha": 0.6, "beta": 1.5}
    write_lm_folder(tmp_path / "lm", trained, **how)
    return tmp_path / "lm"


def test_a_folder_says_what_it_is(folder):
    model = open_language_model(folder)
    contract = json.loads((folder / "contract.json").read_text(encoding="utf-8"))
    assert (model.alphabet, model.order, model.alpha, model.beta) == (ALPHABET, 3, 0.6, 1.5)
    assert contract["task"] == "lm"
    assert contract["size_bytes"] == model.size_bytes == (folder / "lm.bin").stat().st_size
    assert contract["bits_per_character"] == pytest.approx(model.bits_per_character(LINES), abs=1e-4)
    assert contract["texts"] == [{"name": "t", "lines": 3, "characters": 8, "weight": 1.0}]
    assert contract["licence"]["sources"][0] == {"name": "t", "licence": "not stated", "credit": "", "restriction": ""}
    card = (folder / "card.md").read_text(encoding="utf-8")
    assert card.startswith("# lm\n\nCharacter language model of order 3, 4 characters")
    assert "alpha 0.6, beta 1.5" in card


def test_without_weights_in_the_contract_the_defaults_hold(folder):
    (folder / "contract.json").write_text('{"task": "lm"}')
    model = open_language_model(folder)
    assert (model.alpha, model.beta) == (0.5, 1.0)


def test_no_lines_have_no_bits(folder):
    with pytest.raises(ValueError, match="no line to measure"):
        open_language_model(folder).bits_per_character([])


@pytest.mark.parametrize("content", ["", "[]", '{"task": "characters"}', '{"task": "lm", "alpha": "much"}', "{"])
def test_a_broken_contract_is_refused(folder, content):
    (folder / "contract.json").write_text(content)
    with pytest.raises(InputError, match=r"contract\.json|task"):
        open_language_model(folder)


def damaged(data: bytes) -> dict[str, bytes]:
    later = bytearray(data)
    later[4] = 2
    order = bytearray(data)
    order[5] = 200
    counts = bytearray(data)
    struct.pack_into("<I", counts, 28, 10**9)
    return {
        "empty": b"",
        "other": b"GIF89a" + data[6:],
        "cut": data[:-1],
        "head alone": data[:24],
        "longer": data + b"\0",
        "later layout": bytes(later),
        "order": bytes(order),
        "counts": bytes(counts),
    }


@pytest.mark.parametrize("name", sorted(damaged(b"FRLM" + bytes(100))))
def test_a_damaged_file_is_refused_by_name(folder, name):
    path = folder / "lm.bin"
    path.write_bytes(damaged(path.read_bytes())[name])
    with pytest.raises(InputError, match=r"lm\.bin (is|has)"):
        open_language_model(folder)


def test_a_temperature_that_is_none_is_refused(folder):
    contract = json.loads((folder / "contract.json").read_text(encoding="utf-8"))
    assert open_language_model(folder).temperature == contract["temperature"] == 1.0
    (folder / "contract.json").write_text(json.dumps(contract | {"temperature": 0}), encoding="utf-8")
    with pytest.raises(InputError, match=r"temperature 0; allowed: a number above 0"):
        open_language_model(folder)


def test_a_missing_file_is_refused(folder):
    (folder / "lm.bin").unlink()
    with pytest.raises(InputError, match=r"lm\.bin cannot be read"):
        open_language_model(folder)


def test_the_folder_of_another_model_is_not_written_over(folder):
    (folder / "model.onnx").write_bytes(b"x")
    trained = train({"t": LINES}, LINES, alphabet=ALPHABET, order=1)
    how = {"sources": {"t": LINES}, "held_out": LINES, "alphabet": ALPHABET, "alpha": 0.5, "beta": 1.0}
    with pytest.raises(InputError, match="the folder of another model"):
        write_lm_folder(folder, trained, **how)
