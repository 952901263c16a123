"""ALTO and PAGE as their tools write them: versions, units, reading order, and what is broken in them."""

import pytest

from frugal.contract import InputError
from frugal.pagexml import read_page_xml

ALTO = """<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#">
  <Description><MeasurementUnit>pixel</MeasurementUnit>
    <sourceImageInformation><fileName>a page.jpg</fileName></sourceImageInformation></Description>
  <Layout><Page WIDTH="200" HEIGHT="100" PHYSICAL_IMG_NR="1" ID="p1"><PrintSpace HPOS="0" VPOS="0">
    <ComposedBlock ID="c"><TextBlock ID="block">
      <TextLine ID="one" BASELINE="10 30 190 32" HPOS="10" VPOS="5" WIDTH="180" HEIGHT="30">
        <Shape><Polygon POINTS="10 5 190 7 190 37 10 35"/></Shape>
        <String CONTENT="L'été"/><SP/><String CONTENT="com"><Shape><Polygon POINTS="1 1"/></Shape></String><HYP/>
      </TextLine>
      <TextLine ID="two" BASELINE="70" HPOS="10" VPOS="45" WIDTH="50" HEIGHT="30"><String CONTENT="mence"/></TextLine>
      <!-- nothing was written -->
      <TextLine ID="three" BASELINE="10,90 60,92"/>
    </TextBlock></ComposedBlock>
    <TextBlock ID="empty"/>
  </PrintSpace></Page></Layout>
</alto>"""

PAGE = """<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15">
  <Metadata><Creator>x</Creator></Metadata>
  <Page imageFilename="p.tif" imageWidth="200" imageHeight="100">
    <ReadingOrder><OrderedGroup id="g">
      <OrderedGroupIndexed id="h" index="1"><RegionRefIndexed index="0" regionRef="left"/></OrderedGroupIndexed>
      <RegionRefIndexed index="0" regionRef="top"/>
    </OrderedGroup></ReadingOrder>
    <TextRegion id="unlisted"><Coords points="0,0 1,0 1,1"/></TextRegion>
    <TextRegion id="left"><Coords points="0,50 90,50 90,99"/>
      <TextLine id="b"><Coords points="0,50 90,50 90,80 0,80"/><Baseline points="0,70 90,71"/>
        <Word id="w1"><TextEquiv><Unicode>deux</Unicode></TextEquiv></Word>
        <Word id="w2"><TextEquiv><Unicode>mots</Unicode></TextEquiv></Word></TextLine>
      <TextLine id="c"><Coords points="0,80 90,80 90,99"/></TextLine>
    </TextRegion>
    <TextRegion id="top">
      <TextLine id="a"><Coords points="0,0 90,0 90,30.5 0,30"/>
        <TextEquiv index="1"><Unicode>worse</Unicode></TextEquiv>
        <TextEquiv index="0" conf="0.9"><PlainText>x</PlainText><Unicode>better</Unicode></TextEquiv></TextLine>
      <TextRegion id="inner"><TextLine id="d"><TextEquiv><Unicode/></TextEquiv></TextLine></TextRegion>
    </TextRegion>
  </Page>
</PcGts>"""


@pytest.fixture
def parsed(tmp_path):
    def parse(text):
        (tmp_path / "x.xml").write_text(text, encoding="utf-8")
        return read_page_xml(tmp_path / "x.xml")

    return parse


def test_alto_as_transcription_tools_write_it(parsed):
    [page] = parsed(ALTO)
    assert (page.image, page.width, page.height) == ("a page.jpg", 200, 100)
    one, two, three = page.lines
    assert (one.id, one.region, one.text) == ("one", "block", "L'été com-")
    assert one.polygon == ((10, 5), (190, 7), (190, 37), (10, 35))
    assert one.baseline == ((10, 30), (190, 32))
    assert two.polygon == ((10, 45), (60, 45), (60, 75), (10, 75))
    assert two.baseline == ((10, 70), (60, 70))
    assert (three.polygon, three.baseline, three.text) == ((), ((10, 90), (60, 92)), None)


@pytest.mark.parametrize(
    "namespace", ["http://www.loc.gov/standards/alto/ns-v2#", "", "http://bibnum.bnf.fr/ns/alto_prod"]
)
def test_alto_of_any_version(parsed, namespace):
    [page] = parsed(ALTO.replace("http://www.loc.gov/standards/alto/ns-v4#", namespace))
    assert [line.id for line in page.lines] == ["one", "two", "three"]


def test_page_in_reading_order_with_the_best_text(parsed):
    [page] = parsed(PAGE)
    assert (page.image, page.width, page.height) == ("p.tif", 200, 100)
    assert [(line.id, line.region) for line in page.lines] == [
        *(("a", "top"), ("d", "inner"), ("b", "left"), ("c", "left"))
    ]
    assert [line.text for line in page.lines] == ["better", "", "deux mots", None]
    assert page.lines[0].polygon[2] == (90, 30.5)
    assert page.lines[2].baseline == ((0, 70), (90, 71))


def test_page_of_2010_has_points_as_elements(parsed):
    [page] = parsed(
        "<PcGts><Page><TextRegion id='r'><TextLine id='l'><Coords><Point x='1' y='2'/><Point x='3' y='4'/></Coords>"
        "</TextLine></TextRegion></Page></PcGts>"
    )
    assert page.lines[0].polygon == ((1, 2), (3, 4))
    assert (page.width, page.image) == (None, "")


def test_points_follow_the_image_that_is_there(parsed):
    [page] = parsed(PAGE)
    twice = page.scaled(400, 200)
    assert twice.lines[0].polygon[2] == (180, 61)
    assert twice.lines[2].baseline == ((0, 140), (180, 142))
    assert (twice.width, twice.height) == (400, 200)
    with pytest.raises(InputError, match="a page of 200 x 100 on an image of 200 x 150"):
        page.scaled(200, 150)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("<alto><Layout>", "is no XML"),
        ("", "is no XML"),
        ("<html/>", "has the root element html; allowed: an ALTO or PAGE XML file"),
        (PAGE.replace('90,71"', '90"'), "Baseline with an odd number of coordinates"),
        (PAGE.replace("30.5", "nan"), "Coords with the coordinate nan"),
        (ALTO.replace('WIDTH="200"', 'WIDTH="wide"'), "Page with the coordinate wide"),
    ],
)
def test_a_broken_file_is_one_line_that_names_it(parsed, text, part):
    with pytest.raises(InputError, match=r"x\.xml") as caught:
        parsed(text)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.xml cannot be read"):
        read_page_xml(tmp_path / "none.xml")


def test_a_page_without_lines_is_empty(parsed):
    [page] = parsed("<PcGts><Page imageFilename='a.png'/></PcGts>")
    assert page.lines == ()
