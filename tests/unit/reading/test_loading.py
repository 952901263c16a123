"""What phones and scanners write: modes, rotation, several pages; what is broken gets one line."""

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from frugal.contract import InputError
from frugal.reading.loading import files_of, pages_in


def picture(height=60, width=90):
    """Light paper with a dark bar at the top left."""
    pixels = np.full((height, width), 230, np.uint8)
    pixels[5:15, 5:40] = 20
    return Image.fromarray(pixels)


def only(path):
    [page] = pages_in(path)
    return page


@pytest.mark.parametrize(
    ("name", "convert"),
    [
        ("grey.png", lambda image: image),
        ("colour.jpg", lambda image: image.convert("RGB")),
        ("cmyk.jpg", lambda image: image.convert("CMYK")),
        ("palette.png", lambda image: image.convert("P")),
        ("one bit.tif", lambda image: image.convert("1")),
        ("deep.png", lambda image: Image.fromarray(np.asarray(image).astype(np.uint16) * 257)),
        ("alpha.png", lambda image: image.convert("RGBA")),
        ("web.webp", lambda image: image.convert("RGB")),
    ],
)
def test_every_mode_becomes_grey(tmp_path, name, convert):
    convert(picture()).save(tmp_path / name)
    page = only(tmp_path / name)
    assert (page.grey.dtype, page.grey.shape) == (np.uint8, (60, 90))
    assert (page.number, page.count, page.name) == (1, 1, str(tmp_path / name))
    assert page.grey[8:12, 8:36].mean() < 40
    assert page.grey[40:, 60:].mean() > 220


def test_a_photo_is_turned_as_its_exif_says(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by 90 degrees clockwise
    picture().save(tmp_path / "phone.jpg", exif=exif)
    grey = only(tmp_path / "phone.jpg").grey
    assert grey.shape == (90, 60)
    assert grey[8:36, 46:54].mean() < 40


def test_every_frame_of_a_tiff_is_a_page(tmp_path):
    frames = [picture(), picture(30, 50).convert("1"), picture(20, 120).convert("RGB")]
    frames[0].save(tmp_path / "scan.tiff", save_all=True, append_images=frames[1:])
    pages = list(pages_in(tmp_path / "scan.tiff"))
    assert [page.grey.shape for page in pages] == [(60, 90), (30, 50), (20, 120)]
    assert [(page.number, page.count) for page in pages] == [(1, 3), (2, 3), (3, 3)]
    assert pages[1].name == f"{tmp_path / 'scan.tiff'}, page 2"


def test_thumbnails_and_smaller_copies_in_a_tiff_are_no_pages(tmp_path):
    smaller = picture().resize((45, 30))
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[254] = 1  # NewSubfileType: a reduced copy
    smaller.encoderinfo = {"tiffinfo": tags}
    picture().save(tmp_path / "pyramid.tif", save_all=True, append_images=[smaller])
    page = only(tmp_path / "pyramid.tif")
    assert (page.grey.shape, page.count, page.name) == ((60, 90), 1, str(tmp_path / "pyramid.tif"))


def test_a_tiff_whose_second_page_is_cut_off_is_no_tiff_of_one_page(tmp_path):
    picture().save(tmp_path / "scan.tif", save_all=True, append_images=[picture(300, 400)])
    whole = (tmp_path / "scan.tif").read_bytes()
    (tmp_path / "scan.tif").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"scan\.tif.*broken image"):
        list(pages_in(tmp_path / "scan.tif"))


def test_every_frame_is_held_to_the_size_of_a_page(tmp_path, monkeypatch):
    monkeypatch.setattr("frugal.reading.loading.LARGEST_PIXELS", 6000)
    picture().save(tmp_path / "scan.tif", save_all=True, append_images=[picture(100, 90)])
    with pytest.raises(InputError, match=r"scan\.tif, page 2: 90 x 100 pixels; allowed: 200 million"):
        list(pages_in(tmp_path / "scan.tif"))


def test_an_animation_is_one_picture(tmp_path):
    picture().save(tmp_path / "a.gif", save_all=True, append_images=[picture()])
    assert only(tmp_path / "a.gif").count == 1


def test_pdf_pages_are_rendered_at_200_dpi(tmp_path):
    pages = [picture(200, 300).convert("RGB"), picture(100, 400).convert("RGB")]
    pages[0].save(tmp_path / "a.pdf", save_all=True, append_images=pages[1:], resolution=100)
    read = list(pages_in(tmp_path / "a.pdf"))
    assert [page.grey.shape for page in read] == [(400, 600), (200, 800)]
    assert [(page.number, page.count) for page in read] == [(1, 2), (2, 2)]
    assert read[0].grey[14:26, 16:72].mean() < 40
    assert read[0].grey[200:].mean() > 220


def protected_pdf():
    """A PDF that opens with no known password."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] >>",
        b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"AB" * 32 + b"> /U <" + b"CD" * 32 + b"> >>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, table)
    data += b"trailer << /Size 5 /Root 1 0 R /Encrypt 4 0 R /ID [<00> <00>] >>\nstartxref\n%d\n%%%%EOF\n" % start
    return data


def jpeg():
    import io

    file = io.BytesIO()
    picture(400, 400).save(file, "JPEG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "part"),
    [
        ("cut.jpg", jpeg()[:800], "broken image"),
        ("text.png", b"hello", "broken image"),
        ("empty.jpg", b"", "no image"),
        ("locked.pdf", protected_pdf(), "is protected by a password; try: save it without one"),
        ("broken.pdf", b"%PDF-1.7\nnothing", "is a broken PDF"),
    ],
)
def test_what_is_broken_is_one_line_that_names_the_file(tmp_path, name, data, part):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError) as caught:
        list(pages_in(tmp_path / name))
    assert name in str(caught.value)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_stands_for_its_images_in_order(tmp_path):
    for name in ("b.PNG", "a.jpg", "c.pdf"):
        picture().convert("RGB").save(tmp_path / name)
    (tmp_path / "a.xml").write_text("<x/>")
    assert [path.name for path in files_of([tmp_path, tmp_path / "a.jpg"])] == ["a.jpg", "b.PNG", "c.pdf", "a.jpg"]


def test_nothing_to_read_is_said(tmp_path):
    with pytest.raises(InputError, match=r"no file .*none\.jpg"):
        files_of([tmp_path / "none.jpg"])
    with pytest.raises(InputError, match="without an image"):
        files_of([tmp_path])
