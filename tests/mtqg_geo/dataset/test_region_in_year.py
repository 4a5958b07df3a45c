"""A commune that changes its region within the year, on the units of 2025 as on its own."""

from dataclasses import replace

import pandas as pd
import pytest

from mtqg_geo.dataset.vintages import restated
from mtqg_geo.figures.values import commune_values, total, was_difficult
from mtqg_geo.programme.model import Basis

GIAO_LIEM = "07636"  # of region III, planned to leave in 2023


@pytest.fixture(scope="module")
def left(data):
    """Return the delivered data with Giáo Liêm in region I from 1 October 2023 on."""
    rows = data.regions.copy()
    commune = rows["commune_code"] == GIAO_LIEM
    assert rows.loc[commune, "region"].tolist() == ["III"]
    after = rows[commune].assign(region="I", valid_from="2023-10-01")
    rows.loc[commune, "valid_to"] = "2023-09-30"
    return replace(data, regions=pd.concat([rows, after], ignore_index=True))


def planned_to_leave(shown):
    indicator = shown.catalog.indicators["OC03"]
    return total(commune_values(shown, indicator, year=2023, basis=Basis.PLAN), indicator)


def test_it_still_counts_among_the_communes_planned_to_leave(data, left):
    assert planned_to_leave(data).value == planned_to_leave(left).value == 4
    assert was_difficult(left, 2023).sum() == 28
    assert was_difficult(left, 2024).sum() == 27


def test_on_the_units_of_2025_the_total_is_the_same(left):
    units = restated(left, "2025-07")
    assert planned_to_leave(units).value == 4
    assert planned_to_leave(units).communes_missing == planned_to_leave(left).communes_missing


def test_a_unit_put_together_of_region_iii_alone_was_difficult_that_year(data, left):
    before, after = (restated(each, "2025-07") for each in (data, left))
    assert was_difficult(before, 2023).tolist() == was_difficult(after, 2023).tolist()
    assert after.regions_in(2023).to_dict() != before.regions_in(2023).to_dict()
