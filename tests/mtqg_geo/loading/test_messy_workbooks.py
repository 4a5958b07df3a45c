"""Workbooks as offices send them, in any combination: each figure is the one put in, or it is asked.

A form is made of a title, a unit, headings of one or two rows, a line that numbers the columns, rows
of districts and groups, totals, communes, signatures; rows are hidden, cells merged, a second table
or one that nobody knows stands below, headings are repeated, a district may have a sheet of its own.
"""

import random
from dataclasses import dataclass, field

import openpyxl
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from mtqg_geo.dataset.dataset import shipped_dataset
from mtqg_geo.loading.communes.meanings import communes_of
from mtqg_geo.loading.upload import check_upload
from mtqg_geo.programme.errors import LoadError
from tests.long import LONG
from tests.mtqg_geo.loading.workbooks import as_bytes

pytestmark = pytest.mark.usefixtures("in_this_process")
DATA = shipped_dataset()
UNITS = {year: communes_of(DATA).register(year).units for year in ("2023", "2026")}
MONEY, COUNTED = "FI01", ("OP01", "OP02", "OP03")
KEY = ["commune_code", "indicator", "period", "basis"]


@dataclass(frozen=True)
class Mess:
    """What is done to a form; `seed` decides the rest."""

    seed: int
    year: str
    is_coded: bool  # has a column of codes: then nothing is left open
    is_long: bool  # a row for each figure
    is_money: bool
    is_numbered: bool
    has_title: bool
    has_columns_numbered: bool
    has_two_rows_of_headings: bool
    has_district_column: bool
    has_district_rows: bool
    has_sums_at_the_foot: bool  # of each district, by its bare name if it can
    has_bare_names: bool
    has_group_rows: bool
    has_totals: bool
    has_merged_cells: bool
    has_signatures: bool
    has_hidden_rows: bool
    has_second_table: bool
    has_strange_table: bool  # below headings that nobody knows
    has_headings_of_pages: bool
    has_sheets_of_districts: bool


MESSES = st.builds(
    Mess,
    seed=st.integers(0, 10_000),
    year=st.sampled_from(["2023", "2026"]),
    **{name: st.booleans() for name, kind in Mess.__annotations__.items() if kind is bool},
)


@dataclass
class Form:
    """A workbook that is being written, and the figures that are in it."""

    mess: Mess
    book: openpyxl.Workbook = field(default_factory=openpyxl.Workbook)
    figures: dict = field(default_factory=dict)  # key → value, sheet, row
    hidden: set = field(default_factory=set)  # keys

    def __post_init__(self):
        self.chance = random.Random(self.mess.seed)
        mess, by_district = self.mess, {}
        for unit in UNITS[mess.year]:
            by_district.setdefault(unit.district.partition(";")[0], []).append(unit)
        chosen = self.chance.sample(sorted(by_district), 2 + mess.has_sheets_of_districts)
        groups = [
            (each, self.chance.sample(by_district[each], min(3, len(by_district[each]))))
            for each in chosen
        ]
        self.book.remove(self.book.active)
        for part in [[each] for each in groups] if mess.has_sheets_of_districts else [groups]:
            sheet = self.book.create_sheet(part[0][0] if mess.has_sheets_of_districts else "Biểu 1")
            names = [MONEY] if mess.is_money else self.chance.sample(COUNTED, 2)
            for number, name in enumerate(names[: 1 + mess.has_second_table]):
                if number:
                    sheet.append(
                        ["Biểu số 02: Phần tiếp theo"] if self.chance.random() < 0.5 else [None]
                    )
                _Table(self, sheet, name, part).write()

    def pick(self, *options):
        return self.chance.choice(options)


