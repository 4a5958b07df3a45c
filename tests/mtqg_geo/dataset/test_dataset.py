import shutil
from dataclasses import FrozenInstanceError, replace
from hashlib import sha256

import pandas as pd
import pytest

from geo.boundaries import read_level
from mtqg_geo.dataset.dataset import current_dataset, load_dataset
from mtqg_geo.programme.catalog import DATA
from mtqg_geo.programme.errors import DatasetError
from mtqg_geo.programme.frames import with_unsaid
from mtqg_geo.programme.tables import OBSERVATIONS
from mtqg_geo.store.batches import commit_batch
from mtqg_geo.store.rights import Who
from tests.mtqg_geo.conftest import COLUMNS


@pytest.fixture
def root(tmp_path):
    shutil.copytree(DATA / "programme", tmp_path / "programme")
    shutil.copytree(DATA / "sample", tmp_path / "sample", ignore=shutil.ignore_patterns("build"))
    (tmp_path / "boundaries").mkdir()
    shutil.copy(DATA / "boundaries" / "catalog.toml", tmp_path / "boundaries")
    shutil.copytree(DATA / "boundaries" / "2023-04", tmp_path / "boundaries" / "2023-04")
    return tmp_path


def change_line(path, number, edit):
    lines = path.read_text(encoding="utf-8").split("\n")
    lines[number] = edit(lines[number])
    path.write_text("\n".join(lines), encoding="utf-8")


def test_all_units_are_there_with_text_codes_in_their_order(data):
    assert len(data.communes) == 209
    assert len(data.districts) == 10
    assert data.communes["code"].is_monotonic_increasing
    assert data.communes["code"].str.fullmatch(r"0\d{4}").all()


def test_what_is_read_later_is_of_the_state_that_was_loaded(own_store):
    def load(value):
        row = ["07219", "OP05", "DA4", "2023", "plan", value, "Báo cáo"]
        table = pd.DataFrame([row], columns=COLUMNS)
        commit_batch(own_store, {"observations": with_unsaid(table, OBSERVATIONS)},
                     file_name="a", content=b"", who=Who("Lan"))  # fmt: skip
        return current_dataset()

    before = load(1.0)
    after = load(2.0)
    assert after.observed("OP05", 2023)["value"].tolist() == [2.0]
    assert before.observed("OP05", 2023)["value"].tolist() == [1.0]
    assert before.observations.counts.rows == 1


def test_the_join_accounts_for_every_unit_and_every_row(data):
    join = data.join
    assert len(join.matched) + len(join.unmatched_units) == len(data.communes)
    assert len(join.matched) + len(join.unmatched_rows) == len(data.regions)


def test_the_parts_of_a_road_are_as_long_as_the_road(data):
    parts = data.pieces.groupby("id")["length_km"].sum()
    whole = data.roads.set_index("id")["length_km"]
    assert parts.reindex(whole.index).to_numpy() == pytest.approx(whole.to_numpy(), rel=1e-9)


def test_a_road_names_the_communes_it_crosses(data):
    for road, codes in zip(data.roads["id"], data.roads["commune_codes"], strict=True):
        assert codes == sorted(data.pieces.loc[data.pieces["id"] == road, "code"])


def test_an_empty_cell_is_missing_and_a_zero_is_a_value(data):
    assert data.observations.table()["value"].isna().any()
    assert (data.observations.table()["value"] == 0).any()


def test_a_status_left_empty_is_not_reported(data):
    assert set(data.sites["status"]) == {
        "completed", "under_construction", "planned", "not_reported",
    }  # fmt: skip


def test_the_sample_says_that_it_is_illustrative(data):
    assert data.is_illustrative


def test_the_latest_period_is_the_last_quarter_with_a_figure(data):
    assert data.latest_period == "2024-Q2"


def test_a_data_set_cannot_be_changed(data):
    with pytest.raises(FrozenInstanceError):
        data.fingerprint = "other"


def test_a_region_changed_within_a_year_counts_once_and_the_later_one(data):
    first = data.regions.iloc[[0]]
    later = first.assign(region="I", valid_from="2023-07-01")
    changed = replace(data, regions=pd.concat([later, first], ignore_index=True))
    assert changed.regions_in(2022).tolist() == ["III"]
    assert changed.regions_in(2023).tolist() == ["I"]


@pytest.mark.parametrize(
    ("file", "edit", "message"),
    [
        ("observations.csv", lambda row: "99999" + row[5:], "1 communes of observations.csv do not"),
        ("observations.csv", lambda row: row.replace("CX01", "CX99"), "indicators of obs.*'CX99'"),
        ("observations.csv", lambda row: row.replace("actual", "actaul"), "bases of obs.*'actaul'"),
        ("observations.csv", lambda row: row.replace(",2022,", ",2022-Q5,"), "periods are neither"),
        ("observations.csv", lambda row: row.replace("1585", "nhiều"), "values of obs.* no numbers"),
        ("regions.csv", lambda row: row.replace(",III,", ",IV,"), "regions of regions.csv.*'IV'"),
        ("sites.csv", lambda row: row.replace(",other,", ",casino,"), "facility types.*'casino'"),
        ("sites.csv", lambda row: row.replace(",DA6,", ",DA66,"), "projects of sites.csv.*'DA66'"),
        ("sites.csv", lambda row: row.replace("CT-2022-001", "CT-2022-002"), "ids of sites.csv come"),
    ],
)  # fmt: skip
def test_data_that_cannot_be_true_are_refused_in_one_sentence(root, file, edit, message):
    change_line(root / "sample" / file, 1, edit)
    with pytest.raises(DatasetError, match=message):
        load_dataset(root)


def test_a_figure_that_is_there_twice_is_refused(root):
    path = root / "sample" / "observations.csv"
    change_line(path, 1, lambda row: f"{row}\n{row}")
    with pytest.raises(DatasetError, match=r"1 rows of observations\.csv come twice"):
        load_dataset(root)


def test_a_boundary_set_with_nothing_to_draw_is_refused(data, tmp_path):
    layers = {}
    for level in ("commune", "district"):
        layers[level] = tmp_path / f"{level}s.parquet"
        units = read_level(data.boundary_set, level).head(1)
        units.assign(code="00001").to_parquet(layers[level])
    elsewhere = replace(
        data.boundary_set,
        name="Tỉnh khác",
        levels=layers,
        sha256={level: sha256(path.read_bytes()).hexdigest() for level, path in layers.items()},
    )
    with pytest.raises(DatasetError, match="Tỉnh khác has none of the 209 communes"):
        load_dataset(DATA, elsewhere)


def test_the_fingerprint_changes_with_a_figure(data, root):
    assert load_dataset(root).fingerprint == data.fingerprint
    change_line(root / "sample" / "observations.csv", 1, lambda row: row.replace("1585", "1586"))
    assert load_dataset(root).fingerprint != data.fingerprint
