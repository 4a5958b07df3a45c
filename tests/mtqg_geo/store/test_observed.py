"""The slice of one indicator and year, and what all observations amount to."""

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from threading import Event

import numpy as np
import pandas as pd
import pytest

from mtqg_geo.store import observed as module
from mtqg_geo.store.batches import undo_batch
from mtqg_geo.store.live import is_illustrative, shown_now, state_version, visible
from mtqg_geo.store.observed import COLUMNS, ObservationSummary, observed, origins, summary
from mtqg_geo.store.rights import Who


def values(table):
    return dict(zip(table["commune_code"] + " " + table["period"], table["value"], strict=True))


def test_a_slice_holds_the_year_and_its_quarters_and_nothing_else(store, load, figures):
    parts = [
        figures({"00001": 1.0}, period=period)
        for period in ("2022-Q4", "2023", "2023-Q1", "2023-Q4", "2024")
    ]
    load(observations=pd.concat([*parts, figures({"00001": 9.0}, indicator="CX010")]))

    found = observed(store, "CX01", 2023)

    assert list(found.columns) == COLUMNS
    assert set(found["period"]) == {"2023", "2023-Q1", "2023-Q4"}
    assert set(found["indicator"]) == {"CX01"}
    assert found.dtypes[["value", "batch_id"]].tolist() == [np.float64, np.int64]
    assert {found[name].dtype.kind for name in ("commune_code", "indicator", "source")} == {"O"}


def test_a_slice_can_be_of_some_communes(store, load, figures):
    load(observations=figures({"00001": 1, "00002": 2, "00003": 3}))

    assert set(observed(store, "CX01", 2023, communes={"00001", "00003"})["value"]) == {1, 3}
    assert len(observed(store, "CX01", 2023, communes=())) == 0


def test_an_absent_slice_is_an_empty_table_of_the_same_columns(store, load, figures):
    load(observations=figures({"00001": 1}))

    for found in (observed(store, "CX99", 2023), observed(store, "CX01", 1999)):
        assert (len(found), list(found.columns)) == (0, COLUMNS)
        assert found["value"].dtype == np.float64


def test_the_newest_value_of_each_key_counts_also_a_missing_one(store, load, figures):
    load(observations=figures({"00001": 1, "00002": 2}))
    load(observations=figures({"00002": None}), file_name="b")
    load(observations=figures({"00001": 5}), file_name="c")

    found = observed(store, "CX01", 2023)
    assert found.set_index("commune_code")["batch_id"].to_dict() == {"00001": 3, "00002": 2}
    assert found.set_index("commune_code")["value"].isna().to_dict() == {
        "00001": False, "00002": True,
    }  # fmt: skip
    assert values(found) == pytest.approx(values(visible(store, "observations")), nan_ok=True)


def test_made_up_data_vanish_with_the_first_real_file_and_come_back_without(store, load, figures):
    load(observations=figures({"00001": 1, "00002": 2}), illustrative=True)
    assert is_illustrative(store)
    assert summary(store).illustrative == 2

    load(observations=figures({"00001": 5}))
    assert not is_illustrative(store)
    assert values(observed(store, "CX01", 2023)) == {"00001 2023": 5}
    assert summary(store).illustrative == 0

    undo_batch(store, 2, who=Who("Lan"))
    assert is_illustrative(store)
    assert values(observed(store, "CX01", 2023)) == {"00001 2023": 1, "00002 2023": 2}


def test_real_sites_hide_made_up_observations_too(store, load, figures, works):
    load(observations=figures({"00001": 1}), illustrative=True)
    load(sites=works[0]({"S1": "Chợ"}))

    assert len(visible(store, "observations")) == 0
    assert len(visible(store, "sites")) == 1


def test_made_up_data_loaded_after_real_ones_stay_hidden(store, load, figures):
    load(observations=figures({"00001": 1}))
    batch = load(observations=figures({"00001": 1}), illustrative=True)

    assert batch.counts["observations"]["new"] == 1  # compared with made-up data only
    assert not is_illustrative(store)
    assert observed(store, "CX01", 2023)["batch_id"].tolist() == [1]


