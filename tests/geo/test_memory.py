import gc
import sys
import tracemalloc
import weakref

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from geo.memory import (
    give_back,
    keep_together,
    machine_memory_bytes,
    resident_bytes,
    roughly_bytes,
)


class Knot:
    """Something that holds itself, as the parts of a session of a page do."""

    def __init__(self):
        self.me = self


def test_the_memory_of_this_machine_is_known():
    assert machine_memory_bytes() > 500_000_000
    if sys.platform == "linux":
        assert 10_000_000 < resident_bytes() < machine_memory_bytes()


def test_what_nobody_holds_is_given_back():
    gc.disable()
    try:
        held = weakref.ref(Knot())
        assert held() is not None
        give_back()
        assert held() is None
    finally:
        gc.enable()


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "made",
    [
        lambda: pd.DataFrame({"xã": pd.Series([f"xã {n}" for n in range(20_000)], dtype=object)}),
        lambda: pd.DataFrame({"a": np.arange(50_000.0), "b": 1}),
        lambda: {"rows": [{"row": n, "value": str(n) * 9, "codes": (n, n)} for n in range(20_000)]},
    ],
)
def test_what_a_thing_holds_is_known_roughly(made):
    gc.collect()
    tracemalloc.start()
    try:
        held = made()
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert 0.5 < roughly_bytes(held) / taken < 2


def test_texts_that_arrow_holds_count_once():
    names = pd.Series([f"xã {n}" for n in range(20_000)], dtype="str")
    assert 0.8 < roughly_bytes(pd.DataFrame({"xã": names})) / names.nbytes < 1.3


def test_the_corners_of_shapes_count():
    ring = np.column_stack([np.linspace(0, 1, 10_000), np.linspace(0, 1, 10_000) ** 2])
    shapes = gpd.GeoDataFrame(geometry=gpd.GeoSeries.from_wkt(["POINT (0 0)"] * 3))
    larger = shapes.assign(geometry=[gpd.points_from_xy(*ring.T).union_all()] * 3)
    assert 100_000 < roughly_bytes(larger) - roughly_bytes(shapes) < 1_000_000


def test_arrow_takes_its_memory_where_everything_else_does():
    before = pa.default_memory_pool()
    try:
        keep_together()
        assert pa.default_memory_pool().backend_name == "system"
        held = pa.default_memory_pool().bytes_allocated()
        names = pd.Series(["xã " * 1_000] * 100, dtype="str")
        assert pa.default_memory_pool().bytes_allocated() - held > 300_000
        assert len(names) == 100
    finally:
        pa.set_memory_pool(before)
