import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.report.map.page import ground_length
from mtqg_geo.report.map.window import BAR_PARTS, FAR_MM, denominator, grid_step_m, scale_bar

LENGTHS = st.floats(min_value=100, max_value=2_000_000)
SCALES = st.integers(min_value=5_000, max_value=5_000_000)


@pytest.mark.parametrize(
    ("extent_m", "room_mm", "scale"),
    [
        ((121_000, 55_400), (265, 130), 500_000),  # 121 km need 457 thousandths of 265 mm
        ((10_000, 10_000), (100, 50), 200_000),  # the height decides
        ((10_000, 10_000), (100, 100), 100_000),  # fits to the millimetre
        ((50, 50), (100, 100), 5_000),  # a single house is not blown up to a poster
    ],
)
def test_the_scale_is_the_largest_round_one_that_fits(extent_m, room_mm, scale):
    assert denominator(extent_m, room_mm) == scale


@given(LENGTHS, LENGTHS, st.floats(50, 400), st.floats(50, 400))
def test_an_extent_always_fits_at_its_scale(width_m, height_m, room_x, room_y):
    scale = denominator((width_m, height_m), (room_x, room_y))
    assert width_m * 1000 / scale <= room_x * (1 + 1e-9)
    assert height_m * 1000 / scale <= room_y * (1 + 1e-9)


@pytest.mark.parametrize(
    ("scale", "on_the_ground"),
    [(500_000, "5 km"), (125_000, "1,25 km"), (50_000, "500 m"), (5_000, "50 m")],
)
def test_a_centimetre_on_paper_is_so_much_on_the_ground(scale, on_the_ground):
    assert ground_length(scale, "vi") == on_the_ground


def test_a_bar_of_20_km_is_40_mm_long_at_1_to_500_000():
    bar = scale_bar(500_000, room_mm=60)
    assert (bar.part_m, bar.parts, bar.length_mm) == (5_000, 4, 40)


@given(SCALES)
def test_a_bar_is_round_true_and_fits(scale):
    bar = scale_bar(scale, room_mm=60)
    assert bar.length_mm <= 60
    assert bar.length_mm * scale / 1000 == pytest.approx(BAR_PARTS * bar.part_m)
    assert str(bar.part_m).rstrip("0").rstrip(".").rstrip("0") in {"1", "2", "5"}


@given(SCALES)
def test_grid_lines_are_round_and_not_crowded(scale):
    step = grid_step_m(scale)
    assert FAR_MM <= step * 1000 / scale <= 5 * FAR_MM
    assert str(step).rstrip("0").rstrip(".").rstrip("0") in {"1", "2", "5"}
