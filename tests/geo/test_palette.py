import re
from itertools import combinations, pairwise, product
from pathlib import Path

import pytest

from geo import palette
from geo.errors import ClassifyError
from geo.palette import bivariate, luminance, ramp
from tests.geo.seen_colours import delta_e

VISIONS = ("normal", "deutan", "protan", "tritan")
SEQUENTIAL = ("need", "delivery", "remaining")
DIVERGING = ("change", "judged")
RAMPS = (*SEQUENTIAL, *DIVERGING, "category")
CLASSES = (2, 3, 4, 5, 6, 7)


def test_black_and_white_are_the_ends_of_the_scale():
    assert luminance("#000000") == 0
    assert luminance("#ffffff") == pytest.approx(1)
    assert delta_e("#000000", "#ffffff") == pytest.approx(100)
    assert delta_e("#123456", "#123456") == 0


def test_distances_are_those_of_published_lab_values():
    # sRGB red is L*a*b* 53.24, 80.09, 67.20 and green 87.73, -86.18, 83.18 (B. Lindbloom).
    expected = ((53.24 - 87.73) ** 2 + (80.09 + 86.18) ** 2 + (67.20 - 83.18) ** 2) ** 0.5

    assert delta_e("#ff0000", "#00ff00") == pytest.approx(expected, abs=0.05)


def test_red_and_green_come_close_for_those_who_lack_the_cones():
    red, green = "#d62728", "#8c7a00"

    assert delta_e(red, green, vision="deutan") < delta_e(red, green) / 2


def closest(colours, vision):
    return min(delta_e(*pair, vision=vision) for pair in combinations(colours, 2))


def test_grey_is_grey_for_everyone():
    for vision in VISIONS:
        assert delta_e("#808080", "#808080", vision=vision) == 0, vision
        assert delta_e("#000000", "#ffffff", vision=vision) == pytest.approx(100, abs=0.1), vision


def test_a_ramp_has_as_many_different_colours_as_asked_for():
    for name, k in product(RAMPS, range(8)):
        colours = ramp(name, k)
        assert len(set(colours)) == len(colours) == k, (name, k)
        assert all(colour == f"#{int(colour[1:], 16):06x}" for colour in colours), (name, k)


def test_sequential_ramps_grow_darker_and_print_in_grey():
    for name, k in product(SEQUENTIAL, CLASSES):
        greys = [luminance(colour) for colour in ramp(name, k)]
        # A contrast ratio of 1.2 between neighbours is visible side by side.
        ratios = [(light + 0.05) / (dark + 0.05) for light, dark in pairwise(greys)]
        assert min(ratios) > 1.2, (name, k)


