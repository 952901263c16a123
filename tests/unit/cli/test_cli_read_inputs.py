"""`frugal read` on whatever people hand it: the same text whatever the file's kind, no text, or one line and exit 2."""

import io

import numpy as np
import pytest
from PIL import Image

from frugal.cli.main import run
from tests.unit.reading.drawn_pages import draw_page
from tests.unit.reading.line_model import write_line_model
from tests.unit.reading.test_loading import protected_pdf


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return str(write_line_model(tmp_path_factory.mktemp("model")))


@pytest.fixture(scope="module")
def page():
    return Image.fromarray(draw_page(0, lines=3).grey)


@pytest.fixture
def read(model, capsys):
    """`read(path)` -> (exit code, stdout, stderr)."""

    def call(path):
        code = run(["read", str(path), "--model", model])
        return (code, *capsys.readouterr())

    return call


def encoded(image, form, **options):
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def deep(image):
    return Image.fromarray(np.asarray(image).astype(np.uint16) * 257)


def turned(image):
    """As a phone stores what it took upright, and the tag that says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(image.transpose(Image.Transpose.ROTATE_90), "PNG", exif=exif)


SAME = {
    "sixteen bits.png": lambda page: encoded(deep(page), "PNG"),
    "cmyk.tif": lambda page: encoded(page.convert("CMYK"), "TIFF"),
    "phone.png": turned,
    "no suffix": lambda page: encoded(page, "PNG"),
    "a jpeg.png": lambda page: encoded(page.convert("RGB"), "JPEG", quality=98),
}


@pytest.mark.parametrize("name", SAME)
def test_kinds_of_files_give_the_same_lines(read, page, tmp_path, name):
    (tmp_path / "plain.png").write_bytes(encoded(page, "PNG"))
    (tmp_path / name).write_bytes(SAME[name](page))
    _, expected, _ = read(tmp_path / "plain.png")
    code, out, err = read(tmp_path / name)
    assert (code, err) == (0, "")
    assert len(expected.splitlines()) == 3
    # CMYK and JPEG round grey levels: single strokes may be counted otherwise.
    strokes = [[line.count("x") for line in text.splitlines()] for text in (out, expected)]
    assert np.abs(np.subtract(*strokes)).max() <= (2 if name in ("cmyk.tif", "a jpeg.png") else 0)


def test_every_page_of_a_tiff_is_read(read, page, tmp_path):
    page.save(tmp_path / "one.png")
    page.save(tmp_path / "scan.tif", save_all=True, append_images=[page])
    _, expected, _ = read(tmp_path / "one.png")
    code, out, err = read(tmp_path / "scan.tif")
    assert (code, out) == (0, f"{expected}\n{expected}")
    assert len(err.splitlines()) == 2


def photo():
    """A temple among trees."""
    datasets = pytest.importorskip("sklearn.datasets")
    return encoded(Image.fromarray(datasets.load_sample_image("china.jpg")), "JPEG")


NOTHING = {
    "blank.jpg": lambda: encoded(Image.new("RGB", (600, 800), "white"), "JPEG"),
    "black.png": lambda: encoded(Image.new("L", (600, 800), 0), "PNG"),
    "ten pixels.png": lambda: encoded(Image.effect_noise((10, 10), 90), "PNG"),
    "one pixel.png": lambda: encoded(Image.new("L", (1, 1), 0), "PNG"),
    "photo.jpg": photo,
}


@pytest.mark.parametrize("name", NOTHING)
def test_without_writing_there_is_no_text_and_a_note(read, tmp_path, name):
    (tmp_path / name).write_bytes(NOTHING[name]())
    assert read(tmp_path / name) == (0, "", f"note: {tmp_path / name}: no line found\n")


def test_a_line_30_000_pixels_wide_is_one_line(read, tmp_path):
    line = np.asarray(draw_page(1, lines=1).grey)[40:104]
    wide = np.tile(line, (1, 30_000 // line.shape[1] + 1))[:, :30_000]
    Image.fromarray(wide).save(tmp_path / "wide.png")
    code, out, err = read(tmp_path / "wide.png")
    assert (code, err, len(out.splitlines())) == (0, "", 1)
    assert out.count("x") > 400


BROKEN = {
    "cut.jpg": (lambda page: encoded(page, "JPEG")[:3000], "broken image"),
    "head.jpg": (lambda page: b"\xff\xd8\xff\xe0 and no more", "broken image"),
    "cut.png": (lambda page: encoded(page, "PNG")[:3000], "broken image"),
    "cut.tif": (lambda page: encoded(page, "TIFF")[:3000], "broken image"),
    "text.png": (lambda page: b"Cher ami,\n", "broken image (of no known format)"),
    "empty.jpg": (lambda page: b"", "no image; allowed: a PNG, JPEG, TIFF or WebP file"),
    "locked.pdf": (lambda page: protected_pdf(), "is protected by a password; try: save it without one"),
    "broken.pdf": (lambda page: b"%PDF-1.7\nnothing", "is a broken PDF"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_one_line_that_names_the_file(read, page, tmp_path, name):
    make, part = BROKEN[name]
    (tmp_path / name).write_bytes(make(page))
    code, out, err = read(tmp_path / name)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert name in err
    assert part in err
    assert len(err.splitlines()) == 1


def test_a_folder_stands_for_its_images_and_one_without_is_refused(read, page, tmp_path):
    code, out, err = read(tmp_path)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: the folder {tmp_path} without an image; allowed: PNG, JPEG")
    for name in ("a.png", "b.png"):
        page.save(tmp_path / name)
    code, out, err = read(tmp_path)
    assert code == 0
    assert [len(part.splitlines()) for part in out.split("\n\n")] == [3, 3]
    assert [line.split(":")[0] for line in err.splitlines()] == [
        f"[{n}/2] {tmp_path / f'{s}.png'}" for n, s in ((1, "a"), (2, "b"))
    ]
