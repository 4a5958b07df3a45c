import re
import shutil
import subprocess

import pytest
from docx.oxml.ns import qn

from mtqg_geo.figures.selection import default_selection
from mtqg_geo.programme.amounts import BILLION
from mtqg_geo.programme.words import number
from mtqg_geo.progress.capital import ladder
from mtqg_geo.progress.targets import progress, silent_communes
from mtqg_geo.progress.words import actual_text, plan_text, rest_text
from mtqg_geo.report.paper.sheet import Sheet
from mtqg_geo.report.word import report
from mtqg_geo.report.word.parts import CELL_MARGIN_MM, column_widths_mm, text_mm
from mtqg_geo.report.word.report import word_report
from tests.mtqg_geo.report.reading import needs_poppler, poppler_text

needs_office = pytest.mark.skipif(
    not shutil.which("soffice"), reason="LibreOffice is not installed"
)


@pytest.fixture(scope="module")
def document(word_document):
    return word_document()


def words_of(document):
    return "\n".join(node.text or "" for node in document.element.body.iter(qn("w:t"), qn("w:p")))


def cells_of(table):
    return [[cell.text for cell in row.cells] for row in table.rows]


@pytest.mark.long
def test_page_and_font_follow_decree_30(document):
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert (round(section.left_margin.mm), round(section.right_margin.mm)) == (30, 20)
    assert (round(section.top_margin.mm), round(section.bottom_margin.mm)) == (20, 20)
    fonts = document.styles["Normal"].element.rPr.rFonts
    assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia", "cs")} == {
        "Times New Roman"
    }
    assert document.styles["Normal"].font.size.pt == 14
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml


def test_head_and_foot_have_what_an_official_report_has(document):
    text = words_of(document)
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Bắc Giang, ngày … tháng … năm …",
        "BÁO CÁO",
        "quý IV/2023",
        "Nơi nhận:",
    ):
        assert words in text, words


def test_what_only_the_office_knows_is_a_field(document):
    hints = [each.get(qn("w:val")) for each in document.element.body.iter(qn("w:alias"))]
    assert "[TÊN CƠ QUAN, TỔ CHỨC BÁO CÁO]" in hints
    assert "[Họ và tên]" in hints
    assert len(hints) >= 9


def test_every_target_is_in_the_table_as_it_is_measured(data, document):
    made = progress(data, default_selection(data))
    headings, *rows = cells_of(document.tables[1])
    assert headings[3:5] == ["Kế hoạch", "Kết quả"]
    assert [row[3:5] for row in rows] == [
        [plan_text(line, "vi"), actual_text(line, "vi")] for line in made.lines
    ]
    assert len(rows) == 18


def test_capital_is_in_billions_with_a_decimal_comma(data, document):
    whole = ladder(data, default_selection(data))[0]
    headings, first, *_ = cells_of(document.tables[2])
    assert first[2:5] == [
        number(whole.plan_vnd / BILLION, "vi", decimals=1),
        number(whole.allocated_vnd / BILLION, "vi", decimals=1),
        f"ít nhất {number(whole.disbursed_vnd / BILLION, 'vi', decimals=1)}",
    ]
    assert first[2] == "635,0"


def test_headings_of_tables_are_repeated_and_maps_have_words_for_them(document):
    for table in document.tables[1:4]:
        assert table.rows[0]._tr.xpath(".//w:tblHeader")
    pictures = document.element.body.xpath(".//wp:docPr")
    assert len(pictures) == 2
    assert all("năm 2023" in each.get("descr") for each in pictures)


@pytest.mark.parametrize("query", [{"measure": ["completion"]}, {"with": ["OP02"]}])
def test_the_second_map_is_the_rate_itself_whatever_the_first_one_shows(
    data, select, setup, monkeypatch, query
):
    shown = []

    def picture(data, selection, setup, **room):
        shown.append(selection)
        return Sheet(9, 9)

    monkeypatch.setattr(report, "map_picture", picture)
    word_report(data, select(indicator=["OP05"], **query), setup())
    first, second = shown
    assert first.indicator == "OP05"
    assert (first.second or first.measure.value) in ("OP02", "completion")
    assert (second.indicator, second.measure.value, second.second) == ("FI02", "value", "")


def test_silent_communes_are_listed_with_what_they_owe(data, document):
    made = progress(data, default_selection(data))
    silent = silent_communes(data, default_selection(data), made)
    rows = cells_of(document.tables[3])[1:]
    assert [row[1] for row in rows] == list(silent["name"])[: len(rows)]
    assert rows[0][3] == "18"


