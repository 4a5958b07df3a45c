"""The lineage as a workbook: what holds loads as no change, a correction replaces it."""

import pytest

from mtqg_geo.communes.lineage import shipped_lineage
from mtqg_geo.dataset.dataset import current_dataset
from mtqg_geo.dataset.vintages import current_lineage, shown_dataset
from mtqg_geo.figures.values import commune_values
from mtqg_geo.loading.start import start_store
from mtqg_geo.loading.upload import check_upload, commit_upload
from mtqg_geo.loading.workbooks.everything import workbook
from mtqg_geo.loading.workbooks.templates import template
from mtqg_geo.programme.model import Basis
from mtqg_geo.store.batches import undo_batch
from mtqg_geo.store.live import is_illustrative, visible
from mtqg_geo.store.rights import Who
from tests.mtqg_geo.loading.workbooks import as_bytes, opened, written

pytestmark = pytest.mark.usefixtures("in_this_process")
HEADINGS = ("Mã cũ", "Mã mới", "Ngày hiệu lực", "Thay đổi", "Tỷ lệ", "Tỷ lệ theo", "Nghị quyết")
DAY = "01/01/2025"
SPLIT = [("07549", "07549", DAY, "Chia tách", 0.6, "Diện tích", "1191"),
         ("07549", "07555", DAY, "Chia tách", 0.4, "Diện tích", "1191")]  # fmt: skip


def checked(data, *rows, store=None, headings=HEADINGS):
    return check_upload(written([headings, *rows]), "quan hệ.xlsx", data, store=store)


def loaded(store, *rows):
    upload = checked(current_dataset(), *rows, store=store)
    assert upload.errors == ()
    return commit_upload(upload, store, who=Who("Lan"))


def shares(store, code="07549"):
    links = current_lineage(store).links
    mine = links[(links["from_code"] == code) & (links["day"] == "2025-01-01")]
    return dict(zip(mine["to_code"], mine["share"], strict=True))


@pytest.fixture
def sample(data, own_folder):
    return start_store(data, sample=True)


@pytest.mark.few(1)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_template_holds_what_is_in_use_and_loads_as_no_change(data, own_store, lang):
    upload = check_upload(template("lineage", data, lang=lang), "x.xlsx", data, store=own_store)
    assert upload.errors == ()
    assert (upload.known, upload.good) == (len(shipped_lineage().links), {})
    assert commit_upload(upload, own_store, who=Who("Lan")) is None


@pytest.mark.long
def test_a_corrected_share_is_two_new_rows_and_changes_figures_but_no_total(sample):
    before = current_dataset()
    book = opened(template("lineage", before))
    sheet = book.worksheets[0]
    share = next(cell.column for cell in sheet[4] if cell.value == "Tỷ lệ (0–1)")
    for row in range(5, sheet.max_row):
        if sheet.cell(row, 1).value == "07549" and sheet.cell(row, share).value < 1:
            given = sheet.cell(row, share).value
            sheet.cell(row, share).value = 0.5
            assert given in (0.971003, 0.028997)
    upload = check_upload(as_bytes(book), "x.xlsx", before, store=sample)
    assert upload.errors == ()
    assert (len(upload.good["lineage"]), upload.known) == (2, 275)
    first = values(before)
    batch = commit_upload(upload, sample, who=Who("Lan"))
    after = values(current_dataset())
    assert is_illustrative(sample)  # the example figures stay: only the lineage was loaded
    changed = first.index[first != after]
    assert set(changed) == {"07525", "07537"}  # Chũ and Biên Sơn, where Thanh Hải went
    assert first.sum() == after.sum()
    undo_batch(sample, batch.id, who=Who("Lan"))
    assert values(current_dataset()).equals(first)


def values(data):
    """Households on the 58 units, as the lineage in use divides them."""
    shown = shown_dataset(data, "2025-07")
    indicator = data.catalog.indicators["CX01"]
    table = commune_values(shown, indicator, year=2023, basis=Basis.ACTUAL, projects=frozenset())
    return table.set_index("code")["value"].dropna()


def test_a_correction_replaces_all_links_of_its_unit_on_its_day(own_store):
    loaded(own_store, *SPLIT)
    assert shares(own_store) == {"07549": 0.6, "07555": 0.4}
    loaded(own_store, ("07549", "07549", DAY, "Đổi tên", 1, "", "1191"))
    assert shares(own_store) == {"07549": 1}
    back = visible(own_store, "lineage").query("to_code == '07555'")
    assert list(back["share"]) == [0]


