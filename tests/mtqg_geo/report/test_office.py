"""Letterhead and signature: as Decree 30/2020/NĐ-CP lays them down, on paper and in Word."""

import pytest
from docx.oxml.ns import qn
from matplotlib.collections import LineCollection

from mtqg_geo.programme.errors import SelectionError
from mtqg_geo.report.map.page import map_sheets
from mtqg_geo.report.outputs import report_bytes
from mtqg_geo.report.paper.lettering import width_mm
from mtqg_geo.report.paper.office import draw_letterhead
from mtqg_geo.report.paper.sheet import Box, Sheet
from mtqg_geo.report.setup import Office
from mtqg_geo.report.tables.progress import progress_sheets
from mtqg_geo.report.word import parts
from tests.mtqg_geo.cli.test_report import run
from tests.mtqg_geo.report.reading import (
    assert_nothing_is_cut_off,
    overlaps,
    pages_of,
    text_of,
    written,
)

OFFICE = Office(
    superior="UBND TỈNH BẮC GIANG",
    name="BAN DÂN TỘC",
    number="12/BC-BDT",
    signs="KT. TRƯỞNG BAN; PHÓ TRƯỞNG BAN",
    signer="NGƯỜI KÝ",
    receivers="UBND tỉnh; Sở Tài chính",
)
TWIPS_PER_MM = 1440 / 25.4
NATION, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"


def rules_of(sheet):
    """Return left and right end and height of every single level line."""
    drawn = (
        each.get_segments() for each in sheet.figure.artists if isinstance(each, LineCollection)
    )
    return [(a[0], b[0], a[1]) for [(a, b)] in (lines for lines in drawn if len(lines) == 1)]


def line_of(sheet, text):
    [found] = [line for line in written(sheet) if line.text == text]
    return found


@pytest.mark.parametrize("name", ["BAN DÂN TỘC", "BAN QUẢN LÝ CÁC CHƯƠNG TRÌNH MỤC TIÊU QUỐC GIA"])
def test_the_rules_are_as_long_as_the_decree_says_and_in_the_middle(name):
    sheet = Sheet(297, 210)
    draw_letterhead(sheet, Box(9, 9, 279, 192), Office(name=name), "Bắc Giang", "vi")
    (left, left_end, left_y), (right, right_end, right_y) = rules_of(sheet)
    office, motto = line_of(sheet, name), line_of(sheet, MOTTO)
    whole = width_mm(name, office.size_pt, "bold")
    assert whole / 3 <= left_end - left <= whole / 2
    assert right_end - right == pytest.approx(width_mm(MOTTO, motto.size_pt, "bold"))
    assert ((left + left_end) / 2, (right + right_end) / 2) == pytest.approx((office.x, motto.x))
    for rule_y, above in ((left_y, office), (right_y, motto)):
        below = min(line.y for line in written(sheet) if line.x == above.x and line.y > above.y)
        assert above.y < rule_y < below - 2.5, "below its line, clear of the next one"


def test_the_first_page_has_the_head_and_the_last_one_the_signature(data, select, setup):
    pages = [*progress_sheets(data, select(), setup(office=OFFICE))]
    for words in (NATION, MOTTO, OFFICE.superior, OFFICE.name, "Số: 12/BC-BDT"):
        assert [any(line.text == words for line in written(page)) for page in pages] == [
            True, *[False] * (len(pages) - 1)
        ]  # fmt: skip
    for words in ("PHÓ TRƯỞNG BAN", "NGƯỜI KÝ", "- Sở Tài chính;", "- Lưu: VT."):
        assert [any(line.text == words for line in written(page)) for page in pages] == [
            *[False] * (len(pages) - 1), True
        ]  # fmt: skip
    for page in pages:
        assert_nothing_is_cut_off(page)


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
@pytest.mark.parametrize("office", [OFFICE, Office()], ids=["filled in", "blank"])
def test_a_map_with_head_and_signature_has_room_for_both(data, select, setup, orientation, office):
    [sheet] = map_sheets(data, select(), setup(orientation=orientation, office=office))
    assert_nothing_is_cut_off(sheet)
    signed = {NATION, MOTTO, "Nơi nhận:", *(line for line in (office.name, office.signer) if line)}
    assert signed <= {line.text for line in written(sheet)}
    assert not [pair for pair in overlaps(sheet) if signed & set(pair)]


