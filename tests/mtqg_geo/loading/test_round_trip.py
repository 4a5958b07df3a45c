"""Whatever figures are written, in whatever accepted spelling, the same rows are read back."""

import io
import unicodedata
from typing import NamedTuple

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.loading.sheets.layout import period_word
from mtqg_geo.loading.tables.observation_rules import is_reported_by_quarter
from mtqg_geo.loading.upload import check_upload, commit_upload
from mtqg_geo.programme.model import Basis, Kind
from mtqg_geo.programme.words import number, t
from mtqg_geo.store.batches import undo_batch
from mtqg_geo.store.rights import Who
from tests.long import DEAR
from tests.mtqg_geo.store.records import visible_digest

pytestmark = pytest.mark.usefixtures("in_this_process")
DATA = shipped_dataset()
COMMUNES = DATA.commune_list[DATA.commune_list["code"].isin(DATA.regions["commune_code"])]
INDICATORS = [
    each
    for each in DATA.catalog.indicators.values()
    if each.kind != Kind.CATEGORY and not each.is_computed
]
PARENTS = {project.parent for project in DATA.catalog.projects.values()}
LEAVES = [code for code in DATA.catalog.projects if code not in PARENTS]
FIELDS = ("commune_code", "commune", "district", "indicator", "project", "period", "basis", "value")
HEADINGS = {
    "vi": ("Mã xã", "Xã", "Huyện", "Chỉ tiêu", "Dự án", "Kỳ báo cáo", "Loại số liệu", "Giá trị"),
    "en": (
        "commune_code",
        "Commune",
        "District",
        "Indicator",
        "Project",
        "Period",
        "Basis",
        "Value",
    ),
}


class Figure(NamedTuple):
    commune: str
    indicator: str
    project: str
    period: str
    basis: str
    value: float | None


class Spelling(NamedTuple):
    lang: str
    order: tuple
    accents: bool
    decomposed: bool
    padded: bool
    by_name: bool
    separator: str
    encoding: str


@st.composite
def figures(draw):
    indicator = draw(st.sampled_from(INDICATORS))
    basis = draw(st.sampled_from(indicator.bases))
    year = draw(st.sampled_from(DATA.years))
    quarter = f"-Q{draw(st.integers(1, 4))}" if is_reported_by_quarter(indicator, basis) else ""
    money = Basis.DISBURSED in indicator.bases
    return Figure(
        draw(st.sampled_from(list(COMMUNES["code"]))),
        indicator.id,
        draw(st.sampled_from(LEAVES)) if money else indicator.project,
        f"{year}{quarter}",
        basis.value,
        draw(st.none() | values(indicator, money=money)),
    )


def values(indicator, *, money):
    if indicator.unit.en == "communes":
        return st.integers(0, 1).map(float)
    largest = 10**12 if money else 100 if "%" in indicator.unit.vi else 10**5
    scale = 10**indicator.decimals
    return st.integers(0, largest * scale).map(lambda whole: whole / scale)


