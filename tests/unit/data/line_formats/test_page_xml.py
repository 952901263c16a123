"""ALTO and PAGE folders as eScriptorium, Transkribus and libraries export them."""

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.data.line_files import open_lines
from frugal.data.line_images import decoded
from tests.unit.data.stored_lines import drawn, encoded

TEXTS = ("La Fédération du Laos", "regroupant les clubs")
FIRST, SECOND = drawn(TEXTS[0]), drawn(TEXTS[1])

ALTO_4 = """<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
      xmlns="http://www.loc.gov/standards/alto/ns-v4#"
      xsi:schemaLocation="http://www.loc.gov/standards/alto/ns-v4# http://www.loc.gov/standards/alto/v4/alto-4-2.xsd">
  <Description>
    <MeasurementUnit>pixel</MeasurementUnit>
    <sourceImageInformation>
      <fileName>page_1.png</fileName>
    </sourceImageInformation>
  </Description>
  <Tags><OtherTag ID="BT60" LABEL="text" DESCRIPTION="block type text"/></Tags>
  <Layout>
    <Page WIDTH="600" HEIGHT="400" PHYSICAL_IMG_NR="0" ID="eSc_dummypage_">
      <PrintSpace HPOS="0" VPOS="0" WIDTH="600" HEIGHT="400">
        <TextBlock HPOS="0" VPOS="0" WIDTH="10" HEIGHT="10" ID="eSc_textblock_empty" TAGREFS="BT60">
          <Shape><Polygon POINTS="0 0 10 0 10 10"/></Shape>
        </TextBlock>
        <TextBlock HPOS="60" VPOS="100" WIDTH="400" HEIGHT="200" ID="eSc_textblock_1" TAGREFS="BT60">
          <TextLine ID="eSc_line_1" TAGREFS="LT60" BASELINE="60 128 411 128"
                    HPOS="60" VPOS="100" WIDTH="352" HEIGHT="40">
            <Shape><Polygon POINTS="60 100 411 100 411 139 60 139"/></Shape>
            <String CONTENT="La Fédération du Laos" HPOS="60" VPOS="100" WIDTH="352" HEIGHT="40"></String>
          </TextLine>
          <TextLine ID="eSc_line_none" BASELINE="60 168 411 168" HPOS="60" VPOS="150" WIDTH="352" HEIGHT="30">
            <Shape><Polygon POINTS="60 150 411 150 411 180 60 180"/></Shape>
          </TextLine>
          <TextLine ID="eSc_line_2" BASELINE="60 228 395 228" HPOS="60" VPOS="200" WIDTH="336" HEIGHT="40">
            <Shape><Polygon POINTS="60 200 395 200 395 239 60 239"/></Shape>
            <String CONTENT="regroupant les clubs" HPOS="60" VPOS="200" WIDTH="336" HEIGHT="40"></String>
          </TextLine>
        </TextBlock>
      </PrintSpace>
    </Page>
  </Layout>
</alto>
"""

ALTO_2 = """<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v2#">
  <Description>
    <MeasurementUnit>pixel</MeasurementUnit>
    <sourceImageInformation><fileName>C:\\scans\\page_1.tif</fileName></sourceImageInformation>
  </Description>
  <Layout>
    <Page ID="P1" PHYSICAL_IMG_NR="1" WIDTH="1200" HEIGHT="800">
      <PrintSpace ID="S1" HPOS="0" VPOS="0" WIDTH="1200" HEIGHT="800">
        <TextBlock ID="B1" HPOS="120" VPOS="200" WIDTH="800" HEIGHT="300">
          <TextLine ID="L1" BASELINE="256" HPOS="120" VPOS="200" WIDTH="702" HEIGHT="78">
            <String CONTENT="La" HPOS="120" VPOS="200" WIDTH="60" HEIGHT="78"/><SP WIDTH="9" HPOS="181" VPOS="200"/>
            <String CONTENT="Fédération" HPOS="190" VPOS="200" WIDTH="300" HEIGHT="78"/>
          </TextLine>
        </TextBlock>
      </PrintSpace>
    </Page>
  </Layout>
</alto>
"""