def test_without_an_office_a_page_is_as_it_was(data, select, setup):
    [sheet] = map_sheets(data, select(), setup())
    assert NATION not in {line.text for line in written(sheet)}


def test_the_command_line_fills_in_what_it_is_given(tmp_path):
    target = tmp_path / "x.pdf"
    of_one = ("communes", "-o", target, "--district", "220")
    assert run(*of_one, "--office-name", "BAN  DÂN\nTỘC", "--office-signer", "A") == 0
    assert "BAN DÂN TỘC" in text_of(target.read_bytes())
    assert run(*of_one, "--letterhead") == 0
    assert MOTTO in text_of(target.read_bytes())
    assert "BAN DÂN TỘC" not in text_of(target.read_bytes())


def test_what_has_no_signature_is_refused_with_what_has(tmp_path):
    for kind, name in (("atlas", "x.pdf"), ("html", "x.html")):
        with pytest.raises(SelectionError, match="map, progress, communes, word"):
            run(kind, "-o", tmp_path / name, "--letterhead")


def rules_in_word(document):
    """Return the length of every line drawn below a paragraph of the head, in millimetres."""
    found = []
    for paragraph in document.element.body.iter(qn("w:p")):
        if not paragraph.xpath("./w:pPr/w:pBdr"):
            continue
        [indent] = paragraph.xpath("./w:pPr/w:ind")
        cells = list(paragraph.iterancestors(qn("w:tc")))
        width = int(cells[0].xpath("./w:tcPr/w:tcW/@w:w")[0]) / TWIPS_PER_MM if cells else None
        inside = width - 2 * parts.PLAIN_CELL_MARGIN_MM if width else parts.TEXT_MM
        sides = sum(int(indent.get(qn(f"w:{side}"))) for side in ("left", "right")) / TWIPS_PER_MM
        found.append(inside - sides)
    return found


def test_in_word_the_rules_have_the_same_lengths(word_tables):
    office, motto, title = rules_in_word(word_tables(office=OFFICE, district=["213"]))
    whole = parts.text_mm("BAN DÂN TỘC", 12, bold=True)
    assert whole / 3 <= office <= whole / 2
    assert motto == pytest.approx(parts.text_mm(MOTTO, 13, bold=True), abs=0.2)
    assert parts.TEXT_MM / 3 <= title <= parts.TEXT_MM / 2


def test_in_word_what_is_known_is_written_and_the_rest_stays_a_field(word_tables):
    known = Office(name="BAN DÂN TỘC", receivers="UBND tỉnh")
    document = word_tables(office=known, district=["213"])
    hints = [each.get(qn("w:val")) for each in document.element.body.iter(qn("w:alias"))]
    assert "[TÊN CƠ QUAN, TỔ CHỨC BÁO CÁO]" not in hints
    assert "[Họ và tên]" in hints
    cells = [cell.text for table in document.tables for cell in table.rows[0].cells]
    assert any("BAN DÂN TỘC" in text for text in cells)
    assert any("- UBND tỉnh;\n- Lưu: VT." in text for text in cells)


def test_the_last_rows_of_a_table_in_word_stay_together(word_tables):
    table = word_tables(office=OFFICE, district=["213"]).tables[1]
    kept = [
        all(cell.paragraphs[0].paragraph_format.keep_with_next for cell in row.cells)
        for row in table.rows
    ]
    assert kept == [False] * (len(kept) - 3) + [True, True, False]


@pytest.mark.long
def test_a_signed_table_has_no_page_for_the_signature_alone(data, select, setup):
    for district in ("218", "219", "220"):
        selection = select(indicator=["OP01"], district=[district])
        pdf = report_bytes(data, selection, setup(office=OFFICE), "communes", "pdf")
        last = pages_of(pdf)[-1].extract_text()
        assert "NGƯỜI KÝ" in last
        assert "Xã" in last