TABLES = st.lists(figures(), min_size=1, max_size=8, unique_by=lambda figure: figure[:5])
SPELLINGS = st.builds(
    Spelling,
    lang=st.sampled_from(["vi", "en"]),
    order=st.permutations(range(len(FIELDS))).map(tuple),
    accents=st.booleans(),
    decomposed=st.booleans(),
    padded=st.booleans(),
    by_name=st.booleans(),
    separator=st.sampled_from([";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)


def texts_of(figure, spelling):
    """Return the cells of a figure, without its value, as somebody would write them."""
    place = COMMUNES.set_index("code").loc[figure.commune]
    indicator = DATA.catalog.indicators[figure.indicator]
    return (
        "" if spelling.by_name else figure.commune,
        place["name"],
        place["district"],
        indicator.name.of(spelling.lang) if spelling.by_name else figure.indicator,
        figure.project,
        period_word(figure.period, spelling.lang),
        t(f"basis_{figure.basis}", spelling.lang),
    )


def spelled(text, spelling):
    text = unicodedata.normalize("NFD", text) if spelling.decomposed else text
    return f" {text}\u00a0" if spelling.padded and text else text


def heading_of(text, spelling):
    stripped = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(char for char in stripped if not unicodedata.combining(char))
    return spelled(text if spelling.accents else plain.upper(), spelling)


def in_order(cells, spelling):
    return [cells[place] for place in spelling.order]


def read(content, name):
    upload = check_upload(content, name, DATA)
    assert not upload.has_errors, upload.errors[0]
    rows = upload.good["observations"][
        ["commune_code", "indicator", "project", "period", "basis", "value"]
    ]
    return {tuple(map(str, row[:5])): row[5] for row in rows.itertuples(index=False)}


def same(found, table):
    expected = {figure[:5]: figure.value for figure in table}
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        assert (
            found[key] == pytest.approx(value, nan_ok=True)
            if value is not None
            else found[key] != found[key]
        )


def explicit(figure, spelling):
    """Write a value so that it reads one way only: percentages with their sign."""
    if figure.value is None:
        return "Chưa báo cáo" if spelling.padded else ""
    indicator = DATA.catalog.indicators[figure.indicator]
    written = number(figure.value, spelling.lang, decimals=indicator.decimals)
    if indicator.unit.vi == "%":
        return f"{written} %"
    # Without this, a column of nothing but `1,234` kilometres would rightly be questioned.
    settles = indicator.decimals == 0 and "," not in written
    return written if settles and spelling.lang == "vi" else plain_digits(figure.value, spelling)


def plain_digits(value, spelling):
    text = f"{value:.4f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
    whole, _, part = text.partition(".")
    part = part if len(part) != 3 else f"{part}0"
    mark = "," if spelling.lang == "vi" else "."
    return f"{whole}{mark}{part}" if part else whole


@DEAR
@given(TABLES, SPELLINGS)
def test_a_csv_in_any_spelling_reads_back(table, spelling):
    headings = [heading_of(text, spelling) for text in HEADINGS[spelling.lang]]
    rows = [
        in_order(
            [
                *(spelled(text, spelling) for text in texts_of(figure, spelling)),
                explicit(figure, spelling),
            ],
            spelling,
        )
        for figure in table
    ]
    lines = [spelling.separator.join(row) for row in (in_order(headings, spelling), *rows)]

    same(read("\r\n".join(lines).encode(spelling.encoding), "số liệu.csv"), table)


@pytest.mark.long
@DEAR
@given(TABLES, SPELLINGS, st.integers(0, 3))
def test_a_workbook_in_any_spelling_reads_back(table, spelling, rows_above):
    book = openpyxl.Workbook()
    sheet = book.active
    for number_above in range(rows_above):
        sheet.append([f"Ghi chú {number_above}"])
    sheet.append(
        in_order([heading_of(text, spelling) for text in HEADINGS[spelling.lang]], spelling)
    )
    for figure in table:
        percent = DATA.catalog.indicators[figure.indicator].unit.vi == "%"
        value = figure.value if not percent or figure.value is None else figure.value / 100
        sheet.append(
            in_order(
                [*(spelled(text, spelling) for text in texts_of(figure, spelling)), value], spelling
            )
        )
        if percent:
            sheet.cell(sheet.max_row, spelling.order.index(7) + 1).number_format = "0.0%"
    out = io.BytesIO()
    book.save(out)

    same(read(out.getvalue(), "số liệu.xlsx"), table)


@pytest.mark.long
@DEAR
@given(TABLES, SPELLINGS)
def test_a_wide_workbook_reads_back(table, spelling):
    """One row per commune, project, period and basis; what is not reported is said in words."""
    used = sorted({figure.indicator for figure in table})
    cells = {}
    for figure in table:
        indicator = DATA.catalog.indicators[figure.indicator]
        money = Basis.DISBURSED in indicator.bases
        row = (figure.commune, figure.project if money else "", figure.period, figure.basis)
        shown = (
            figure.value
            if figure.value is None or indicator.unit.vi != "%"
            else f"{figure.value} %".replace(".", ",")
        )
        cells.setdefault(row, {})[figure.indicator] = "Chưa báo cáo" if shown is None else shown
    book = openpyxl.Workbook()
    names = [
        DATA.catalog.indicators[each].name.of(spelling.lang) if spelling.by_name else each
        for each in used
    ]
    book.active.append(
        [heading_of(text, spelling) for text in ("Mã xã", "Dự án", "Kỳ", "Loại số liệu", *names)]
    )
    for (commune, project, period, basis), said in cells.items():
        book.active.append([commune, project, period, basis, *(said.get(each) for each in used)])
    out = io.BytesIO()
    book.save(out)

    same(read(out.getvalue(), "số liệu.xlsx"), table)


def workbook_of(table):
    """Return the figures as a workbook in the long form."""
    book = openpyxl.Workbook()
    book.active.append(HEADINGS["vi"])
    for figure in table:
        percent = DATA.catalog.indicators[figure.indicator].unit.vi == "%"
        value = figure.value if not percent or figure.value is None else f"{figure.value} %"
        book.active.append([*texts_of(figure, PLAIN), value])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


PLAIN = Spelling("vi", tuple(range(len(FIELDS))), True, False, False, False, ";", "utf-8")


@pytest.mark.long
@DEAR
@given(st.lists(TABLES, min_size=2, max_size=4))
def test_whatever_was_loaded_and_taken_back_leaves_what_was_visible_before(own_store, tables):
    """Workbooks over one another; each undo shows exactly what was there before that load."""
    seen, batches = [visible_digest(own_store)], []
    for table in tables:
        upload = check_upload(workbook_of(table), "số liệu.xlsx", DATA, store=own_store)
        assert not upload.has_errors, upload.errors[0]
        batches.append(commit_upload(upload, own_store, who=Who("Lan")))
        seen.append(visible_digest(own_store))
    for batch, before in zip(reversed(batches), reversed(seen[:-1]), strict=True):
        if batch is not None:  # a file that says nothing new is no batch
            undo_batch(own_store, batch.id, who=Who("Lan"))
        assert visible_digest(own_store) == before