PAGE = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/VERSION">
  <Metadata><Creator>Transkribus</Creator><Created>2024-01-01T00:00:00</Created></Metadata>
  <Page imageFilename="page_1.png" imageWidth="600" imageHeight="400">
    <ReadingOrder><OrderedGroup id="ro"><RegionRefIndexed index="0" regionRef="r1"/></OrderedGroup></ReadingOrder>
    <TextRegion id="r0"><Coords points=""/></TextRegion>
    <TextRegion id="r1" custom="readingOrder {index:0;}">
      <Coords points="60,100 460,100 460,300 60,300"/>
      <TextLine id="r1l1">
        <Coords points="60,100 411,100 411,139 60,139"/>
        <Baseline points="60,128 411,128"/>
        <TextEquiv><Unicode>La Fédération du Laos</Unicode></TextEquiv>
      </TextLine>
      <TextLine id="r1l2">
        <Baseline points="60,228 395,228"/>
        <TextEquiv><Unicode>regroupant les clubs</Unicode></TextEquiv>
      </TextLine>
      <TextLine id="r1l3">
        <Coords points="60,250 395,250 395,280 60,280"/>
        <TextEquiv><Unicode></Unicode></TextEquiv>
      </TextLine>
    </TextRegion>
  </Page>
</PcGts>
"""


@pytest.fixture
def page():
    pixels = np.full((400, 600), 245, np.uint8)
    pixels[100:140, 60 : 60 + FIRST.shape[1]] = FIRST
    pixels[200:240, 60 : 60 + SECOND.shape[1]] = SECOND
    return pixels


@pytest.fixture
def folder(tmp_path, page):
    """An XML folder beside an image folder, as eScriptorium's repositories have it."""
    (tmp_path / "alto").mkdir()
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "page_1.png").write_bytes(encoded(page))
    return tmp_path


def test_alto_4_of_escriptorium(folder):
    (folder / "alto" / "page_1.xml").write_text(ALTO_4, encoding="utf-8")
    source = open_lines(folder)
    assert len(source) == 2, "neither the empty region nor the line without text"
    first, second = source.stream(None)
    assert (first.id, first.text) == ("alto/page_1:eSc_line_1", TEXTS[0])
    assert (second.id, second.text) == ("alto/page_1:eSc_line_2", TEXTS[1])
    assert np.array_equal(decoded(first), FIRST)
    assert np.array_equal(decoded(second), SECOND)
    assert [line.image for line in source.described()] == [b"", b""]


def test_alto_2_whose_image_has_half_the_size_and_another_suffix(folder):
    (folder / "alto" / "page_1.xml").write_text(ALTO_2, encoding="utf-8")
    [line] = open_lines(folder).stream(None)
    assert line.text == "La Fédération"
    assert np.array_equal(decoded(line), FIRST[:40, :352])


@pytest.mark.parametrize("version", ["2013-07-15", "2019-07-15"])
def test_page_by_outline_and_by_baseline(folder, page, version):
    path = folder / "alto" / "page_1.xml"
    path.write_text(PAGE.replace("VERSION", version), encoding="utf-8")
    outlined, along_baseline = open_lines(folder).stream(None)
    assert (outlined.id, outlined.text) == ("alto/page_1:r1l1", TEXTS[0])
    assert np.array_equal(decoded(outlined), FIRST)
    assert along_baseline.text == TEXTS[1]
    pixels = decoded(along_baseline)
    assert pixels.shape == (106, 336), "the lines lie 100 pixels apart"
    assert np.array_equal(pixels[75 - 28 : 75 - 28 + 40], SECOND)


def test_one_file_whose_image_lies_beside(folder, page):
    path = folder / "alto" / "page_1.xml"
    path.write_text(PAGE.replace("VERSION", "2019-07-15"), encoding="utf-8")
    (path.parent / "page_1.png").write_bytes(encoded(page))
    assert [line.id for line in open_lines(path).stream(None)] == ["page_1:r1l1", "page_1:r1l2"]


