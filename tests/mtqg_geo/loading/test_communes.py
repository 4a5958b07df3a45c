import pandas as pd
import pytest

from mtqg_geo.communes.names import without_accents
from mtqg_geo.loading.communes.register import Register, Unit

UNITS = (
    Unit("07243", "Xã Đồng Tiến", "Huyện Yên Thế"),
    Unit("07318", "Xã Phúc Sơn", "Huyện Tân Yên"),
    Unit("07615", "Thị trấn An Châu", "Huyện Sơn Động"),
    Unit("07630", "Xã Phúc Sơn", "Huyện Sơn Động"),
    Unit("07645", "Xã An Lạc", "Huyện Sơn Động"),
)
REGISTER = Register(UNITS)


def found(code="", name="", district=""):
    match = REGISTER.match(code, name, district)
    said = match.error or match.warning
    return match.code, said.code if said else ""


@pytest.mark.parametrize("code", ["07645", "7645"])
def test_a_code_finds_its_commune_even_without_its_zero(code):
    assert found(code) == ("07645", "")


@pytest.mark.parametrize(
    ("name", "district"),
    [
        ("Xã An Lạc", "Huyện Sơn Động"),
        ("An Lạc", ""),
        ("xã an lạc", "Sơn Động"),
        ("An Lạc, Sơn Động", ""),
        ("An Lac", "Son Dong"),
        ("Xã An La\u0323c", ""),
        ("xa An Lac", ""),
        ("XA AN LAC", "Huyen Son Dong"),
        ("xã An Lac", "huyen son dong"),
        ("X. An Lạc", "H. Sơn Động"),
        ("AnLạc", "SơnĐộng"),
        ("ANLẠC", "SƠNĐỘNG"),
        ("UBND xã An Lạc", "H Sơn Động"),
        ("X.An Lạc", "H.Sơn Động"),
        ("Xã An Lạc", "Huyện Sơn Ðộng"),  # U+00D0, the Icelandic letter
        ("\ufeffXã An\u00ad Lạc", "Huyện Sơn Động"),
    ],
)
def test_a_name_finds_its_commune_within_the_district(name, district):
    assert found(name=name, district=district) == ("07645", "")


def test_a_name_of_two_communes_needs_its_district():
    assert found(name="Phúc Sơn") == ("", "load_commune_several")
    assert found(name="Phúc Sơn", district="Tân Yên") == ("07318", "")


def test_a_name_without_accents_that_may_mean_two_communes_is_asked_about():
    """ "Phuong Lien" is Phường Liên or Xã Phương Liên; its commune's type or district decides."""
    register = Register((Unit("1", "Phường Liên", "A"), Unit("2", "Xã Phương Liên", "B")))
    asked = register.match("", "Phuong Lien", "")
    assert asked.error.code == "load_commune_several"
    assert asked.error.said["known"] == "1 (Phường Liên, A); 2 (Xã Phương Liên, B)"
    assert register.match("", "Phuong Lien", "B").code == "2"
    assert register.match("", "xa Phuong Lien", "").code == "2"


def test_a_code_that_a_spreadsheet_shows_as_a_date_is_named_as_such():
    """07645 is the 5th of December 1920 by the counting of Excel."""
    said = REGISTER.match("1920-12-05", "", "").error
    assert (said.code, said.said["number"].vi) == ("load_number_as_date", "7645")


def test_unknown_codes_names_and_districts_come_with_the_nearest_one():
    assert REGISTER.match("07654", "", "").error.said["nearest"].startswith("07645 (Xã An Lạc")
    assert found(name="An Lắc") == ("", "load_commune_name")
    assert found(name="Mường Tè") == ("", "load_commune_stranger")
    assert found(name="An Lạc", district="Sơn Dộng") == ("", "load_district_unknown")
    assert found() == ("", "load_commune_missing")
    assert found("#REF!") == ("", "load_error_value")


def test_an_unknown_code_with_a_known_name_suggests_its_code():
    assert REGISTER.match("99999", "An Châu", "").error.said["nearest"].startswith("07615")


def test_a_name_that_contradicts_its_code_is_an_error():
    assert found("07645", "Xã Đồng Tiến") == ("", "load_name_contradicts")
    assert found("07645", "Xã Phúc Sơn", "Huyện Sơn Động") == ("", "load_name_contradicts")


def test_a_slip_of_the_pen_beside_a_code_is_only_mentioned():
    assert found("07243", "Xã Đồng Tiêns") == ("07243", "load_name_differs")
    assert found("07615", "Xã An Châu") == ("07615", "")  # another type, the same place
    assert found("07645", "An Lac") == ("07645", "")


def test_a_district_that_contradicts_the_code_is_mentioned():
    assert found("07645", "", "Huyện Yên Thế") == ("07645", "load_district_differs")


def test_every_commune_of_the_province_is_found_by_its_name_and_district(data):
    communes = data.commune_list
    register = Register(
        tuple(Unit(*row) for row in communes[["code", "name", "district"]].itertuples(index=False))
    )
    codes = [
        register.match("", row.name, row.district).code for row in communes.itertuples(index=False)
    ]

    assert pd.Series(codes).equals(communes["code"].astype("str").reset_index(drop=True))


def test_no_name_without_accents_is_ever_taken_for_another_commune(data):
    """Each of the 209 is typed as `xa tan son`: it is found, or asked about, alone and by district."""
    communes = data.commune_list[["code", "name", "district"]].itertuples(index=False)
    units = tuple(Unit(*row) for row in communes)
    register = Register(units)
    for unit in units:
        typed, district = (without_accents(text).lower() for text in (unit.name, unit.district))
        assert register.match("", typed, district).code == unit.code
        alone = register.match("", typed, "")
        assert alone.code == unit.code or alone.error.code == "load_commune_several"