@pytest.mark.long
def test_what_is_loaded_goes_out_with_the_workbook_and_comes_back_unchanged(own_store):
    loaded(own_store, *SPLIT)
    data = current_dataset()
    book = opened(workbook(data))
    rows = list(book["Đơn vị cũ – mới"].iter_rows(values_only=True))
    assert rows[1][:4] == ("07549", "Xã Thanh Hải", "07549", "Phường Thanh Hải")
    upload = check_upload(as_bytes(book), "x.xlsx", data, store=own_store)
    assert (upload.errors, upload.known, upload.good) == ((), 2, {})


def test_an_unknown_share_is_written_as_nothing_or_in_words(own_store):
    loaded(own_store, (*SPLIT[0][:4], "chưa rõ", "", ""), (*SPLIT[1][:4], "", "", ""))
    assert all(share != share for share in shares(own_store).values())
    assert checked(current_dataset(), (*SPLIT[0][:4], "60 %", "", ""),
                   (*SPLIT[1][:4], "40 %", "", "")).good["lineage"]["share"].tolist() == [0.6, 0.4]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize(
    "words", [("Suy từ bản đồ", "suy tu ban do"), ("Derived from maps", "derived")]
)
def test_a_share_may_be_derived_from_maps_alone(data, words):
    headings = (*HEADINGS, "Độ tin cậy")
    rows = [(*row, word) for row, word in zip(SPLIT, words, strict=True)]
    upload = checked(data, *rows, headings=headings)
    assert upload.errors == ()
    assert len(upload.good["lineage"]) == 2
    assert set(upload.good["lineage"]["confidence"]) == {"derived"}


def test_the_template_offers_every_confidence(data):
    guide = opened(template("lineage", data))
    texts = {str(cell.value) for sheet in guide for row in sheet.iter_rows() for cell in row}
    assert {"Cao", "Khá cao", "Trung bình", "Thấp", "Suy từ bản đồ"} <= texts


@pytest.mark.parametrize(
    ("row", "code", "letter"),
    [
        (("7549", "07549", DAY, "Đổi tên", 1.2, "", ""), "load_lineage_share", "E"),
        (("07549", "07549", DAY, "Đổi tên", 0.7, "", ""), "load_lineage_sum", "E"),
        (("07549", "07549", DAY, "Biến mất", 1, "", ""), "load_lineage_word", "D"),
        (("07549", "07549", DAY, "", 1, "", ""), "load_lineage_no_change", "D"),
        (("07549", "07549", "", "Đổi tên", 1, "", ""), "load_lineage_day", "C"),
        (("7549x", "07549", DAY, "Đổi tên", 1, "", ""), "load_lineage_code", "A"),
        (("00001", "07549", DAY, "Sáp nhập", 1, "", ""), "load_lineage_from", "A"),
        (("07303", "07333", "01/07/2025", "Sáp nhập", 1, "", ""), "load_lineage_from", "A"),
        (("07549", "99999", DAY, "Sáp nhập", 1, "", ""), "load_lineage_to", "B"),
        (("07315", "07303", "01/07/2025", "Sáp nhập", 1, "", ""), "load_lineage_to", "B"),
        (("07663", "07615", "01/07/2025", "Sáp nhập", 1, "", ""), "load_lineage_shown", "B"),
    ],
)
def test_each_mistake_has_its_sentence(data, row, code, letter):
    upload = checked(data, row)
    assert [(each.row, each.letter, each.code) for each in upload.errors] == [(2, letter, code)]
    assert upload.good == {}


def test_the_rows_of_a_unit_are_loaded_together_only(data):
    other = ("07549", "99999", DAY, "Chia tách", 0.4, "", "")
    upload = checked(data, SPLIT[0], other)
    assert [(each.row, each.code) for each in upload.errors] == [
        (2, "load_lineage_fellow"), (3, "load_lineage_to"),
    ]  # fmt: skip


def test_the_same_link_twice_is_an_error(data):
    upload = checked(data, *SPLIT, SPLIT[1])
    assert {each.row for each in upload.errors} == {2, 3, 4}
    assert upload.good == {}


def test_a_name_that_does_not_fit_its_code_is_an_error(data):
    headings = (*HEADINGS, "Tên cũ", "Tên mới")
    upload = checked(data, (*SPLIT[0], "Xã Thanh Hải", "Xã Chũ"), SPLIT[1], headings=headings)
    assert [(each.letter, each.code) for each in upload.errors if each.row == 2] == [
        ("I", "load_lineage_name")
    ]


@pytest.mark.long
def test_the_delivered_table_loads_as_no_change(data):
    from mtqg_geo.communes.lineage import SHIPPED

    upload = check_upload(SHIPPED, "lineage.csv", data)
    assert (upload.errors, upload.known, upload.good) == ((), 277, {})