class _Table:
    def __init__(self, form, sheet, indicator, groups):
        self.form, self.sheet, self.indicator, self.groups = form, sheet, indicator, groups
        mess = self.mess = form.mess
        self.factor = form.pick(10**6, 10**3) if mess.is_money else 1
        bases = ["Kế hoạch"] if mess.year == "2026" or mess.is_money else ["Kế hoạch", "Thực hiện"]
        self.terms = [
            (basis, mess.year if basis == "Kế hoạch" else "Quý II/2023") for basis in bases
        ]
        self.columns = [
            *(["STT"] if mess.is_numbered else []),
            *(["Mã xã"] if mess.is_coded else []),
            *(["Huyện"] if mess.has_district_column else []),
            form.pick("Tên xã", "Đơn vị hành chính", "Xã/Phường"),
            *(["Dự án"] if mess.is_money else []),
            *(["Chỉ tiêu", "Loại số liệu", "Kỳ báo cáo", "Giá trị"] if mess.is_long else
              [None] * len(self.terms)),
        ]  # fmt: skip
        self.name = next(at for at, text in enumerate(self.columns) if text in
                         ("Tên xã", "Đơn vị hành chính", "Xã/Phường"))  # fmt: skip

    @property
    def row(self):
        return self.sheet.max_row

    def line(self, **cells):
        """Write a row of cells by their columns; return it."""
        texts = [cells.get(str(text), "") or None for text in self.columns]
        texts[self.name] = cells.get("name") or None
        start = len(self.columns) - len(self.terms) if not self.mess.is_long else len(texts) - 1
        for at, value in enumerate(cells.get("values", ())):
            texts[start + at] = value
        if not any(text is not None for text in texts):
            texts[0] = " "
        self.sheet.append(texts)

    def write(self):
        mess, pick = self.mess, self.form.pick
        if mess.has_title:
            self.sheet.append(["ỦY BAN NHÂN DÂN TỈNH BẮC GIANG"])
            self.sheet.append([pick("BIỂU SỐ 05: KẾT QUẢ THỰC HIỆN", "Biểu 2: Tổng hợp")])
        if mess.is_money:
            words = ("Triệu đồng", "tr.đ") if self.factor == 10**6 else ("1.000 đồng", "nghìn đồng")
            self.sheet.append([None, f"{pick('Đơn vị', 'ĐVT', 'Đơn vị tính')}: {pick(*words)}"])
        self.headings()
        if mess.has_columns_numbered:
            self.columns_numbered()
        if mess.has_totals and pick(True, False):
            self.total(pick("TỔNG CỘNG", "Toàn tỉnh", "Tổng số"))
        for number, (district, units) in enumerate(self.groups):
            if number and mess.has_headings_of_pages:
                self.headings()
            self.group(number, district, units)
        if mess.has_totals:
            self.total(pick("Cộng", "Tổng cộng", "TỔNG SỐ (I+II)"))
        if mess.has_signatures:
            self.signatures()
        if mess.has_strange_table:
            self.strange_table()

    def strange_table(self):
        name = self.form.pick("Tên xã", "Nơi thực hiện")
        words = [name, *["Số thôn", "Số hộ nghèo", "Ghi nhận"][: max(1, len(self.columns) - 2)]]
        self.sheet.append([None])
        self.sheet.append([*(["STT"] if self.mess.is_numbered else []), *words])
        for number, unit in enumerate(self.groups[0][1]):
            numbers = [self.form.chance.randint(100, 999) for _ in words[1:]]
            self.sheet.append([*([number] if self.mess.is_numbered else []), unit.name, *numbers])

    def headings(self):
        if self.mess.is_long:
            self.sheet.append(self.columns)
            return
        first = len(self.columns) - len(self.terms)
        said = [f"{basis} {period.replace('Quý', 'quý')}" for basis, period in self.terms]
        if self.mess.has_two_rows_of_headings:
            self.sheet.append([*self.columns[:first], self.indicator])
            top = self.row
            self.sheet.append([*[None] * first, *said])
            for place in range(1, first + 1):
                self.sheet.merge_cells(None, top, place, top + 1, place)
            if len(said) > 1:
                self.sheet.merge_cells(None, top, first + 1, top, first + len(said))
        else:
            self.sheet.append(
                [*self.columns[:first], *(f"{self.indicator} – {each}" for each in said)]
            )

    def columns_numbered(self):
        count = len(self.columns)
        letters = self.form.chance.randint(1, count - 1)
        numbers = [str(each) for each in range(1, count - letters + 1)]
        if len(numbers) > 1 and self.form.pick(True, False):
            numbers[-1] += self.form.pick("=2/1", "=1*2", " = (1)+(2)")
        brackets = self.form.pick("{}", "({})")
        self.sheet.append(
            ["ABCDEFGHIJK"[at] for at in range(letters)]
            + [brackets.format(each) for each in numbers]
        )

    def total(self, word):
        self.line(name=word, values=[self.form.chance.randint(100, 999) for _ in self.values])

    @property
    def values(self):
        return [None] if self.mess.is_long else self.terms

    def group(self, number, district, units):
        mess, pick = self.mess, self.form.pick
        roman, start = ("I", "II", "III")[number], self.row + 1
        if mess.has_district_rows:
            sums = [self.form.chance.randint(100, 999) for _ in self.values]
            bare = district.removeprefix("Huyện ").removeprefix("Thành phố ")
            name = pick(
                district, district.upper(), *([bare, bare.upper()] if mess.is_numbered else [])
            )
            self.line(STT=roman, name=name, values=sums)
        sums = [0] * len(self.terms)
        for at, unit in enumerate(units):
            if mess.has_group_rows and at == 1:
                label = pick("Các xã khu vực III", "Vùng đặc biệt khó khăn")
                self.line(STT="a" if mess.has_district_rows else roman, name=label)
            values = self.commune(at + 1, unit, district)
            sums = [before + value for before, value in zip(sums, values, strict=True)]
        if mess.has_sums_at_the_foot and not mess.has_district_rows and not mess.is_long:
            # Among codes a bare name without one is asked about.
            name = district if mess.is_coded else district.removeprefix("Huyện ")
            self.line(name=name, values=sums)
        if mess.has_district_column and mess.has_merged_cells:
            column = self.columns.index("Huyện") + 1
            self.fill_and_merge(start, column, district)

    def fill_and_merge(self, start, column, text):
        """Merge a column over the rows from one on; the first of them holds the text."""
        for row in range(start, self.row + 1):
            self.sheet.cell(row, column).value = text if row == start else None
        self.sheet.merge_cells(None, start, column, self.row, column)

    def commune(self, number, unit, district):
        mess, start = self.mess, self.row + 1
        bare = unit.name.partition(" ")[2].removeprefix("trấn ")
        name = self.form.pick(unit.name, unit.name.upper(), bare if mess.is_coded else unit.name)
        name = bare if mess.has_bare_names else name
        place = {
            "STT": str(number), "Mã xã": unit.code, "Huyện": district, "name": name,
            "Dự án": "DA1",
        }  # fmt: skip
        values = [self.form.chance.randint(1, 60) for _ in self.terms]
        is_hidden = mess.has_hidden_rows and self.form.chance.random() < 0.3
        for at, ((basis, period), value) in enumerate(zip(self.terms, values, strict=True)):
            if mess.is_long or not at:
                said = {"Chỉ tiêu": self.indicator, "Loại số liệu": basis, "Kỳ báo cáo": period}
                self.line(**place, **said, values=[value] if mess.is_long else values)
                self.sheet.row_dimensions[self.row].hidden = is_hidden
            when = mess.year if basis == "Kế hoạch" else "2023-Q2"
            key = (unit.code, self.indicator, when, {"Kế hoạch": "plan"}.get(basis, "actual"))
            self.form.figures[key] = (value * self.factor, self.sheet.title, self.row)
            if is_hidden:
                self.form.hidden.add(key)
        if mess.is_long and mess.has_merged_cells and self.row > start:
            for text in ("Mã xã", "Chỉ tiêu", self.columns[self.name]):
                if text in self.columns:
                    column = self.columns.index(text) + 1
                    self.fill_and_merge(start, column, self.sheet.cell(start, column).value)
        return values

    def signatures(self):
        lines = self.form.pick(
            [["Người lập biểu", None, "Bắc Giang, ngày 15 tháng 7 năm 2023"], [None, None, "CHỦ TỊCH"],
             ["Nguyễn Văn A", None, "Trần Văn B"]],
            [[None, "NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ"], [None, "(Ký, họ tên)", "(Ký, đóng dấu)"]],
            [["Nơi nhận:"], ["- UBND tỉnh;", None, "GIÁM ĐỐC"], ["- Lưu: VT."]],
            [["Ghi chú: số liệu đến hết quý II"]],
        )  # fmt: skip
        for line in [[" "]] * self.form.chance.randint(0, 1) + lines:
            self.sheet.append(line)


