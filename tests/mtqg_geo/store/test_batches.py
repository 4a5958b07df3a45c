"""Imports on both databases: compared, stored whole, undone."""

import threading

import pandas as pd
import pytest

from mtqg_geo.programme.errors import Cancelled, StoreError
from mtqg_geo.programme.words import error_text
from mtqg_geo.store import comparing
from mtqg_geo.store.batches import batches, commit_batch, undo_batch
from mtqg_geo.store.comparing import MOST_CHANGES, compare
from mtqg_geo.store.live import state_version, visible
from mtqg_geo.store.rights import Who
from mtqg_geo.store.staging import staged
from tests.mtqg_geo.store.records import kept_file, versions, visible_digest

KEY = {
    "indicator": "CX01", "period": "2023", "commune_code": "00001", "project": "",
    "basis": "actual",
}  # fmt: skip


def test_what_is_committed_is_visible_and_counted(load, figures, shown):
    batch = load(observations=figures({"00001": 1.5, "00002": None}), rejected={"sites": 3})

    assert shown() == {"00001": 1.5, "00002": None}
    assert (batch.id, batch.who, batch.undone_at) == (1, "Lan", "")
    assert batch.counts == {
        "observations": {"new": 2, "changed": 0, "unchanged": 0, "rejected": 0},
        "sites": {"new": 0, "changed": 0, "unchanged": 0, "rejected": 3},
    }


def test_every_kind_comes_back_as_it_was_stored(store, load, works):
    sites, roads = works[0]({"S1": "Chợ"}, lon=float("nan")), works[1]({"R1": "Đường"}, year=pd.NA)
    region = pd.DataFrame(
        {"commune_code": ["00001"], "region": "III", "valid_from": "2021-01-01", "valid_to": "",
         "decision": "861/QĐ-TTg", "source": "", "sheet": "x", "row": 2}
    )  # fmt: skip
    lineage = pd.DataFrame(
        {"from_code": ["00001"], "to_code": "00002", "day": "2025-07-01", "change": "merge",
         "share": 1.0, "share_basis": "whole", "resolution": "1", "confidence": "high",
         "source": "", "sheet": "x", "row": 2}
    )  # fmt: skip
    tables = {"sites": sites, "roads": roads, "region": region, "lineage": lineage}
    load(**tables)

    for kind, table in tables.items():
        found = visible(store, kind)
        assert (found["batch_id"] == 1).all()
        same = found.drop(columns="batch_id").reindex(columns=table.columns)
        pd.testing.assert_frame_equal(same, table.astype(same.dtypes))
    assert visible(store, "sites").dtypes.astype(str)[["lon", "year", "name"]].tolist() == [
        "float64", "Int64", "str",
    ]  # fmt: skip


def test_the_newest_batch_counts_and_undoing_it_brings_the_older_back(store, load, figures, shown):
    load(observations=figures({"00001": 1, "00002": 2}))
    before = visible_digest(store)
    second = load(observations=figures({"00001": 5, "00003": 3}), file_name="b.xlsx")
    assert shown() == {"00001": 5, "00002": 2, "00003": 3}

    undone = undo_batch(store, second.id, who=Who("Mai"))

    assert (undone.undone_by, undone.undone_at != "") == ("Mai", True)
    assert shown() == {"00001": 1, "00002": 2}
    assert visible_digest(store) == before
    assert [(each.id, each.undone_by) for each in batches(store)] == [(2, "Mai"), (1, "")]


def test_a_batch_is_undone_once(store, load, figures):
    load(observations=figures({"00001": 1}))
    undo_batch(store, 1, who=Who("Mai"))

    with pytest.raises(StoreError, match=r"batch 1 \(a.xlsx\) was already undone by Mai") as caught:
        undo_batch(store, 1, who=Who("Lan"))
    assert caught.value.code == "already_undone"
    with pytest.raises(StoreError, match="no batch 7") as caught:
        undo_batch(store, 7, who=Who("Lan"))
    assert caught.value.code == "no_batch"


def test_undoing_a_confirmed_value_leaves_what_confirmed_it(store, load, figures, shown):
    load(observations=figures({"00001": 1}))
    load(observations=figures({"00001": 1, "00002": 2}), file_name="b.xlsx")

    undo_batch(store, 1, who=Who("Mai"))

    assert shown() == {"00001": 1, "00002": 2}


