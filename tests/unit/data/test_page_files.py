"""XML that is safe to parse, and the image that it names."""

import pytest

from frugal.contract import InputError
from frugal.data.page_files import page_images, root_name, xml_files


def test_the_root_whatever_its_namespace(tmp_path):
    for number, xml in enumerate(("<form/>", '<form xmlns="http://x/y"/>', '<n:form xmlns:n="urn:z"><a/></n:form>')):
        (tmp_path / f"{number}.xml").write_text(f"<!-- first --><?go?>{xml}")
        assert root_name(tmp_path / f"{number}.xml") == "form"


@pytest.mark.parametrize(
    ("xml", "part"),
    [
        ("", "is no XML"),
        ("<form>", "is no XML"),
        ('<!DOCTYPE form [<!ENTITY a "b">]><form/>', "declares XML entities"),
        ('<!DOCTYPE form [<!ENTITY a SYSTEM "file:///etc/hostname">]><form>&a;</form>', "declares XML entities"),
        ('<!DOCTYPE form [<!ENTITY % a "b">]><form/>', "declares XML entities"),
        ('<?xml version="1.0" encoding="nonesuch"?><form/>', "is no XML"),
    ],
)
def test_what_is_refused(tmp_path, xml, part):
    (tmp_path / "x.xml").write_text(xml)
    with pytest.raises(InputError, match=part):
        root_name(tmp_path / "x.xml")
    with pytest.raises(InputError, match="is no XML"):
        root_name(tmp_path)


def test_images_by_name_stem_or_the_xml_s_own_stem(tmp_path):
    for name in ("a/p1.jpg", "b/p1.jpg", "b/p2.PNG", "b/.p3.png", "b/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    images = page_images(tmp_path)
    in_b = tmp_path / "b" / "page" / "p2.xml"
    assert images.find("p1.jpg", in_b) == tmp_path / "b" / "p1.jpg"
    assert images.find("p1.jpg", tmp_path / "a" / "x.xml") == tmp_path / "a" / "p1.jpg"
    assert images.find("https://iiif.example/x/p1.jpg", in_b) == tmp_path / "b" / "p1.jpg"
    assert images.find("D:\\scans\\p1.tif", in_b) == tmp_path / "b" / "p1.jpg"
    assert images.find("", in_b) == tmp_path / "b" / "p2.PNG"
    with pytest.raises(InputError, match=r"x\.xml: no image p3\.png below"):
        images.find("p3.png", tmp_path / "x.xml")


def test_xml_files_in_a_fixed_order(tmp_path):
    for name in ("b.xml", "a/c.XML", ".hidden.xml", "a/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert [path.name for path in xml_files(tmp_path)] == ["c.XML", "b.xml"]
