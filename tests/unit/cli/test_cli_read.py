"""`frugal read`: what goes to stdout, what to files, what to stderr; every bad input is one line."""

import json

import pytest
from PIL import Image

from frugal.cli.main import run
from frugal.pagexml import read_page_xml
from tests.unit.reading.drawn_pages import draw_page
from tests.unit.reading.line_model import write_line_model


@pytest.fixture
def model(tmp_path):
    return str(write_line_model(tmp_path / "model"))


@pytest.fixture
def page(tmp_path):
    """A drawn page of three lines, and its file."""
    drawn = draw_page(0, lines=3)
    Image.fromarray(drawn.grey).save(tmp_path / "page.png")
    return drawn, str(tmp_path / "page.png")


@pytest.fixture
def read(model, capsys):
    """`read(*arguments)` -> (exit code, stdout, stderr)."""

    def call(*arguments):
        code = run(["read", *map(str, arguments), "--model", model])
        return (code, *capsys.readouterr())

    return call


def test_text_is_the_only_thing_on_stdout(read, page):
    code, out, err = read(page[1])
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) == 3
    assert all(set(line) <= {"x", " "} and "x" in line for line in lines)


@pytest.mark.parametrize("how", [("--json", "-"), ("--to", "json")])
def test_json_on_stdout(read, page, how):
    code, out, _ = read(page[1], *how)
    assert code == 0
    [found] = json.loads(out)["pages"]
    assert (found["file"], found["page"]) == (page[1], 1)
    assert [line["text"] for line in found["lines"]] == read(page[1])[1].splitlines()


def test_json_beside_the_text(read, page, tmp_path):
    code, out, _ = read(page[1], "--json", tmp_path / "a.json")
    assert code == 0
    lines = json.loads((tmp_path / "a.json").read_text())["pages"][0]["lines"]
    assert [line["text"] for line in lines] == out.splitlines()


@pytest.mark.parametrize("form", ["alto", "page"])
def test_xml_to_stdout_to_a_file_and_to_a_folder(read, page, tmp_path, form):
    text = read(page[1])[1].splitlines()
    code, out, _ = read(page[1], "--to", form)
    (tmp_path / "out.xml").write_text(out)
    assert code == 0
    assert read(page[1], "--to", form, "-o", tmp_path / "file.xml")[:2] == (0, "")
    assert read(page[1], "--to", form, "-o", tmp_path / "folder")[:2] == (0, "")
    for name in ("out.xml", "file.xml", "folder/page.xml"):
        [found] = read_page_xml(tmp_path / name)
        assert [line.text.strip() for line in found.lines] == [line.strip() for line in text]
        assert found.image == "page.png"


def test_several_pages_are_counted_on_stderr_and_parted_by_a_blank_line(read, page, tmp_path):
    frames = [Image.fromarray(page[0].grey), Image.new("L", (300, 300), 250), Image.fromarray(page[0].grey)]
    frames[0].save(tmp_path / "scan.tif", save_all=True, append_images=frames[1:])
    text = read(page[1])[1]
    code, out, err = read(page[1], tmp_path / "scan.tif")
    assert code == 0
    assert out == f"{text}\n{text}\n{text}"
    scan = tmp_path / "scan.tif"
    assert err.splitlines() == [
        f"[1/2] {page[1]}: 3 lines",
        f"[2/2] {scan}, page 1: 3 lines",
        f"[2/2] {scan}, page 2: 0 lines",
        f"[2/2] {scan}, page 3: 3 lines",
    ]
    assert read(scan, "-o", tmp_path / "all.txt")[:2] == (0, "")
    assert (tmp_path / "all.txt").read_text() == f"{text}\n{text}"
    assert read(scan, "-o", tmp_path / "each")[:2] == (0, "")
    assert (tmp_path / "each" / "scan-3.txt").read_text() == text


def test_several_pages_of_xml_ask_for_a_folder(read, page, tmp_path):
    code, out, err = read(page[1], page[1], "--to", "page")
    assert (code, out) == (2, "")
    assert err == "error: --to page for several pages; allowed: one page per file; try: -o FOLDER\n"


def test_given_lines_are_used_and_can_be_refused(read, page, tmp_path):
    height, width = page[0].grey.shape
    left, top, right, bottom = page[0].boxes[1]
    xml = (
        f"<PcGts><Page imageWidth='{width}' imageHeight='{height}'><TextRegion id='r'><TextLine id='l'>"
        f"<Coords points='{left},{top} {right},{top} {right},{bottom} {left},{bottom}'/></TextLine></TextRegion>"
        "</Page></PcGts>"
    )
    (tmp_path / "given").mkdir()
    for place in (tmp_path / "page.xml", tmp_path / "given" / "page.xml"):
        place.write_text(xml)
    assert len(read(page[1])[1].splitlines()) == 1
    assert len(read(page[1], "--segmentation", "none")[1].splitlines()) == 3
    (tmp_path / "page.xml").unlink()
    assert len(read(page[1], "--segmentation", tmp_path / "given")[1].splitlines()) == 1
    assert len(read(page[1], "--segmentation", tmp_path / "given" / "page.xml")[1].splitlines()) == 1


def test_truth_gives_recall_and_error(read, page, tmp_path):
    _, out, _ = read(page[1])
    (tmp_path / "truth.txt").write_text(out)
    code, again, err = read(page[1], "--truth", tmp_path / "truth.txt")
    assert (code, again) == (0, out)
    characters = len(" ".join(out.split()))
    assert err == f"found by texts: 3 of 3 lines (100.0%); CER end to end: 0.00% of {characters} characters\n"
    assert read(page[1], "--to", "page", "-o", tmp_path / "truth" / "page.xml")[0] == 0
    code, out, err = read(page[1], "--truth", tmp_path / "truth", "--json", "-")
    assert json.loads(out)["truth"] == {
        **{"lines": 3, "found": 3, "by": "boxes", "recall": 1.0, "cer": 0.0, "characters": characters}
    }
    assert err.startswith("found by boxes: 3 of 3")


def test_a_blank_page_is_an_empty_document(read, tmp_path):
    Image.new("RGB", (600, 800), "white").save(tmp_path / "blank.jpg")
    code, out, err = read(tmp_path / "blank.jpg", "--to", "page")
    assert (code, err) == (0, f"note: {tmp_path / 'blank.jpg'}: no line found\n")
    assert "<PcGts" in out
    assert "<TextLine" not in out


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["none.png"], "no file none.png; allowed: PNG, JPEG"),
        (["{page}", "--to", "docx"], "--to docx; allowed: text, json, alto, page"),
        (["{page}", "--segmentation", "none.xml"], "--segmentation: no file none.xml"),
        (["{page}", "--truth", "none.txt"], "--truth none.txt cannot be read"),
        (["{page}", "--lm", "none-such"], "error: no model 'none-such' in the zoo"),
        (["{page}", "--words", "none.txt"], "error: words"),
    ],
)
def test_bad_arguments_are_one_line(read, page, arguments, part):
    code, _, err = read(*(argument.format(page=page[1]) for argument in arguments))
    assert code == 2
    assert err.startswith("error: ")
    assert part in err
    assert len(err.splitlines()) == 1


def test_a_model_of_another_task_is_refused(page, tmp_path, make_classifier, capsys):
    assert run(["read", page[1], "--model", str(make_classifier(tmp_path / "c"))]) == 2
    assert "of the task characters; allowed: a model of the task lines" in capsys.readouterr().err


def test_a_page_without_the_packages_names_the_extra(read, page, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "cv2", None)
    code, _, err = read(page[1])
    assert code == 2
    assert "pip install 'frugal-ml[read]'" in err
