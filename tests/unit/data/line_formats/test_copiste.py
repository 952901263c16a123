"""Copiste d'un jour: the repository's layout, and fetching it from a local server that serves a miniature."""

import numpy as np
import pytest

from frugal.contract import InputError
from frugal.data.line_files import open_lines
from frugal.data.line_formats.copiste import CATALOGUE, fetch_copiste
from frugal.data.line_images import decoded
from tests.unit.data.served import serving
from tests.unit.data.stored_lines import drawn, encoded

TEXTS = (
    "Nom de référence : imp_wikitexte_0051",
    "La Fédération du Laos >dde< de",
    "manuscrit sera anonymisé et utilisé",
    "2/2",
    "est fondée en 1951. Elle",
)


def alto(name):
    """ALTO as eScriptorium exports it: one line every 50 pixels."""
    lines = "".join(
        f"""<TextLine ID="eSc_line_{number}" BASELINE="10 {50 * number + 30} 589 {50 * number + 30}"
              HPOS="10" VPOS="{50 * number}" WIDTH="580" HEIGHT="40">
            <Shape><Polygon POINTS="10 {y} 589 {y} 589 {y + 39} 10 {y + 39}"/></Shape>
            <String CONTENT="{text.replace("<", "&lt;").replace(">", "&gt;")}" HPOS="10" VPOS="{y}"></String>
          </TextLine>"""
        for number, text in enumerate(TEXTS)
        for y in [50 * number]
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#">
  <Description><MeasurementUnit>pixel</MeasurementUnit>
    <sourceImageInformation><fileName>{name}.jpg</fileName></sourceImageInformation></Description>
  <Layout><Page WIDTH="600" HEIGHT="300" PHYSICAL_IMG_NR="0" ID="eSc_dummypage_">
    <PrintSpace HPOS="0" VPOS="0" WIDTH="600" HEIGHT="300">
      <TextBlock ID="eSc_dummyblock_">{lines}</TextBlock>
      <TextBlock HPOS="0" VPOS="0" WIDTH="0" HEIGHT="0" ID="eSc_textblock_empty"></TextBlock>
    </PrintSpace></Page></Layout>
</alto>"""


def files():
    """Path -> content of the whole miniature; one image lies at the top, as some do."""
    page = np.full((300, 600), 245, np.uint8)
    for number, text in enumerate(TEXTS):
        page[50 * number : 50 * number + 40] = drawn(text, step=9)[:, :1]
    names = ("imp_wikitexte_0051_1", "imp_wikitexte_0051_2", "imp_wikitexte_0100")
    found = {f"alto/{name}.xml": alto(name).encode() for name in names}
    found |= {f"jpg/{name}.jpg": encoded(page, "JPEG") for name in names[:2]}
    found |= {f"{names[2]}.jpg": encoded(page, "JPEG"), CATALOGUE: b"title: Copiste", "README.md": b"# Copiste"}
    return found


def test_writers_and_kinds(tmp_path):
    for name, content in files().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    source = open_lines(tmp_path)
    lines = list(source.stream(None))
    assert len(source) == len(lines) == 15
    assert [line.writer for line in lines] == ["imp_wikitexte_0051"] * 10 + ["imp_wikitexte_0100"] * 5
    assert [line.kind for line in lines[:5]] == ["label", "struck", "consent", "short", "body"]
    assert [line.text for line in lines[:5]] == list(TEXTS)
    assert lines[0].id == "alto/imp_wikitexte_0051_1:eSc_line_0"
    assert decoded(lines[14]).shape == (40, 580)
    assert [line.kind for line in source.described()] == [line.kind for line in lines]


def test_fetched_and_opened(tmp_path):
    with serving(files()) as served:
        folder = fetch_copiste(tmp_path / "copiste", repository=served.repository, pages=3)
    assert len(open_lines(folder)) == 15
    assert not (folder / "README.md").exists(), "nothing that is not asked for"


def test_another_number_of_pages_is_another_state(tmp_path):
    with serving(files()) as served, pytest.raises(InputError, match="3 pages at the commit abc123; allowed: 333"):
        fetch_copiste(tmp_path, repository=served.repository)
