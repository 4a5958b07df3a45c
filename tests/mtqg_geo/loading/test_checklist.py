"""What is loaded of what a map needs, said until nothing is missing."""

from dataclasses import replace

import pandas as pd
import shapely

from mtqg_geo.dataset.tables import ObservationsInMemory
from mtqg_geo.loading.checklist import absent_words, checklist_words, loaded_parts, parts_of

LINE = shapely.LineString([(106.1, 21.5), (106.9, 21.5)])


def real(dataset):
    """Return the same data as if a province had reported them."""
    tables = {
        name: getattr(dataset, name).assign(source="báo cáo")
        for name in ("regions", "sites", "roads")
    }
    rows = dataset.observations.table().assign(source="báo cáo")
    return replace(dataset, **tables, observations=ObservationsInMemory(rows))


def plan(value, basis="plan"):
    return ("00001", "OP01", "", "2023", basis, value, "báo cáo")


def test_what_is_there_and_what_is_not_is_said(squares):
    half = real(squares(observations=[plan(3.0)]))
    assert dict(loaded_parts(half)) == {
        "regions": True,
        "plan": True,
        "sites": False,
        "roads": False,
    }
    words = "Số liệu chưa nạp đủ: khu vực ✓ · kế hoạch ✓ · công trình ✗ · đường ✗."
    assert checklist_words(half, "vi") == words


def test_a_plan_without_a_value_is_no_plan_and_a_result_is_none(squares):
    given = [plan(float("nan")), plan(5.0, basis="actual")]
    assert not loaded_parts(real(squares(observations=given)))["plan"]


def test_nothing_is_said_of_the_sample_or_when_all_is_there(squares, data):
    whole = squares(
        observations=[plan(3.0)],
        sites=[("S1", "completed", "00001")],
        roads=[("R1", "completed", LINE)],
    )
    assert checklist_words(real(whole), "vi") == ""
    assert checklist_words(data, "vi") == ""


def test_a_file_says_what_will_stay_empty():
    rows = pd.DataFrame({"basis": ["actual"], "value": [3.0]})
    parts = parts_of({"observations": rows, "sites": rows})
    assert absent_words(parts, "vi") == "khu vực, kế hoạch, đường"
