import pytest

from mtqg_geo.loading.reading.csv import csv_table
from mtqg_geo.loading.sheets.table import BYTES, WIDTHS
from mtqg_geo.programme.errors import LoadError

HEAD = ["Mã xã", "Xã", "Giá trị"]
ROWS = [["07243", "Xã Đồng Tiến", "1.234,5"], ["07645", "Xã An Lạc", ""]]


def cells(folder, content):
    """Return the rows of a CSV file."""
    path = folder / "tệp.csv"
    path.write_bytes(content)
    table = csv_table(path, path.name).to_pylist()
    return [[text for name, text in row.items() if name != WIDTHS] for row in table]


def lines(separator, *rows, end="\n"):
    return "".join(separator.join(row) + end for row in rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom"])
@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_way_of_saving_gives_the_same_cells(tmp_path, encoding, separator, end):
    text = lines(separator, HEAD, *ROWS, end=end)
    content = (
        b"\xff\xfe" + text.encode("utf-16-le")
        if encoding == "utf-16-le-bom"
        else text.encode(encoding)
    )

    assert cells(tmp_path, content) == [HEAD, *ROWS]


def test_what_is_no_unicode_is_handed_over_byte_by_byte(tmp_path):
    content = "Mã xã;Xã\n07645;X\u00b7 An L\u00b9c\n".encode("latin-1")
    path = tmp_path / "tệp.csv"
    path.write_bytes(content)

    assert cells(tmp_path, content) == [["Mã xã", "Xã"], ["07645", "X\u00b7 An L\u00b9c"]]
    assert BYTES in csv_table(path, path.name).schema.metadata


def test_the_whole_file_decides_on_the_separator(tmp_path):
    decimal_commas = lines(
        ";", HEAD, *[["07243", "Xã Đồng Tiến, Yên Thế", f"{n},5"] for n in range(9)]
    )
    quoted = '"Mã xã",Xã,Giá trị\n07243,"Đồng Tiến; Yên Thế","1,5"\n'

    assert cells(tmp_path, decimal_commas.encode())[1] == ["07243", "Xã Đồng Tiến, Yên Thế", "0,5"]
    assert cells(tmp_path, quoted.encode())[1] == ["07243", "Đồng Tiến; Yên Thế", "1,5"]


def test_excel_s_line_that_names_the_separator_is_emptied(tmp_path):
    assert cells(tmp_path, b"sep=;\na;b\n1;2\n") == [["", ""], ["a", "b"], ["1", "2"]]


def test_short_records_notes_and_blank_lines_keep_their_row(tmp_path):
    text = "BÁO CÁO\n\nMã xã;OP01;OP02\n07243;4\n07246;5;6;7\n"

    assert cells(tmp_path, text.encode()) == [
        ["BÁO CÁO", "", "", ""],
        ["", "", "", ""],
        ["Mã xã", "OP01", "OP02", ""],
        ["07243", "4", "", ""],
        ["07246", "5", "6", "7"],
    ]


def test_a_quoted_cell_may_hold_lines_and_quotation_marks(tmp_path):
    text = 'Mã xã;Nguồn\n07243;"Báo cáo\nsố ""12"""\n07246;x\n'

    assert cells(tmp_path, text.encode())[1:] == [["07243", 'Báo cáo\nsố "12"'], ["07246", "x"]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a;b\n1;\x00\n", "load_other_inside"),
        (b'a;b\n1;"2\n3;4\n', "load_open_quote"),
        (b"a;b\n" + b";" * 600 + b"\n", "load_many_columns"),
    ],
)
def test_each_broken_file_has_its_sentence(tmp_path, content, code):
    with pytest.raises(LoadError) as caught:
        cells(tmp_path, content)
    assert caught.value.code == code


def test_an_open_quotation_mark_is_found_where_it_opens(tmp_path):
    with pytest.raises(LoadError, match=r"from line 2 on"):
        cells(tmp_path, b'a;b\n1;"2\n' + b"3;4\n" * 500)