def test_a_file_that_changes_nothing_is_no_batch(store, load, figures):
    load(observations=figures({"00001": 1, "00002": None}))
    before = state_version(store)

    assert load(observations=figures({"00001": 1, "00002": None}, source="Other")) is None
    assert load() is None
    assert (len(batches(store)), state_version(store)) == (1, before)


def test_the_comparison_lists_each_changed_value(store, load, works):
    load(sites=works[0]({"S1": "Chợ A", "S2": "Chợ B"}))
    other = works[0]({"S1": "Chợ A mới", "S2": "Chợ B", "S3": "C"}, source="B", row=[7, 8, 9])

    found = compare(store, {"sites": other.assign(lon=[106.5, float("nan"), 106.5])})["sites"]

    assert (found.new, found.changed, found.unchanged) == (1, 2, 0)
    listed = found.changes.astype(object).where(found.changes.notna(), None).to_dict("records")
    assert listed == [
        {"id": "S1", "column": "name", "old": "Chợ A", "new": "Chợ A mới",
         "sheet": "Công trình", "row": 7, "old_batch_id": 1},
        {"id": "S2", "column": "lon", "old": 106.5, "new": None,
         "sheet": "Công trình", "row": 8, "old_batch_id": 1},
    ]  # fmt: skip


def test_comparing_stores_nothing(store, load, figures, shown):
    load(observations=figures({"00001": 1}))
    before = (state_version(store), visible_digest(store))

    compare(store, {"observations": figures({"00001": 2, "00002": 2})})

    assert (state_version(store), visible_digest(store)) == before


@pytest.mark.few(7)
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("lon", 106.5000000000001),
        ("status", ""),
        ("year", 2024),
        ("year", pd.NA),
        ("name", "chợ A"),
    ],
)
def test_the_smallest_difference_is_a_change(store, load, works, column, value):
    load(sites=works[0]({"S1": "Chợ A"}))

    found = compare(store, {"sites": works[0]({"S1": "Chợ A"}, **{column: value})})["sites"]

    assert (found.new, found.changed, found.unchanged) == (0, 1, 0)
    assert found.changes["column"].tolist() == [column]


def test_a_shape_that_differs_in_one_byte_is_a_change(store, load, works):
    load(roads=works[1]({"R1": "Đường"}))

    same = compare(store, {"roads": works[1]({"R1": "Đường"})})["roads"]
    other = compare(store, {"roads": works[1]({"R1": "Đường"}, geometry=[b"\x01\x00\xfe"])})[
        "roads"
    ]

    assert (same.changed, other.changed) == (0, 1)


def test_missing_is_the_same_as_missing_and_not_zero(store, load, figures):
    load(observations=figures({"00001": None, "00002": None}))

    found = compare(store, {"observations": figures({"00001": None, "00002": 0})})["observations"]

    assert (found.changed, found.unchanged) == (1, 1)


@pytest.mark.few(1)
def test_changes_are_listed_up_to_a_limit_and_all_counted(store, load, figures):
    many = {f"{code:05}": 1.0 for code in range(MOST_CHANGES + 50)}
    load(observations=figures(many))

    found = compare(store, {"observations": figures(dict.fromkeys(many, 2.0))})["observations"]

    assert (len(found.changes), found.changed) == (MOST_CHANGES, MOST_CHANGES + 50)


def test_of_many_changes_the_largest_are_listed_and_of_new_rows_the_first(
    store, load, figures, monkeypatch
):
    monkeypatch.setattr(comparing, "MOST_CHANGES", 3)
    monkeypatch.setattr(comparing, "PART", 2)  # what is largest is told across parts
    load(observations=figures({"00001": 10, "00002": 10, "00003": 1, "00004": 0, "00005": 5}))
    new = {"00001": 11, "00002": 90, "00003": 2, "00004": 7, "00005": None}
    more = {"00006": 1, "00007": 2, "00008": 3, "00009": 4}

    found = compare(store, {"observations": figures(new | more)})["observations"]

    assert (found.changed, found.new) == (5, 4)
    # From 0 to 7 and from 5 to none is all of it; from 10 to 90 is eight tenths.
    assert found.changes["commune_code"].tolist() == ["00004", "00005", "00002"]
    assert found.additions["commune_code"].tolist() == ["00006", "00007", "00008"]
    assert found.additions["value"].tolist() == [1, 2, 3]