def test_the_diverging_ramps_are_lightest_in_their_middle():
    for name, k in product(DIVERGING, (3, 5, 7)):
        greys = [luminance(colour) for colour in ramp(name, k)]
        assert greys[: k // 2 + 1] == sorted(greys[: k // 2 + 1]), (name, k)
        assert greys[k // 2 :] == sorted(greys[k // 2 :], reverse=True), (name, k)


def test_as_far_worse_is_as_dark_as_as_far_better_and_never_looks_the_same():
    for k in (3, 5, 7):
        colours = ramp("judged", k)
        pairs = list(zip(colours, reversed(colours), strict=True))[: k // 2]
        assert all(abs(lightness(worse) - lightness(better)) < 2 for worse, better in pairs), k
        for vision in VISIONS:
            assert min(delta_e(*pair, vision=vision) for pair in pairs) > 25, (k, vision)
            assert closest(colours, vision) > 9, (k, vision)
    for blank in (palette.NO_DATA, palette.NO_PLAN, palette.NOT_APPLICABLE):
        assert min(delta_e(colour, blank) for colour in ramp("judged", 7)) > 15, blank


def test_no_two_classes_look_alike_to_anyone():
    for case in product(RAMPS, CLASSES, VISIONS):
        name, k, vision = case
        assert closest(ramp(name, k), vision) > 9, case


def test_no_data_is_far_from_the_lowest_class():
    for case in product((*SEQUENTIAL, *DIVERGING), CLASSES, VISIONS):
        name, k, vision = case
        assert delta_e(palette.NO_DATA, ramp(name, k)[0], vision=vision) > 20, case


def test_the_colours_without_a_value_differ_from_each_other():
    for vision in VISIONS:
        colours = (palette.NO_DATA, palette.NOT_APPLICABLE, palette.OUTSIDE)
        assert closest(colours, vision) > 7, vision


def test_the_hatchings_are_those_the_map_draws():
    script = (Path(palette.__file__).parent / "assets" / "base_map.js").read_text(encoding="utf-8")
    drawn = dict(re.findall(r'"hatch:(\w+)": \{ id: "hatch-\w+", (.*?) \}', script))
    assert drawn.keys() == palette.HATCHINGS.keys()
    for name, hatching in palette.HATCHINGS.items():
        values = dict(part.split(": ") for part in drawn[name].replace('"', "").split(", "))
        said = {key: f"{value}" for key, value in hatching._asdict().items()}
        for key, value in {"lines": "0", "dots": "0", "turn": "45"}.items():
            values.setdefault(key, value)
        assert values == said, name


def sides_of_a_goal(short, met=1):
    return (*reversed(ramp("behind", short)), *ramp("done", met))


def test_short_of_a_goal_and_beyond_it_are_told_apart_by_everyone_and_in_grey():
    for vision in VISIONS:
        assert closest(sides_of_a_goal(3), vision) > 20, vision
        assert closest(sides_of_a_goal(3, 2), vision) > 13, vision
    greys = sorted(lightness(colour) for colour in sides_of_a_goal(3))
    assert min(dark - light for light, dark in pairwise(greys)) > 15
    assert all(
        delta_e(colour, blank) > 10
        for colour in sides_of_a_goal(3)
        for blank in (palette.NO_DATA, palette.NO_PLAN, palette.NOT_APPLICABLE)
    )


def test_the_triad_of_categories_is_quiet_and_told_apart_by_everyone_and_in_grey():
    for vision in VISIONS:
        assert closest(palette.QUIET_TRIAD, vision) > 20, vision
    greys = sorted(lightness(colour) for colour in palette.QUIET_TRIAD)
    assert min(dark - light for light, dark in pairwise(greys)) > 9
    # Quiet: none is as strong as the middle of a warm ramp.
    chroma = [delta_e(colour, grey_of(colour)) for colour in palette.QUIET_TRIAD]
    assert max(chroma) < delta_e(ramp("need", 3)[1], grey_of(ramp("need", 3)[1])) * 0.7


def grey_of(colour):
    """Return the grey that is as light as a colour."""
    level = luminance(colour)
    shown = level * 12.92 if level <= 0.0031308 else 1.055 * level ** (1 / 2.4) - 0.055
    return f"#{round(shown * 255):02x}" + f"{round(shown * 255):02x}" * 2


@pytest.mark.parametrize(("name", "k"), [("rainbow", 5), ("category", 8), ("need", -1)])
def test_a_ramp_that_does_not_exist_is_refused(name, k):
    with pytest.raises(ClassifyError, match=r"no ramp .* choose one of need, delivery, remaining"):
        ramp(name, k)


def nine():
    return [colour for row in bivariate(3, 3) for colour in row]


def test_any_two_of_the_colours_of_two_indicators_are_told_apart_by_every_reader():
    for vision in VISIONS:
        assert closest(nine(), vision) > 14, vision


def test_the_colours_of_two_indicators_differ_in_grey_and_the_rows_at_a_glance():
    greys = [lightness(colour) for colour in nine()]
    assert greys == sorted(greys, reverse=True)
    assert all(light - dark > 6.5 for light, dark in pairwise(greys))
    rows = [greys[start : start + 3] for start in (0, 3, 6)]
    assert all(min(upper) - max(lower) > 9 for upper, lower in pairwise(rows))


def lightness(colour):
    """Return CIE L* of a grey print of the colour."""
    return 116 * luminance(colour) ** (1 / 3) - 16


def test_none_of_the_colours_of_two_indicators_looks_like_no_value():
    for blank in (palette.NO_DATA, palette.NOT_APPLICABLE):
        assert min(delta_e(colour, blank) for colour in nine()) > 9


def test_two_classes_take_the_ends_and_one_the_middle():
    whole = bivariate(3, 3)
    assert bivariate(2, 1) == ((whole[0][1],), (whole[2][1],))
    assert bivariate(1, 2) == ((whole[1][0], whole[1][2]),)


@pytest.mark.parametrize("size", [(0, 3), (3, 4)])
def test_other_numbers_of_classes_are_refused(size):
    with pytest.raises(ClassifyError, match="each has 1 to 3 classes"):
        bivariate(*size)
