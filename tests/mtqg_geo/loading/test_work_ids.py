"""Running numbers of files are no ids of works: what is sent twice is known, nothing overwritten."""

import pytest

from mtqg_geo.loading.tables.sites import read_sites
from mtqg_geo.programme.model import LANGUAGES
from tests.mtqg_geo.loading.sheets import sheet_of
from tests.mtqg_geo.loading.workbooks import read_as, told

HEAD = ("id", "Tên công trình", "Loại công trình", "Dự án", "Năm", "Mã xã")


def row(number, name, commune="00001", year="2023"):
    return (number, name, "Chợ", "DA4.TDA1", year, commune)


@pytest.fixture
def send(squares):
    """Return a reader of a file of sites, after the files whose tables are given."""

    def sending(*rows, file="xã.xlsx", sheet="Trang 1", first_row=1, after=(), head=HEAD):
        there = {}
        for table in after:  # the newest row of an id is the one that holds
            there |= {site.id: site for site in table.rows.itertuples()}
        sites = [(site.id, "", site.commune_code, site.name) for site in there.values()]
        data = squares(sites=sites)
        page = sheet_of(head, *rows, name=sheet, first_row=first_row)
        return read_as(read_sites, page, data, file_name=file, illustrative=True)

    return sending


def ids(table):
    assert table.errors == ()
    return table.rows["id"].to_list()


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "numbers", [("1", "2"), ("0", "1"), (1, 2), ("1.0", "2.0"), ("0", "0"), ("07", "08")]
)
def test_the_numbers_of_a_second_file_overwrite_nothing_of_the_first(send, numbers):
    one, two = numbers
    first = send(row(one, "Chợ A"), row(two, "Chợ B"), file="sơn động.gpkg")
    second = send(
        row(one, "Chợ C", "00003"), row(two, "Chợ D", "00003"), file="lục ngạn.gpkg", after=[first]
    )
    assert len({*ids(first), *ids(second)}) == 4


def test_not_even_if_the_files_have_the_same_name(send):
    first = send(row(1, "Chợ A"))
    second = send(row(1, "Chợ C", "00003"), after=[first])
    next_year = send(row(1, "Chợ D", year="2024"), after=[first, second])
    namesake = send(row(1, "Chợ A", "00002"), after=[first, second, next_year])
    every = [*ids(first), *ids(second), *ids(next_year), *ids(namesake)]
    assert len(set(every)) == 4
    assert ids(send(row(1, "Chợ C", "00003"), after=[first, second])) == ids(second)


def test_a_file_sent_again_doubles_nothing_whatever_it_is_called_then(send):
    rows = row(1, "Chợ A"), row(2, "Chợ B")
    first = send(*rows)
    assert ids(send(*rows, after=[first])) == ids(first)
    again = send(*reversed(rows), file="xã (2).xlsx", after=[first])
    assert ids(again) == ids(first)[::-1]
    [warning] = again.warnings
    assert (warning.code, warning.said("known"), warning.said("new")) == ("works_id_number", 2, 0)
    assert all(warning.text(lang) for lang in LANGUAGES)


@pytest.mark.parametrize(
    "corrected",
    [row(1, "Chợ trung tâm"), row(1, "Chợ A", "00003"), row(1, "Chợ A", year="2024")],
    ids=["name", "commune", "year"],
)
def test_a_corrected_file_of_the_same_name_means_the_same_works(send, corrected):
    first = send(row(1, "Chợ A"), row(2, "Chợ B"))
    assert ids(send(corrected, row(2, "Chợ B"), after=[first])) == ids(first)


def test_a_row_put_in_between_moves_the_numbers_and_not_the_works(send):
    first = send(row(1, "Chợ A"), row(2, "Chợ B"), row(3, "Chợ C"))
    again = send(*(row(n, f"Chợ {c}") for n, c in enumerate("AXBC", start=1)), after=[first])
    a, b, third = ids(first)
    assert ids(again)[::2] == [a, b]
    assert ids(again)[3] == third
    assert ids(again)[1] not in {a, b, third}


@pytest.mark.long
def test_numbers_tell_works_of_one_name_apart(send):
    twins = row(1, "Nhà văn hóa"), row(2, "Nhà văn hóa")
    first = send(twins[0])
    both = send(*twins, after=[first])
    assert ids(both)[0] == ids(first)[0]
    assert ids(send(*twins, after=[first, both])) == ids(both)
    assert told(send(row(0, "Chợ"), row(0, "Chợ")).errors) == [
        (2, "works_twice_alike"),
        (3, "works_twice_alike"),
    ]


def test_each_table_of_a_workbook_counts_for_itself(send):
    first = send(row(1, "Chợ A"), sheet="Sơn Động")
    second = send(row(1, "Chợ B", "00003"), sheet="Lục Ngạn")
    below = send(row(1, "Chợ C", "00003"), sheet="Lục Ngạn", first_row=9)
    assert len({*ids(first), *ids(second), *ids(below)}) == 3


@pytest.mark.long
def test_a_code_with_letters_stays_unless_it_is_of_another_work(send):
    first = send(row("CT01", "Chợ A"))
    assert ids(first) == ["CT01"]
    assert ids(send(row("CT01", "Chợ A mới"), after=[first])) == ["CT01"]
    other = send(row("CT01", "Chợ C", "00003"), file="khác.xlsx", after=[first])
    assert ids(other) != ["CT01"]
    assert told(other.warnings) == [(2, "works_id_taken")]
    namesake = send(row("CT01", "Chợ A", "00003"), file="khác.xlsx", after=[first])
    assert ids(namesake) != ["CT01"]
    again = send(row("CT01", "Chợ C", "00003"), file="khác.xlsx", after=[first, other])
    assert ids(again) == ids(other)


def test_an_id_of_ours_is_meant_as_it_stands(send):
    first = send(row("", "Chợ A"))
    [made] = ids(first)
    assert ids(send(row(made, "Chợ B", "00003", "2024"), after=[first])) == [made]
    assert ids(send(row("CT-2023-014", "Chợ B"))) == ["CT-2023-014"]