def test_a_key_twice_in_a_file_is_refused_with_an_example(store, load, figures):
    twice = pd.concat([figures({"00001": 1, "00002": 2}), figures({"00001": 3})])

    with pytest.raises(StoreError, match=r"^1 rows repeat .* \(first: CX01 · 2023 · 00001"):
        load(observations=twice)
    assert batches(store) == ()


def test_a_change_made_meanwhile_is_not_overwritten_unseen(store, load, figures, shown):
    load(observations=figures({"00001": 1, "00002": 2}))
    mine = figures({"00001": 10, "00002": 20})
    looked_at = compare(store, {"observations": mine})
    load(observations=figures({"00002": 5}), who="Mai", file_name="b.xlsx")

    with pytest.raises(StoreError) as caught:
        load(observations=mine, expected=looked_at)

    assert caught.value.code == "changed_since"
    assert "1 values were changed by Mai" in str(caught.value)
    assert "(first: CX01 · 2023 · 00002 · actual)" in str(caught.value)
    assert "1 giá trị đã được Mai thay đổi" in error_text(caught.value, "vi")
    assert shown() == {"00001": 1, "00002": 5}
    assert load(observations=mine, expected=compare(store, {"observations": mine})).id == 3


def test_a_change_elsewhere_does_not_matter(store, load, figures):
    mine = figures({"00001": 10})
    looked_at = compare(store, {"observations": mine})
    load(observations=figures({"00002": 5}), who="Mai")

    assert load(observations=mine, expected=looked_at).id == 2


def test_an_undo_meanwhile_is_noticed_too(store, load, figures):
    load(observations=figures({"00001": 1}))
    mine = figures({"00001": 10})
    looked_at = compare(store, {"observations": mine})
    undo_batch(store, 1, who=Who("Hoa"))

    with pytest.raises(StoreError, match=r"1 values were changed by Hoa .* \(first: CX01 · 2023"):
        load(observations=mine, expected=looked_at)


def test_progress_goes_up_to_the_end(load, figures):
    heard = []
    load(
        observations=figures({"00001": 1}),
        progress=lambda share, words: heard.append((share, words)),
    )

    shares = [share for share, _ in heard]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert [words for _, words in heard][-2:] == ["store_step_storing", "store_step_committing"]


@pytest.mark.parametrize("checks", range(1, 6))
def test_cancelled_at_any_moment_nothing_is_stored(store, load, figures, checks):
    load(observations=figures({"00009": 9}))
    before = (state_version(store), visible_digest(store))
    left = iter([*[False] * (checks - 1), True])

    with pytest.raises(Cancelled) as stopped:
        load(observations=figures({"00001": 1}), cancelled=lambda: next(left))
    assert error_text(stopped.value, "vi").startswith("Đã dừng theo yêu cầu")
    assert (state_version(store), visible_digest(store)) == before


