import pytest

from mtqg_geo.communes.codes import unit_list
from mtqg_geo.communes.lineage import shipped_lineage, units_of
from mtqg_geo.communes.search import findable
from mtqg_geo.programme import columns as c

THEN, NOW = "2023-04", "2025-07"


def units(vintage):
    return {each.code: each for each in findable(unit_list(vintage), vintage, shipped_lineage())}


@pytest.mark.parametrize(("vintage", "other"), [(THEN, NOW), (NOW, THEN)])
def test_every_unit_of_one_vintage_is_found_among_those_of_the_other(vintage, other):
    listed = units(vintage)
    assert sorted(listed) == list(units_of(vintage)), "each unit once"
    kin = {code for each in listed.values() for group in each.kin for code, _ in group.units}
    assert kin == set(units_of(other)), "whatever name somebody knows, it leads somewhere"


def test_a_code_that_was_given_to_another_unit_finds_both():
    """`07333` was Lam Cốt and is Quang Trung, which Lam Cốt became a part of."""
    assert {code for code, each in units(THEN).items() if "07333" in each.words} == {
        *("07303", "07312", "07315", "07318", "07333"),
    }
    now = units(NOW)["07333"]
    assert (now.name, now.words[:2]) == ("Xã Quang Trung", ("quang trung", "07333"))
    assert "lam cốt" in now.words


def test_units_that_are_not_shown_are_not_found():
    few = unit_list(THEN).loc[lambda table: table[c.CODE] == "07645"]
    assert [each.code for each in findable(few, THEN, shipped_lineage())] == ["07645"]
