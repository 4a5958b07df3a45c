import pandas as pd
import pytest

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
    ],
)
def test_a_name_finds_its_commune_within_the_district(name, district):
    assert found(name=name, district=district) == ("07645", "")


def test_a_name_of_two_communes_needs_its_district():
    assert found(name="Phúc Sơn") == ("", "load_commune_several")
    assert found(name="Phúc Sơn", district="Tân Yên") == ("07318", "")


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