def test_an_error_in_the_middle_leaves_nothing_behind(store, load, figures, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("mtqg_geo.store.batches.log", broken)
    with pytest.raises(RuntimeError):
        load(observations=figures({"00001": 1}))
    monkeypatch.undo()

    assert batches(store) == ()
    assert len(visible(store, "observations")) == 0
    assert load(observations=figures({"00001": 1})).id == 1


def test_the_file_is_kept_once(store, load, figures):
    first = load(observations=figures({"00001": 1}), content=b"one file")
    again = load(observations=figures({"00001": 2}), content=b"one file")

    assert first.file_sha256 == again.file_sha256
    assert kept_file(store, first.file_sha256) == b"one file"


def test_nothing_that_was_stored_is_lost(store, load, figures):
    load(observations=figures({"00001": 1}), who="Lan", file_name="quý 1.xlsx")
    load(observations=figures({"00001": None}, row=9), who="Mai", file_name="quý 2.xlsx")
    undo_batch(store, 2, who=Who("Lan"))

    newest, oldest = versions(store, "observations", KEY)

    assert (newest.batch_id, newest.sheet, newest.row, newest.value) == (2, "Xã", 9, None)
    assert (oldest.batch_id, oldest.value) == (1, 1)


@pytest.mark.long
def test_one_import_waits_for_another(store, load, figures):
    """Both are stored, one after the other, though the first holds the right to write."""
    inside, go_on = threading.Event(), threading.Event()

    def slowly(share, _words):
        if share > 0.7:
            inside.set()
            assert go_on.wait(60)

    first = threading.Thread(
        target=load, kwargs={"observations": figures({"00001": 1}), "progress": slowly}
    )
    second = threading.Thread(target=load, kwargs={"observations": figures({"00001": 2})})
    first.start()
    assert inside.wait(60)
    second.start()
    assert len(batches(store)) == 0  # a reader does not wait
    go_on.set()
    first.join()
    second.join()

    assert [each.id for each in batches(store)] == [2, 1]
    assert visible(store, "observations")["value"].tolist() == [2]


def test_nothing_temporary_is_left(store, load, figures):
    tables = {"observations": figures({"00001": 1})}
    for _ in range(2):  # the same connection again, from the pool
        with store.engine.connect() as connection, staged(connection, tables) as waiting:
            assert waiting["observations"].rows == 1


def test_texts_are_kept_to_the_letter(store, figures):
    # composed and decomposed, quotes, tabs, backslashes, what COPY means by "no value"
    texts = ["Đông Vương", "Đông", "a'b\"c", "a\tb\nc\\d", "\\N", " x ", "=1+1", "😀"]
    codes = {f"{i:05}": float(i) for i in range(len(texts))}
    table = figures(codes).assign(source=texts)

    commit_batch(store, {"observations": table}, file_name="a.csv", content=b"", who=Who(""))

    assert visible(store, "observations")["source"].tolist() == texts


def test_what_is_no_character_does_not_stop_an_import(store, load, figures):
    texts = pd.Series(["a\0b\ud83dc"], dtype=object)  # Arrow would refuse it
    load(observations=figures({"00001": 1}).assign(source=texts))

    assert visible(store, "observations")["source"].tolist() == ["ab?c"]


def test_numbers_are_kept_to_the_last_bit(store, figures):
    numbers = [0.1 + 0.2, 1e-320, 1.7976931348623157e308, -0.0, 2**53 + 0.0, 635e9, 1 / 3]
    table = figures({f"{i:05}": value for i, value in enumerate(numbers)})

    commit_batch(store, {"observations": table}, file_name="a.csv", content=b"", who=Who(""))

    assert visible(store, "observations")["value"].tolist() == numbers
    assert compare(store, {"observations": table})["observations"].unchanged == len(numbers)


@pytest.mark.parametrize("dtype", ["category", "object", "str", "string"])
def test_any_kind_of_text_column_will_do(store, load, figures, shown, dtype):
    table = figures({"00001": 1})
    texts = ["commune_code", "indicator", "project", "period", "basis", "source", "sheet"]
    load(observations=table.astype(dict.fromkeys(texts, dtype)))

    assert shown() == {"00001": 1}
    assert compare(store, {"observations": table})["observations"].unchanged == 1


def test_cost_and_dates_are_kept_as_they_came_and_missing_ones_stay_missing(store, load, works):
    sites, _ = works
    told = {"cost_vnd": [1_250_500_000.0, 0.0], "started_on": ["2022-03", ""]}
    load(sites=sites({"CT1": "Chợ Một", "CT2": "Chợ Hai"}, **told, completed_on="2023"))
    load(sites=sites({"CT3": "Chợ Ba"}))  # as versions of before give it
    columns = ["cost_vnd", "started_on", "completed_on"]
    rows = visible(store, "sites").set_index("id")[columns].astype(object)
    assert rows.loc["CT1"].to_list() == [1_250_500_000.0, "2022-03", "2023"]
    assert rows.loc["CT2"].to_list() == [0.0, "", "2023"]
    assert rows.loc["CT3"].to_list()[1:] == ["", ""]
    assert rows["cost_vnd"].isna().to_list() == [False, False, True]  # nothing is not zero