def test_what_is_measured_at_the_end_of_the_year_is_not_owed_before(data, select):
    selection = select(year=["2024"])
    silent = silent_communes(data, selection, progress(data, selection))
    assert len(silent) < 73


def test_the_same_figures_give_the_same_bytes(data, select, setup, word_content):
    again = word_report(data, select(district=["213"]), setup())
    assert again == word_content(district=["213"])


@pytest.mark.long
def test_an_empty_selection_gives_a_document_that_says_why(word_document):
    text = words_of(word_document(district=["213"], commune=["07645"]))
    assert "có xã nào thuộc tất cả các bộ lọc" in text
    assert "Chưa có số liệu vốn năm 2023" in text


def broken_words(document):
    """Return the words that are wider than their column, of every table with borders."""
    found = []
    for table in document.tables:
        if table.style.name != "Table Grid":
            continue
        for row in table.rows:
            for cell in row.cells:
                room_mm = cell.width.mm - 2 * CELL_MARGIN_MM
                runs = [run for paragraph in cell.paragraphs for run in paragraph.runs]
                found += [
                    word
                    for run in runs
                    for word in run.text.split(" ")
                    if text_mm(word, run.font.size.pt, bold=bool(run.bold)) > room_mm
                ]
    return found


@pytest.mark.long
@pytest.mark.parametrize(("lang", "query"), [("vi", {}), ("en", {"as_of": ["2023-Q2"]})])
def test_no_word_is_broken_in_a_column(word_tables, lang, query):
    document = word_tables(lang, **query)
    assert broken_words(document) == []
    for table in document.tables[1:4]:
        assert sum(cell.width.mm for cell in table.rows[0].cells) == pytest.approx(160, abs=0.2)


def test_columns_are_as_wide_as_their_words_and_share_what_is_left():
    rows = [(("TT", "Tên chỉ tiêu"), True), (("1", "một tên rất dài"), False)]
    widths = column_widths_mm(rows, room_mm=60, shares=(0, 1))
    assert widths[0] == pytest.approx(text_mm("TT", 11, bold=True) + 2.9)
    assert sum(widths) == pytest.approx(60)
    narrow = column_widths_mm(rows, room_mm=10, shares=(0, 1))
    assert sum(narrow) == pytest.approx(10)


def test_a_marked_letter_is_as_wide_as_the_plain_one_of_times():
    assert text_mm("ế", 11) == text_mm("e", 11) == pytest.approx(0.444 * 11 * 25.4 / 72, abs=0.01)


def test_the_caption_of_a_map_stays_with_its_picture(document):
    pictures = [each for each in document.paragraphs if each._p.xpath(".//wp:docPr")]
    assert len(pictures) == 2
    for picture in pictures:
        assert picture.paragraph_format.keep_with_next
        assert "Bản đồ" in picture._p.getnext().xpath("string(.)")


@pytest.mark.long
def test_before_the_year_is_over_each_target_says_what_it_needs_a_month(data, select, word_tables):
    selection = select(as_of=["2023-Q2"])
    made = progress(data, selection)
    document = word_tables(as_of=["2023-Q2"])
    headings, *rows = cells_of(document.tables[1])
    assert headings[5:8] == ["Đạt", "Xã đã báo cáo đạt", "Cần mỗi tháng"]
    assert [row[7].replace("\u00a0", " ") for row in rows] == [
        rest_text(line, made.clock, "vi") for line in made.lines
    ]
    done = ["182", "ít nhất 32", "ít nhất 18\u00a0%", "20\u00a0%", "≤\u00a025,0"]
    assert rows[4][3:8] == done, "150 houses in 6 months"


def test_a_year_that_is_over_needs_nothing_a_month(document):
    assert "Cần mỗi tháng" not in cells_of(document.tables[1])[0]


def test_where_no_commune_is_concerned_nobody_is_said_to_have_reported(word_document):
    text = words_of(word_document(district=["213"]))
    assert "không có xã phải báo cáo" in text
    assert "Tất cả các xã đã báo cáo đủ" not in text


@pytest.mark.long
@needs_office
@needs_poppler
def test_libreoffice_opens_it_with_the_same_numbers(data, word_content, tmp_path):
    (tmp_path / "report.docx").write_bytes(word_content())
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", tmp_path]
    subprocess.run(
        [*command, tmp_path / "report.docx"], check=True, capture_output=True, timeout=300
    )
    text = poppler_text((tmp_path / "report.pdf").read_bytes())
    for line in progress(data, default_selection(data)).lines:
        assert plan_text(line, "vi").split()[-1] in text
        assert actual_text(line, "vi").split()[-1] in text
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert re.search(r"635,0 618,7 ít nhất", text)
    assert "đạt ít nhất 74 % vốn giao" in text
