"""The profile says where a figure was read from, and of a unit put together where to look."""

from types import SimpleNamespace

import pytest

from mtqg_geo.communes.lineage import unit_history, vintages
from mtqg_geo.ui.map import profile


@pytest.mark.parametrize(
    ("code", "vintage", "words"),
    [
        # Made of six communes; its code was that of one of them, which is not in the programme.
        ("07288", "2025-07", "do các đơn vị khi đó báo cáo"),
        ("07288", "2023-04", "chưa có số liệu nào được nạp"),
    ],
)
def test_a_unit_put_together_does_not_pass_off_its_namesake_as_its_source(
    monkeypatch, code, vintage, words
):
    monkeypatch.setattr(profile, "origins", lambda *_: ())
    state = SimpleNamespace(
        lang="vi",
        data=SimpleNamespace(store=object()),
        selection=SimpleNamespace(vintage=vintage, year=2023),
    )
    kin = unit_history(code, vintage, others=vintages())
    assert words in profile._origins(state, SimpleNamespace(code=code, lines=()), kin)