def test_of_two_images_of_one_name_the_closer_is_taken(tmp_path, page):
    for register, ink in (("a", 0), ("b", 255)):
        for part, data in (("page", PAGE.encode()), ("img", encoded(np.full((400, 600), ink, np.uint8)))):
            (tmp_path / register / part).mkdir(parents=True)
            (tmp_path / register / part / f"page_1.{'xml' if part == 'page' else 'png'}").write_bytes(data)
    greys = {line.id[0]: decoded(line).mean() for line in open_lines(tmp_path).stream(None)}
    assert greys == {"a": 0, "b": 255}


def test_mixed_pages_give_each_line_once(folder):
    for number in range(12):
        (folder / "alto" / f"page_{number}.xml").write_text(ALTO_4, encoding="utf-8")
    source = open_lines(folder)
    orders = [[line.id for line in source.stream(np.random.default_rng(seed))] for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[2]) == sorted(line.id for line in source.described())


def test_a_line_without_any_place_is_named_when_it_is_decoded(folder):
    xml = PAGE.replace("VERSION", "2019-07-15").replace('<Coords points="60,100 411,100 411,139 60,139"/>', "")
    xml = xml.replace('<Baseline points="60,128 411,128"/>', "")
    (folder / "alto" / "page_1.xml").write_text(xml, encoding="utf-8")
    first = next(open_lines(folder).stream(None))
    with pytest.raises(InputError, match="line alto/page_1:r1l1: pixels"):
        decoded(first)


def test_other_xml_lies_beside(folder):
    (folder / "alto" / "page_1.xml").write_text(ALTO_4, encoding="utf-8")
    (folder / "METS.xml").write_text('<mets xmlns="http://www.loc.gov/METS/"/>')
    assert len(open_lines(folder)) == 2


def test_the_fingerprint_sees_image_and_text(folder, page):
    path = folder / "alto" / "page_1.xml"
    path.write_text(ALTO_4, encoding="utf-8")
    prints = [open_lines(folder).fingerprint()]
    path.write_text(ALTO_4.replace("clubs", "villes"), encoding="utf-8")
    prints.append(open_lines(folder).fingerprint())
    page[0, 0] = 0
    (folder / "img" / "page_1.png").write_bytes(encoded(page))
    prints.append(open_lines(folder).fingerprint())
    assert len(set(prints)) == 3


ENTITY = '<!DOCTYPE alto [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("xml", "part"),
    [
        (ALTO_4[:900], r"page_1\.xml is no XML"),
        (ALTO_4.replace("<alto", f"{ENTITY}<alto", 1).replace("clubs", "&b;"), r"page_1\.xml declares XML entities"),
        (ALTO_4.replace("60 100 411", "60 hundred 411"), r"page_1\.xml: Polygon with"),
        (ALTO_4.replace("page_1.png", "page_2.png"), r"page_1\.xml: no image page_2\.png below"),
        (ALTO_4.replace("String", "Illustration"), "no transcribed text line in any of 1 XML files"),
        ('<mets xmlns="http://www.loc.gov/METS/"/>', "no transcribed text line"),
    ],
)
def test_a_broken_file_is_one_line(folder, xml, part):
    if "page_2" in xml:
        (folder / "img" / "page_1.png").rename(folder / "img" / "other.png")
    (folder / "alto" / "page_1.xml").write_text(xml, encoding="utf-8")
    with pytest.raises(InputError, match=part) as caught:
        open_lines(folder)
    assert "\n" not in str(caught.value)


def test_both_formats_in_one_folder_would_be_each_line_twice(folder):
    (folder / "alto" / "page_1.xml").write_text(ALTO_4, encoding="utf-8")
    (folder / "page_1.xml").write_text(PAGE, encoding="utf-8")
    with pytest.raises(InputError, match="ALTO and PAGE"):
        open_lines(folder)


def test_an_image_of_another_page_or_a_broken_one(folder, page):
    (folder / "alto" / "page_1.xml").write_text(ALTO_4, encoding="utf-8")
    (folder / "img" / "page_1.png").write_bytes(encoded(page[:, :300]))
    with pytest.raises(InputError, match=r"page_1\.xml: .*600 x 400 on an image of 300 x 400"):
        list(open_lines(folder).stream(None))
    (folder / "img" / "page_1.png").write_bytes(encoded(page)[:200])
    with pytest.raises(InputError, match=r"page_1\.png: broken image"):
        list(open_lines(folder).stream(None))