@settings(max_examples=300 if LONG else 4)
@given(MESSES)
def test_a_figure_is_the_one_put_in_or_is_asked_about(mess):
    form = Form(mess)
    for sheet in form.book:
        hidden = [row for row, each in sheet.row_dimensions.items() if each.hidden]
        note(f"{sheet.title}: merged {sheet.merged_cells.ranges}, hidden {hidden}")
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            note(f"{number:3} {row}")
    try:
        upload = check_upload(as_bytes(form.book), "biểu.xlsx", DATA)
    except LoadError as refused:
        note(str(refused))
        assert not mess.is_coded or len(form.hidden) == len(form.figures)
        return
    for each in (*upload.errors, *upload.warnings):
        note(f"{each.sheet} {each.row} {each.code}: {each.text('en')}")
    read = upload.good.get("observations")
    rows = [] if read is None else read[[*KEY, "value"]].itertuples(index=False, name=None)
    stored = {tuple(map(str, key)): value for *key, value in rows}
    seen = {key: each for key, each in form.figures.items() if key not in form.hidden}

    assert {key: value for key, value in stored.items() if seen.get(key, ("",))[0] != value} == {}
    asked = {(each.sheet, each.row) for each in upload.errors}
    lost = {
        key for key, (_, *place) in seen.items() if key not in stored and (*place,) not in asked
    }
    assert lost == set()
    named = {
        (each.sheet, row)
        for each in upload.warnings
        if each.code == "load_hidden_rows"
        for row in each.rows
    }
    assert named == {(*form.figures[key][1:],) for key in form.hidden}
    # Around headings that nobody knows a table may end in errors: they ask, too.
    assert not (mess.is_coded and asked) or mess.has_strange_table
