"""What a file of communes says when money of one source alone counts."""

from dataclasses import replace

import pandas as pd

from mtqg_geo.dataset.capital import of_capital
from mtqg_geo.dataset.tables import ObservationsInMemory
from mtqg_geo.exports.files import FileOptions, file_note, layer


def test_a_wide_file_holds_the_sum_and_of_a_source_that_alone(data, select):
    rows = data.observations.table()
    money = (rows["indicator"] == "FI01") & (rows["basis"] == "plan") & (rows["period"] == "2023")
    half = rows[money].assign(value=rows.loc[money, "value"] / 2, capital_source="central")
    rest = rows[money].assign(value=rows.loc[money, "value"] / 2, capital_source="local")
    parts = replace(
        data,
        observations=ObservationsInMemory(pd.concat([rows[~money], half, rest], ignore_index=True)),
    )
    query = {"indicator": ["FI01"], "basis": ["plan"]}
    whole, of_centre = select(**query), select(**query, capital_source=["central"])

    every = layer(parts, whole, "communes")
    assert every["plan_vnd"].sum() == 635_000_000_000
    assert "capital_source" not in every
    central = layer(of_capital(parts, of_centre.capital), of_centre, "communes")
    assert central["plan_vnd"].sum() == 635_000_000_000 / 2
    assert set(central["capital_source"]) == {"central"}
    note = file_note(parts, of_centre, "communes", central, FileOptions())
    assert "Số tiền chỉ tính nguồn: Ngân sách trung ương" in note