def test_the_summary_counts_what_is_visible(store, load, figures):
    load(observations=figures({"00001": 1, "00002": 2}, period="2024-Q1"))
    load(
        observations=pd.concat(
            [
                figures({"00001": None, "00002": None}, period="2024-Q1"),
                figures({"00003": 3}, period="2023-Q4"),
                figures({"00003": 3}, period="2025"),
            ]
        )
    )

    assert summary(store) == ObservationSummary(
        rows=4, empty=2, communes=3, illustrative=0, latest_period="2023-Q4",
        years=(2023, 2024, 2025),
    )  # fmt: skip
    undo_batch(store, 2, who=Who("Lan"))
    assert summary(store) == ObservationSummary(
        rows=2, empty=0, communes=2, illustrative=0, latest_period="2024-Q1", years=(2024,)
    )


def test_of_many_who_ask_after_a_load_one_counts(store, load, figures, monkeypatch):
    load(observations=figures({"00001": 1}))
    counted, goes_on, last = [], Event(), module._latest_with_value

    def slow(*given):
        counted.append(given)
        goes_on.wait(60)
        return last(*given)

    monkeypatch.setattr(module, "_latest_with_value", slow)
    with ThreadPoolExecutor(4) as pages:
        asked = [pages.submit(summary, store) for _ in range(4)]
        wait(asked, timeout=0.3, return_when=FIRST_COMPLETED)  # enough for a second one to begin
        goes_on.set()
        assert {each.result().rows for each in asked} == {1}
    assert len(counted) == 1


def test_a_state_is_read_alike_whatever_is_loaded_or_undone_after_it(store, load, figures):
    load(observations=figures({"00001": 1, "00002": 2}))
    load(observations=figures({"00002": 3}))
    load(observations=figures({"00001": 9}))
    undo_batch(store, 3, who=Who("Lan"))
    shown, counted = shown_now(store), summary(store)
    before = observed(store, "CX01", 2023)
    everything = visible(store, "observations")

    load(observations=figures({"00001": 5, "00003": 6}))
    undo_batch(store, 2, who=Who("Lan"))

    pd.testing.assert_frame_equal(observed(store, "CX01", 2023, shown=shown), before)
    pd.testing.assert_frame_equal(visible(store, "observations", shown), everything)
    assert summary(store, shown) == counted
    assert [*before["value"]] == [1, 3]
    assert [*observed(store, "CX01", 2023)["value"]] == [5, 2, 6]


def test_the_version_changes_with_every_commit_and_undo(store, load, figures):
    seen = [state_version(store)]
    for action in (
        lambda: load(observations=figures({"00001": 1})),
        lambda: load(observations=figures({"00001": 2})),
        lambda: undo_batch(store, 2, who=Who("Lan")),
        lambda: undo_batch(store, 1, who=Who("Lan")),
    ):
        action()
        seen.append(state_version(store))
    assert len(set(seen)) == len(seen)
    assert state_version(store) == seen[-1]


def test_parts_of_an_amount_are_figures_of_their_own(store, load, figures):
    def money(value, source, kind):
        split = {"capital_source": source, "capital_kind": kind, "basis": "plan"}
        return figures({"00001": value}, indicator="FI01", **split)

    load(observations=money(9, "", ""))
    assert not summary(store).is_split
    parts = [money(5, "central", "investment"), money(3, "central", "regular")]
    load(observations=pd.concat(parts))
    batch = load(observations=money(4, "central", "regular"))

    assert sorted(observed(store, "FI01", 2023)["value"]) == [4, 5, 9]
    found = origins(store, "00001", 2023, ["FI01"])
    assert {(each.capital_source, each.capital_kind): each.value for each in found} == {
        ("", ""): 9, ("central", "investment"): 5, ("central", "regular"): 4,
    }  # fmt: skip
    assert (summary(store).rows, summary(store).is_split) == (3, True)

    undo_batch(store, batch.id, who=Who("Lan"))
    assert sorted(observed(store, "FI01", 2023)["value"]) == [3, 5, 9]
