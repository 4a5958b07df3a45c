"""The filter by region: the same communes on every surface, by the list of the year selected."""

import io
import json

import pandas as pd
import pytest

from mtqg_geo.cli.main import main
from mtqg_geo.dataset.vintages import shown_for
from mtqg_geo.exports import files as exports
from mtqg_geo.figures.file_names import file_stem
from mtqg_geo.figures.filters import FILTERS, codes_in_regions
from mtqg_geo.figures.key_figures import key_figures
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.figures.roads import selected_pieces
from mtqg_geo.figures.scope import place_text
from mtqg_geo.figures.works import selected_sites
from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.view import commune_table, map_view
from mtqg_geo.progress.targets import progress

EVERY = ("III", "II", "I", "none")


@pytest.fixture
def asked(data):
    """Return data and selection of some query parameters."""

    def read(**query):
        shown = shown_for(data, query)
        selection, problems = parse_selection(query, shown)
        assert problems == ()
        return shown, selection

    return read


def test_three_squares_are_found_by_their_region(squares, select):
    data = squares(regions=("III", "I", None))
    for region, codes in {"III": {"00001"}, "I": {"00002"}, "II": set(), "none": {"00003"}}.items():
        assert set(commune_table(data, select(region=[region]))["code"]) == codes
    assert len(commune_table(data, select(region=["III", "I"]))) == 2
    assert len(commune_table(data, select())) == 3


def test_without_a_list_of_the_year_nobody_is_in_or_outside_a_region(squares):
    data = squares(regions=(None, None, None))
    assert all(codes_in_regions(data, 2023, (region,)) == frozenset() for region in EVERY)


def test_a_site_is_of_the_region_of_its_commune_and_a_road_is_cut_between_regions(squares, select):
    across = [(106.5, 21.5), (107.5, 21.5)]  # half in commune 1 (III), half in commune 2 (I)
    data = squares(
        regions=("III", "I", "II"),
        sites=[("S1", "completed", "00001"), ("S2", "completed", "00003")],
        roads=[("R", "completed", across)],
    )
    assert list(selected_sites(data, select(region=["III"]))["id"]) == ["S1"]
    assert list(selected_sites(data, select(region=["II", "III"]))["id"]) == ["S1", "S2"]
    assert selected_sites(data, select(region=["I"])).empty
    whole = selected_pieces(data, select())["length_km"].sum()
    half = selected_pieces(data, select(region=["III"]))["length_km"].sum()
    assert half == pytest.approx(whole / 2, rel=1e-6)
    assert selected_pieces(data, select(region=["II"])).empty


def test_the_regions_together_are_the_province(asked):
    kinds = {"communes": commune_table, "sites": selected_sites, "roads": selected_pieces}
    for name, rows_of in kinds.items():
        parts = [rows_of(*asked(region=[region])) for region in EVERY]
        whole = rows_of(*asked())
        assert sum(len(part) for part in parts) == len(whole), name
    km = sum(selected_pieces(*asked(region=[region]))["length_km"].sum() for region in EVERY)
    assert km == pytest.approx(selected_pieces(*asked())["length_km"].sum(), abs=1e-9)


@pytest.mark.parametrize("vintage", ["2023-04", "2025-07"])
def test_page_file_and_caption_speak_of_the_same_communes(asked, vintage):
    data, selection = asked(region=["III"], vintage=[vintage])
    rows = commune_table(data, selection)
    assert 0 < len(rows) < len(data.commune_list)
    assert all("III" in region.split("–") for region in rows["region"])
    content = exports.file_bytes(data, selection, "communes", "geojson")
    codes = [each["properties"]["code"] for each in json.loads(content)["features"]]
    assert codes == list(rows["code"])
    assert "region-III" in file_stem(data, selection, "communes")
    assert place_text(data, selection, "vi").startswith("Khu vực III (ĐBKK), ")
    assert selection.query(data)["region"] == ["III"]


def test_figures_and_targets_are_those_of_the_region_on_either_geography(asked):
    made = {vintage: progress(*asked(region=["III"], vintage=[vintage]))
            for vintage in ("2023-04", "2025-07")}  # fmt: skip
    lines = {vintage: [(line.plan, line.actual) for line in each.lines]
             for vintage, each in made.items()}  # fmt: skip
    assert str(lines["2023-04"]) == str(lines["2025-07"])
    assert not made["2023-04"].is_whole
    tiles = {vintage: key_figures(*asked(region=["III"], vintage=[vintage]), lang="vi")
             for vintage in made}  # fmt: skip
    assert tiles["2023-04"] == tiles["2025-07"]
    assert tiles["2023-04"][0].value == "28"


def test_a_unit_of_which_a_part_is_in_the_region_is_found_by_each_of_its_regions(asked):
    data, selection = asked(region=["none"], vintage=["2025-07"])
    mixed = commune_table(data, selection)
    assert mixed["region"].str.startswith("0–").any()
    whole = commune_table(*asked(vintage=["2025-07"]))
    told = {code: set(label.split("–")) for code, label in
            zip(whole["code"], whole["region"].fillna("0"), strict=True)}  # fmt: skip
    assert set(mixed["code"]) == {code for code, parts in told.items() if "0" in parts}


def test_the_command_line_takes_the_flag(capsysbinary):
    assert (
        main(["export", "communes", "--region", "III", "--region", "none", "--format", "csv"]) == 0
    )
    table = pd.read_csv(io.BytesIO(capsysbinary.readouterr().out), dtype={"code": str})
    assert len(table) == 28 + 136
    assert main(["export", "communes", "--region", "IV"]) == 2
    words = capsysbinary.readouterr().err.decode()
    assert "Không có khu vực “IV”. Có thể chọn: III, II, I, none" in words


def test_every_filter_is_worded_in_both_languages(data):
    for lang in ("vi", "en"):
        for each in FILTERS:
            options = [str(option) for option in each.options(data)]
            assert options
            assert each.option_words(data, options[0], lang)


def test_of_a_unit_put_together_page_and_file_say_how_much_is_in_the_region(asked):
    """Xã Sơn Hải: of its former communes some are in region III, others in region I."""
    data, selection = asked(region=["III"], vintage=["2025-07"])
    view = map_view(data, selection, Classing(), lang="vi")
    shares = data.region_shares(2023).query("region == 'III'").set_index("code")
    file = json.loads(exports.file_bytes(data, selection, "communes", "geojson"))
    told = {each["properties"]["code"]: each["properties"] for each in file["features"]}
    for code, words in zip(view.table["code"], view.table["region_parts"], strict=True):
        parts, of = shares.loc[code, ["parts", "of"]]
        assert ("Toàn bộ" if parts == of else f"Khu vực III: {parts}/{of} xã cũ") in words
        assert told[code]["region_iii_communes"] == parts
    assert "region_i_communes" not in told[code]

    both = map_view(*asked(region=["I", "none"], vintage=["2025-07"]), Classing(), lang="vi")
    assert both.table["region_parts"].str.contains("; ").any()
    plain = map_view(*asked(region=["III"]), Classing(), lang="vi")
    assert "region_parts" not in plain.table


def test_a_file_filtered_by_another_region_says_how_much_of_a_unit_is_there(asked):
    data, selection = asked(region=["none"], vintage=["2025-07"])
    file = json.loads(exports.file_bytes(data, selection, "communes", "geojson"))
    shares = data.region_shares(2023).query("region == ''").set_index("code")["parts"]
    for each in (feature["properties"] for feature in file["features"]):
        assert each["region_none_communes"] == shares[each["code"]]
