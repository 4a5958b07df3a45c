"""A table as it travels to the browser: in parts, numbers as they are read, nothing as HTML."""

from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.ui.server.scripts import script_files
from mtqg_geo.ui.shared import table
from mtqg_geo.ui.shared.table import Column
from tests.tables import rows_in


def sent(parts):
    """Return the parts as the browser reads them."""
    told = [table.unpack(table._of_table("x", part)) for part in parts.values()]
    assert {key for key, _ in told} == {"x"}
    return {said["part"]: said for _, said in told}


def packed(values, **more):
    columns = [
        Column("code", "", [f"{at:05}" for at in range(len(values))], kind="key", kept="units"),
        Column("name", "Xã", [f"Xã <b>{at}" for at in range(len(values))], kept="units"),
        Column("value", "Vốn (triệu đồng)", values, kind="number", decimals=1),
    ]
    return table.pack(columns, label="Bảng", lang="vi", **more)


def test_missing_is_not_zero_and_a_number_is_said_in_few_letters():
    values = sent(packed([0.0, float("nan"), 12.5, None, 3.0]))["main"]["columns"][0]["values"]
    assert values == [0, None, 12.5, None, 3]


def test_another_value_changes_nothing_of_what_is_kept():
    first, second = packed([1.0, 2.0]), packed([3.0, 4.0], order=[1, 0])
    assert first["units"] == second["units"]
    assert sent(first)["main"]["needs"] == sent(second)["main"]["needs"]
    assert first["main"] != second["main"]
    other = packed([1.0, 2.0, 3.0])
    assert sent(other)["main"]["needs"] != sent(first)["main"]["needs"], "the rows do not fit"


@given(st.permutations(range(6)))
def test_rows_come_in_the_order_given(order):
    rows = rows_in(sent(packed([float(at) for at in range(6)], order=order)))
    assert rows["value"].to_list() == list(order)
    assert rows["code"].to_list() == [f"{at:05}" for at in order]


def test_of_a_long_table_the_first_rows_in_order_are_sent_until_all_are_asked_for():
    count = 3 * table.FIRST
    values, backwards = list(range(count)), list(range(count))[::-1]
    part = sent(packed(values, order=backwards, is_whole=False))
    assert rows_in(part)["value"].to_list() == backwards[: table.FIRST]
    assert part["main"]["count"] == count
    assert len(rows_in(sent(packed(values, order=backwards)))) == count
    short = packed([1, 2], is_whole=False)
    assert short == packed([1, 2]), "a short one is sent whole"


def test_what_is_written_for_a_number_stays_with_its_row():
    column = Column(
        "x", "X", [7, 8, 9], kind="number", instead={2: "ít nhất 9"}, notes=["a", "b", "c"]
    )
    of_two = column.of_rows([2, 0])
    assert (of_two.values, of_two.notes, of_two.instead) == ([9, 7], ["c", "a"], {0: "ít nhất 9"})


def test_a_key_longer_than_ascii_and_an_empty_table_travel_as_well():
    assert table.unpack(table._of_table("bảng", packed([])["main"]))[0] == "bảng"


def test_the_script_is_fetched_once_from_an_address_that_names_its_content():
    [address] = [name for name in script_files() if name.endswith("/table.js")]
    line = table.loader(table.SCRIPT)
    assert address in line
    assert len(line) < 150, "it travels with every message to a table"
