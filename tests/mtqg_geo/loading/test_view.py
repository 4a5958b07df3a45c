"""The page of loading before it is drawn."""

import pytest

from mtqg_geo.dataset.vintages import shown_for
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.loading.upload import check_upload
from mtqg_geo.loading.view import places_of, questions_of, upload_view, usual_period

pytestmark = pytest.mark.usefixtures("in_this_process")
HEADINGS = "Mã xã;Chỉ tiêu;Kỳ;Loại số liệu;Giá trị;Lạ\n"
GOOD, BAD = "07243;OP01;2023;KH;4;x\n", "07246;OP01;2023;KH;năm;\n"


@pytest.fixture
def view(data):
    """Return the page of some rows."""

    def of(rows):
        upload = check_upload((HEADINGS + rows).encode(), "tệp.csv", data)
        return upload_view(upload, data, lang="en")

    return of


def test_good_and_wrong_rows_are_counted_apart(view):
    found = view(GOOD + BAD)
    assert found.counts == {"read": 2, "new": 1, "changed": 0, "unchanged": 0, "rejected": 1}
    assert (found.rows, found.offer) == (1, "ready")


def test_without_a_good_row_there_is_nothing_to_load(view):
    assert view(BAD).offer == "no_rows"


def test_what_is_real_replaces_the_sample(view):
    assert view(GOOD).replaces_sample


def test_a_column_that_is_not_read_comes_last(view):
    *read, ignored = view(GOOD).columns
    assert [each.heading for each in read][:2] == ["Mã xã", "Chỉ tiêu"]
    assert all(each.field for each in read)
    assert (ignored.heading, ignored.field) == ("Lạ", "")


def test_templates_follow_the_places_chosen_on_either_geography(data, select):
    """Huyện Sơn Động has 17 communes in 2023; units that any of them became part of come with all
    the communes they are made of.
    """
    assert places_of(data, select()) == ()
    district = data.commune_list.loc[data.commune_list["code"] == "07615", "district_code"].iloc[0]
    chosen = places_of(data, select(district=[district]))
    assert len(chosen) == 17
    assert "07615" in chosen
    later = shown_for(data, {"vintage": ["2025-07"]})
    selection, problems = parse_selection({"vintage": ["2025-07"], "commune": ["07621"]}, later)
    assert problems == ()
    assert set(places_of(later, selection)) == {"07621", "07624"}


def test_the_region_of_the_year_is_a_place_too(data, select):
    hardest = places_of(data, select(region=["III"]))
    assert 0 < len(hardest) < len(data.commune_list)
    assert set(hardest) == set(data.regions_in(2023).loc[lambda region: region == "III"].index)
    of_none = next(code for code in data.districts["code"] if not {*hardest} & of(data, code))
    assert places_of(data, select(region=["III"], district=[of_none])) is None  # not all of them


def of(data, district):
    communes = data.commune_list
    return {*communes.loc[communes["district_code"] == district, "code"]}


def test_the_quarter_offered_is_the_one_after_the_last_reported(data):
    assert data.latest_period == "2024-Q2"
    assert [usual_period(data, year) for year in (2023, 2024, 2025)] == [
        "2023-Q1", "2024-Q3", "2025-Q1"
    ]  # fmt: skip


def test_a_name_of_several_communes_is_asked_once_and_the_answer_is_taken(data):
    """Two communes are called Phúc Sơn; without accents and district nobody can tell which."""
    headings = "Xã;Chỉ tiêu;Kỳ;Loại số liệu;Giá trị\n"
    rows = "Phuc Son;OP01;2023;KH;4\nPhuc Son;OP02;2023;KH;5\nxa Thanh Luan;OP01;2023;KH;6\n"
    content = (headings + rows).encode()

    [question] = questions_of(check_upload(content, "tệp.csv", data))
    assert (question.place, question.rows) == (("Phuc Son", ""), 2)
    assert question.choices == {
        "07318": "07318 (Xã Phúc Sơn, Huyện Tân Yên)",
        "07630": "07630 (Xã Phúc Sơn, Huyện Sơn Động)",
    }
    answered = check_upload(content, "tệp.csv", data, meant={question.place: "07630"})
    assert questions_of(answered) == ()
    assert list(answered.good["observations"]["commune_code"]) == ["07630", "07630", "07678"]
    [word] = answered.warnings
    assert word.text("vi") == "“Phuc Son” được lấy là xã 07630 như đã chọn (2 dòng)."


def test_an_answer_that_the_name_contradicts_is_not_taken(data):
    content = "Xã;Chỉ tiêu;Kỳ;Loại số liệu;Giá trị\nPhuc Son;OP01;2023;KH;4\n".encode()
    wrong = check_upload(content, "tệp.csv", data, meant={("Phuc Son", ""): "07678"})
    assert [error.code for error in wrong.errors] == ["load_name_contradicts"]
