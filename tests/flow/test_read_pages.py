"""Whole pages by the command itself: a photo, a TIFF and a PDF to XML and back, and what a large photo costs."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from frugal.pagexml import read_page_xml
from tests.unit.reading.drawn_pages import draw_page
from tests.unit.reading.line_model import write_line_model


@pytest.fixture
def model(tmp_path):
    return str(write_line_model(tmp_path / "model"))


def frugal(*arguments):
    """Run the command in a process of its own; its stdout and stderr."""
    command = [sys.executable, "-m", "frugal", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_a_folder_of_scans_to_xml_and_back(tmp_path, model):
    scans = tmp_path / "scans"
    scans.mkdir()
    first, second, third = (Image.fromarray(draw_page(seed, lines=4, rules="lines").grey) for seed in range(3))
    first.save(scans / "a.jpg", quality=95)
    first.save(scans / "b.tif", save_all=True, append_images=[second])
    third.convert("RGB").save(scans / "c.pdf", resolution=200)
    text, progress = frugal("read", scans, "--model", model)
    assert [len(page.splitlines()) for page in text.split("\n\n")] == [4, 4, 4, 4]
    assert len(progress.splitlines()) == 4
    _, _ = frugal("read", scans, "--model", model, "--to", "page", "-o", tmp_path / "xml")
    assert sorted(path.name for path in (tmp_path / "xml").iterdir()) == ["a.xml", "b-1.xml", "b-2.xml", "c.xml"]
    written = [line.text for line in read_page_xml(tmp_path / "xml" / "a.xml")[0].lines]
    assert written == text.split("\n\n")[0].splitlines()
    # What was written serves as segmentation and as truth of the same scan.
    photo = scans / "a.jpg"
    again, summary = frugal(
        "read", photo, "--model", model, "--segmentation", tmp_path / "xml", "--truth", tmp_path / "xml"
    )
    assert len(again.splitlines()) == 4
    assert summary.startswith("found by boxes: 4 of 4 lines (100.0%)")


def test_json_is_all_that_is_on_stdout(tmp_path, model):
    Image.fromarray(draw_page(3, lines=2).grey).save(tmp_path / "a.png")
    out, err = frugal("read", tmp_path / "a.png", "--model", model, "--json", "-")
    assert len(json.loads(out)["pages"][0]["lines"]) == 2
    assert err == ""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak memory of a process is read as Linux counts it")
@pytest.mark.parametrize("turned", [False, True])
def test_a_photo_of_12_megapixels_needs_less_than_600_megabytes(tmp_path, model, turned):
    page = Image.fromarray(draw_page(4, lines=20, rules="seyes", shadow=0.4, skew=1.0).grey)
    photo = page.resize((3000, 4000), Image.Resampling.BICUBIC).convert("RGB")
    exif = Image.Exif()
    if turned:
        photo = photo.transpose(Image.Transpose.ROTATE_90)
        exif[0x0112] = 6  # to be shown turned by 90 degrees clockwise
    photo.save(tmp_path / "photo.jpg", quality=90, exif=exif)
    # The process states its own peak: what its parent sees of it (ru_maxrss) begins at the parent's own size.
    code = (
        "import sys; from frugal.cli.main import run; assert run(sys.argv[1:]) == 0;"
        "from frugal.measuring import memory_bytes; print(memory_bytes('VmHWM'), file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, "read", str(tmp_path / "photo.jpg"), "--model", model]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 20
    assert 50e6 < int(done.stderr) < 600e6


def test_reading_loads_no_torch(tmp_path, model):
    Image.fromarray(np.full((300, 300), 250, np.uint8)).save(tmp_path / "a.png")
    code = (
        "import sys; from frugal.cli.main import run; assert run(sys.argv[1:]) == 0;"
        "print(sorted({'torch', 'lightning', 'pyarrow', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, "read", str(tmp_path / "a.png"), "--model", model]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
