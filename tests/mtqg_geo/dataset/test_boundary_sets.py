import os
import shutil

import geopandas as gpd
import pytest
import shapely

from geo.boundaries import read_level
from geo.errors import BoundaryError
from geo.scratch import scratch_prefix
from mtqg_geo.dataset import boundary_sets as boundary_store
from mtqg_geo.dataset.boundary_sets import (
    available_sets,
    find_set,
    geography_of_set,
    is_usable,
    set_in_use,
    shipped_sets,
    store_set,
    use_set,
)
from mtqg_geo.programme.errors import StoreError
from mtqg_geo.store import boundaries as kept_sets
from mtqg_geo.store.boundaries import use
from mtqg_geo.store.engine import open_store
from mtqg_geo.store.insert_only import log_entries
from mtqg_geo.store.rights import Who


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MTQG_DATA", str(tmp_path / "data"))
    return tmp_path / "data" / "boundaries"


def square(size=1.0, code="07645"):
    return gpd.GeoDataFrame(
        {"code": [code], "name": ["Xã An Lạc"]},
        geometry=[shapely.box(106, 21, 106 + size, 22)],
        crs="EPSG:4326",
    )


def stored(*, size=1.0, vintage="2023-04", name="Sở TNMT", code="07645", **options):
    return store_set(
        {"commune": square(size, code)},
        vintage=vintage, name=name, province="Tỉnh Bắc Giang", accuracy="installed",
        source="xa.zip", licence="–", note={"vi": "a", "en": "b"}, papers={"report.json": b"{}"},
        who=Who("Lan"), **options,
    )  # fmt: skip


def test_without_a_store_the_delivered_set_is_in_use_and_no_folder_is_made(folder):
    assert set_in_use() == shipped_sets()[0]
    assert available_sets() == shipped_sets()
    assert not folder.exists()


def test_a_stored_set_is_read_back_as_it_was(folder):
    kept = stored()
    assert read_level(kept, "commune").geometry.iloc[0].equals(square().geometry.iloc[0])
    assert {path.name for path in (folder / kept.id).iterdir()} == {
        "catalog.toml", "communes.parquet", "report.json",
    }  # fmt: skip
    assert kept.id in {each.id for each in available_sets()}


def test_storing_does_not_put_in_use_and_using_can_be_taken_back():
    kept = stored()
    assert set_in_use() == shipped_sets()[0]
    use_set(kept, who=Who("Lan"))
    assert set_in_use() == kept
    assert shipped_sets()[0] in available_sets()
    use_set(shipped_sets()[0], who=Who("Lan"))
    assert set_in_use() == shipped_sets()[0]


def test_the_same_content_twice_is_one_folder(folder):
    first, second = stored(), stored(name="Tên khác")
    assert first == second
    assert [path.name for path in folder.iterdir()] == [first.id]


@pytest.mark.long
def test_other_content_or_another_vintage_is_another_set():
    ids = {stored().id, stored(size=2.0).id, stored(vintage="2024-01").id}
    assert len(ids) == 3


@pytest.mark.long
def test_a_set_of_another_month_with_the_same_communes_can_be_used():
    later = stored(vintage="2024-06")
    assert is_usable(later)
    use_set(later, who=Who("Lan"))
    assert set_in_use() == set_in_use("2024-06") == later
    use_set(shipped_sets()[0], who=Who("Lan"))
    assert set_in_use() == shipped_sets()[0]


@pytest.mark.parametrize("vintage", ["2019-11", "2025-03", "1975-04"])
def test_a_set_of_other_communes_is_kept_but_never_in_use(vintage):
    kept = stored(vintage=vintage)
    assert kept.id in {each.id for each in available_sets()}
    assert not is_usable(kept)
    with pytest.raises(
        BoundaryError, match=r"on the communes of 2023-04 and 2025-07\. It stays stored\."
    ):
        use_set(kept, who=Who("Lan"))
    assert set_in_use() == set_in_use(vintage) == shipped_sets()[0]


@pytest.mark.parametrize("vintage", ["2025-07", "2026-02"])
def test_a_set_of_the_new_units_is_drawn_on_their_geography_only(vintage):
    kept = stored(vintage=vintage, code="07654")
    assert geography_of_set(kept) == "2025-07"
    use_set(kept, who=Who("Lan"))
    assert set_in_use("2025-07") == set_in_use(vintage) == kept
    assert set_in_use() == set_in_use("2023-04") == shipped_sets()[0]
    use_set(shipped_sets()[1], who=Who("Lan"))
    assert set_in_use("2025-07") == shipped_sets()[1]


def test_a_set_without_a_commune_of_the_programme_is_not_drawn_even_if_chosen_by_hand():
    kept = stored(code="00001")
    use(open_store(), "2023-04", kept.id, who=Who("Lan"))
    assert not is_usable(kept)
    assert set_in_use() == shipped_sets()[0]


def test_boundaries_of_a_month_nobody_has_are_refused():
    with pytest.raises(BoundaryError, match=r"no boundaries of 1975-04; choose one of 2023-04"):
        set_in_use("1975-04")


