"""The harm audit against hand calculations: classes, writers, changed answers, calibration; no names unasked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from frugal import harm
from frugal.contract import InputError
from frugal.report import harm as account
from frugal.report import html, markdown
from frugal.report.records import Report, Row

HEAD = "item\tgroup\ttruth\tanswer\tconfidence\terrors\n"
BEFORE = [  # item, writer, truth, answer, confidence, errors
    ("s1", "ada", "a", "a", 0.9, 0), ("s2", "ada", "a", "a", 0.8, 0), ("s3", "ada", "b", "a", 0.6, 1),
    ("s4", "bob", "b", "b", 0.9, 0), ("s5", "bob", "c", "c", 0.7, 0), ("s6", "bob", "c", "b", 0.5, 1),
]  # fmt: skip
AFTER = [
    ("s1", "ada", "a", "b", 0.9, 1), ("s2", "ada", "a", "b", 0.8, 1), ("s3", "ada", "b", "b", 0.6, 0),
    ("s4", "bob", "b", "b", 0.9, 0), ("s5", "bob", "c", "c", 0.7, 0), ("s6", "bob", "c", "a", 0.5, 1),
]  # fmt: skip


def written(path: Path, rows: list[tuple]) -> Path:
    path.write_text(HEAD + "".join("\t".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def answers(tmp_path: Path) -> tuple[harm.Answers, harm.Answers]:
    files = written(tmp_path / "before.tsv", BEFORE), written(tmp_path / "after.tsv", AFTER)
    return harm.read_answers(files[0], "error_rate"), harm.read_answers(files[1], "error_rate")


def audited(answers: tuple[harm.Answers, harm.Answers]) -> account.Harm:
    data = harm.audit(*answers, names=("train", "int8"), metric="error_rate")
    return account.parse(json.loads(json.dumps(data, allow_nan=False)))


def test_answers_that_changed_are_counted_by_what_became_of_them(answers: tuple[harm.Answers, harm.Answers]) -> None:
    found = audited(answers)
    assert (found.answers, found.newly_wrong, found.newly_right, found.otherwise_wrong) == (4, 2, 1, 1)
    assert (found.error.before, found.error.after) == (pytest.approx(2 / 6), pytest.approx(3 / 6))
    assert found.change[0] == pytest.approx(1 / 6) and found.change[1] <= found.change[0] <= found.change[2]


def test_errors_by_class_the_most_harmed_first(answers: tuple[harm.Answers, harm.Answers]) -> None:
    assert [(each.name, each.count, each.before, each.after) for each in audited(answers).classes] == [
        ("a", 2, 0.0, 1.0), ("c", 2, 0.5, 0.5), ("b", 2, 0.5, 0.0),
    ]  # fmt: skip


def test_errors_by_writer(answers: tuple[harm.Answers, harm.Answers]) -> None:
    writers = audited(answers).writers
    assert writers is not None
    assert (writers.count, writers.worse, writers.better) == (2, 1, 0)
    assert writers.largest_rise == pytest.approx(1 / 3)
    assert (writers.worst_decile.before, writers.worst_decile.after) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert [row["writer"] for row in harm.writer_errors(*answers)] == ["ada", "bob"]


def test_calibration_is_the_mean_gap_of_confidence_and_right_ones(answers: tuple[harm.Answers, harm.Answers]) -> None:
    """Every confidence has a bin of its own but 0.9, which two share: |0.9 - 1|*2, |0.8 - 1|, 0.6, |0.7 - 1|, 0.5."""
    assert audited(answers).calibration.before == pytest.approx((0.2 + 0.2 + 0.6 + 0.3 + 0.5) / 6)


def test_the_change_of_an_error_and_its_standard_error(tmp_path: Path) -> None:
    """By writers: the sums of ada and bob are +1 and 0, so their spread is sqrt(2 * 0.5) of 6 samples."""
    pair = (
        harm.read_answers(written(tmp_path / f"{n}.tsv", rows), "error_rate") for n, rows in enumerate((BEFORE, AFTER))
    )
    difference, spread = harm.change(*pair)
    assert difference == pytest.approx(1 / 6) and spread == pytest.approx(1 / 6)


def test_lines_are_counted_by_characters(tmp_path: Path) -> None:
    before = written(tmp_path / "b.tsv", [("l1", "w", "chat", "chat", 0.9, 0), ("l2", "w", "thé", "the", 0.9, 1)])
    after = written(tmp_path / "a.tsv", [("l1", "w", "chat", "cat", 0.9, 1), ("l2", "w", "thé", "the", 0.9, 1)])
    pair = harm.read_answers(before, "cer"), harm.read_answers(after, "cer")
    found = account.parse(harm.audit(*pair, names=("a", "b"), metric="cer"))
    assert (found.error.before, found.error.after) == (pytest.approx(1 / 7), pytest.approx(2 / 7))
    rates = {each.name: (each.count, each.before, each.after) for each in found.classes}
    assert rates["h"] == (2, 0.0, 0.5) and rates["é"] == (1, 1.0, 1.0) and rates["t"] == (2, 0.0, 0.0)
    assert found.writers is None, "one writer alone cannot be told from others"


def test_nothing_changed_has_no_interval(answers: tuple[harm.Answers, harm.Answers]) -> None:
    found = account.parse(harm.audit(answers[0], answers[0], names=("a", "b"), metric="error_rate"))
    assert found.change == (0.0, None, None) and found.answers == 0


def test_different_samples_cannot_be_compared(answers: tuple[harm.Answers, harm.Answers], tmp_path: Path) -> None:
    other = harm.read_answers(written(tmp_path / "other.tsv", BEFORE[:3]), "error_rate")
    with pytest.raises(InputError, match="different samples"):
        harm.audit(answers[0], other, names=("a", "b"), metric="error_rate")


@pytest.mark.parametrize("content", ["", HEAD, "item\tanswer\na\tb\n", HEAD + "s\tw\ta\ta\tsure\t0\n"])
def test_foreign_files_are_one_line(content: str, tmp_path: Path) -> None:
    (tmp_path / "foreign.tsv").write_text(content)
    with pytest.raises(InputError, match=r"foreign\.tsv.*predictions\.tsv"):
        harm.read_answers(tmp_path / "foreign.tsv", "error_rate")


def run_folder(folder: Path) -> Report:
    rows = []
    for number, (name, answers) in enumerate((("train", BEFORE), ("int8", AFTER))):
        place = folder / "steps" / f"{number}-{name}-abcdef01"
        place.mkdir(parents=True)
        written(place / "predictions.tsv", answers)
        details = {"digest": "abcdef0123456789"}
        rows.append(
            Row(step=name, kind="train", method="Net", metric="error_rate", error=0.3, samples=6, details=details)
        )
    pair = [harm.read_answers(path, "error_rate") for path in sorted(folder.glob("steps/*/predictions.tsv"))]
    section = harm.audit(pair[0], pair[1], names=("train", "int8"), metric="error_rate")
    return Report(
        name="r", created="2026-01-01", seed=0, unit="character", rows=tuple(rows), sections={"harm": section}
    )  # fmt: skip


def test_no_name_and_no_sample_unless_they_are_asked_for(tmp_path: Path) -> None:
    report = run_folder(tmp_path)
    assert "ada" not in json.dumps(report.to_json()) and "s1" not in json.dumps(report.to_json())
    plain, named = markdown.render(report), markdown.render(harm.with_samples(report, tmp_path))
    assert "4 of 6 samples get another answer: 2 that were right are wrong now" in plain
    assert "PERSONAL DATA" not in plain and "ada" not in plain
    assert "PERSONAL DATA" in named and "| ada |" in named and "| s1 | a | a | b |" in named
    assert named.index("| s1 |") < named.index("| s3 |"), "newly wrong ones first"
    page = html.render([harm.with_samples(report, tmp_path)], "fr")
    assert "DONNÉES PERSONNELLES" in page


def test_samples_without_writers_can_be_shown(tmp_path: Path) -> None:
    report = run_folder(tmp_path)
    for path in tmp_path.glob("steps/*/predictions.tsv"):
        path.write_text(path.read_text().replace("ada", "").replace("bob", ""))
    named = markdown.render(harm.with_samples(report, tmp_path))
    assert "PERSONAL DATA" in named and "| s1 | a | a | b |" in named and "Error by writer" not in named


def test_without_its_run_folder_no_sample_can_be_shown(tmp_path: Path) -> None:
    report = run_folder(tmp_path / "run")
    with pytest.raises(InputError, match="without the answers of the step train"):
        harm.with_samples(report, tmp_path)


def test_intervals_cover_what_is_drawn_from_them() -> None:
    """Of 200 pairs of models that differ by 0.05 in truth, about 95 % of the intervals hold it."""
    generator = np.random.default_rng(0)
    hits = 0
    for _ in range(200):
        first, second = generator.random((2, 400)) < [[0.10], [0.15]]
        rows = [
            [(f"s{i}", "", "a", "a", 0.5, int(wrong)) for i, wrong in enumerate(errors)] for errors in (first, second)
        ]
        pair = [_answers(each) for each in rows]
        found = harm.audit(*pair, names=("a", "b"), metric="error_rate")["change"]
        hits += found["low"] <= 0.05 <= found["high"]
    assert 0.9 <= hits / 200 <= 0.99


def _answers(rows: list[tuple]) -> harm.Answers:
    items, _, truths, answers, confidences, errors = zip(*rows, strict=True)
    return harm.Answers(
        items=items, groups=None, truths=truths, answers=answers, confidences=np.array(confidences),
        errors=np.array(errors, float), totals=np.ones(len(rows)),
    )  # fmt: skip