def test_a_store_that_is_read_only_says_so_and_changes_nothing(folder, monkeypatch):
    kept = stored()
    monkeypatch.setenv("MTQG_READ_ONLY", "1")
    for change in (lambda: stored(size=2.0), lambda: use_set(kept, who=Who("Lan"))):
        with pytest.raises(StoreError, match=r"read-only \(MTQG_READ_ONLY=1\)"):
            change()
    assert set_in_use() == shipped_sets()[0]
    assert [path.name for path in folder.iterdir()] == [kept.id]


def test_a_failure_while_writing_leaves_nothing_and_the_old_set_in_use(folder, monkeypatch):
    old = stored()
    use_set(old, who=Who("Lan"))

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(gpd.GeoDataFrame, "to_parquet", full)
        with pytest.raises(BoundaryError, match="no space left on the disk"):
            stored(size=2.0)
    assert {path.name for path in folder.iterdir()} == {old.id}
    assert set_in_use() == old


def test_there_is_no_copy_before_the_store_knows_the_set(folder, monkeypatch):
    seen = []

    def killed(*_, **__):
        seen.extend(path.name for path in folder.iterdir())
        raise SystemExit

    monkeypatch.setattr(boundary_store, "save_set", killed)
    with pytest.raises(SystemExit):
        stored()
    assert [name.startswith(".new-") for name in seen] == [True]


def test_a_set_whose_copy_cannot_be_written_is_installed_all_the_same(folder, monkeypatch):
    rename = boundary_store.Path.rename

    def only_elsewhere(path, target):
        if path.parent == folder:
            raise OSError(28, "No space left on device")
        return rename(path, target)

    with monkeypatch.context() as broken:
        broken.setattr(boundary_store.Path, "rename", only_elsewhere)
        kept = stored()
    assert [*folder.iterdir()] == []
    assert read_level(kept, "commune").geometry.iloc[0].equals(square().geometry.iloc[0])
    assert kept.id in {each.id for each in available_sets()}


def test_a_copy_deleted_by_hand_comes_back_from_the_store(folder):
    kept = stored()
    use_set(kept, who=Who("Lan"))
    shutil.rmtree(folder)
    assert set_in_use() == kept
    assert read_level(kept, "commune").geometry.iloc[0].equals(square().geometry.iloc[0])
    assert (folder / kept.id / "report.json").read_bytes() == b"{}"


def test_who_may_not_write_copies_draws_the_set_from_one_of_their_own(folder):
    kept = stored()
    use_set(kept, who=Who("Lan"))
    shutil.rmtree(folder)
    folder.write_bytes(b"in the way")
    mine = set_in_use()
    assert mine.id == kept.id
    assert folder not in mine.levels["commune"].parents
    assert read_level(mine, "commune").geometry.iloc[0].equals(square().geometry.iloc[0])
    assert set_in_use() == mine


def test_a_folder_that_the_store_does_not_know_is_not_offered(folder):
    kept = stored()
    shutil.copytree(folder / kept.id, folder / "0123456789ab")
    assert available_sets() == (*shipped_sets(), kept)


def test_a_damaged_copy_is_one_sentence(folder):
    kept = stored()
    (folder / kept.id / "communes.parquet").write_bytes(b"PAR1")
    with pytest.raises(BoundaryError, match="checksum"):
        read_level(kept, "commune")


def test_a_set_is_found_by_id_its_beginning_or_its_name():
    kept = stored()
    assert find_set(kept.id) == find_set(kept.id[:5]) == find_set("Sở TNMT") == kept
    with pytest.raises(BoundaryError, match="0 boundary sets are called"):
        find_set("nowhere")
    stored(size=2.0)
    with pytest.raises(BoundaryError, match="2 boundary sets are called"):
        find_set("Sở TNMT")


def test_a_set_is_kept_and_put_in_use_together_or_not_at_all(folder, monkeypatch):
    old = stored(put_in_use=True)
    assert set_in_use() == old
    before = log_entries(open_store())
    assert [(each.action, each.who) for each in before] == [("use", "Lan"), ("boundaries", "Lan")]
    assert before[1].detail == {"files": 3, "name": "Sở TNMT", "vintage": "2023-04"}

    def broken(*_, **__):
        raise StoreError("the choice cannot be written")

    with monkeypatch.context() as failing:
        failing.setattr(kept_sets, "_choose", broken)
        with pytest.raises(StoreError, match="the choice"):
            stored(size=2.0, put_in_use=True)
    assert available_sets() == (*shipped_sets(), old)
    assert [path.name for path in folder.iterdir()] == [old.id]
    assert log_entries(open_store()) == before


def test_what_a_killed_installation_left_is_swept_and_sets_are_not(folder, monkeypatch, tmp_path):
    kept = stored()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(boundary_store.tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    dead = scratch_prefix().replace(str(os.getpid()), "999999999")
    for where in (folder, tmp_path / "tmp"):
        (where / f"{dead}abc").mkdir()
        (where / f"{scratch_prefix()}abc").mkdir()  # at work
    boundary_store.sweep_leftovers()
    alive = f"{scratch_prefix()}abc"
    assert {path.name for path in folder.iterdir()} == {kept.id, alive}
    assert [path.name for path in (tmp_path / "tmp").iterdir()] == [alive]
