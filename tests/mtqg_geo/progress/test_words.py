from math import nan

import pytest

from mtqg_geo.figures.rules import Standing
from mtqg_geo.programme.model import LANGUAGES
from mtqg_geo.programme.period import Clock
from mtqg_geo.programme.words import share
from mtqg_geo.progress.targets import progress
from mtqg_geo.progress.words import (
    actual_text,
    figure,
    moment_words,
    notices,
    pace,
    plan_text,
    rest_text,
    rules,
    silent_hint,
    standing_text,
)

HALF, END = Clock(2024, 2), Clock(2023, 4)


def lines(data, selection, **choices):
    return {line.indicator.id: line for line in progress(data, selection, **choices).lines}


def test_a_sum_with_missing_parts_says_at_least(data, select):
    line = lines(data, select())["OP02"]
    assert actual_text(line, "vi") == "ít nhất 1.032"
    assert actual_text(line, "en") == "at least 1,032"
    assert silent_hint(line, "vi") == "Phần kế hoạch của các xã chưa báo cáo đủ: 155 hộ."
    assert "25" in silent_hint(lines(data, select())["OP01"], "vi")
    assert silent_hint(lines(data, select())["OP07"], "vi") == ""


def test_a_plan_published_as_about_says_so(data, select):
    assert plan_text(lines(data, select())["FI01"], "vi") == "khoảng 635,0"
    assert plan_text(lines(data, select())["OP05"], "vi") == "30,00"


def test_a_result_just_short_of_its_plan_does_not_look_reached(data, select):
    line = lines(data, select())["OC16"]
    assert (plan_text(line, "vi"), actual_text(line, "vi")) == ("2,5", "2,46")


def test_what_is_left_is_a_total_when_the_year_is_over_and_a_pace_before(data, select):
    assert rest_text(lines(data, select())["OP02"], END, "vi") == "≤ 202"
    running = lines(data, select(year=["2024"]))
    assert rest_text(running["OP01"], HALF, "vi") == "≤ 34,3"
    assert rest_text(running["OC16"], HALF, "vi") == "–"
    assert rest_text(lines(data, select())["OP07"], END, "vi") == "–"


def test_late_is_missed_when_the_year_is_over():
    assert standing_text(Standing.LATE, HALF, "vi") == "Chậm"
    assert standing_text(Standing.LATE, END, "vi") == "Chưa đạt"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("clock", [Clock(2024, quarter) for quarter in range(5)])
def test_every_moment_and_every_rule_has_words(lang, clock):
    moment, *elapsed = moment_words(clock, lang)
    assert str(clock.year) in moment
    assert all(elapsed)
    said = rules(clock, lang)
    assert standing_text(Standing.DONE, clock, lang) in said
    assert (standing_text(Standing.ON_TRACK, clock, lang) in said) != clock.is_over


def test_the_rule_of_lateness_states_its_limit():
    assert "dưới 40 %" in rules(HALF, "vi")["Chậm"]
    assert "10 điểm" in rules(HALF, "vi")["Chậm"]


def test_a_share_is_not_rounded_up_to_done_nor_down_to_nothing():
    assert [share(pct, "vi") for pct in (99.74, 99.4, 0.3, 0, 100, 133.3)] == [
        "99,7 %", "99 %", "0,3 %", "0 %", "100 %", "133 %",
    ]  # fmt: skip
    assert share(nan, "vi") == "–"


def test_money_is_read_in_billions(data):
    capital = data.catalog.indicators["FI01"]
    assert figure(635e9, capital, "vi") == "635,0"
    assert figure(2.5e9, capital, "vi") == "2,50"
    assert figure(nan, capital, "vi") == "–"
    assert pace(96.5e9, capital, "vi") == "96,5"
    assert pace(168.67, data.catalog.indicators["OP02"], "vi") == "169"


def test_what_would_be_an_empty_table_is_a_sentence(data, select):
    def said(**query):
        selection = select(**query)
        return notices(data, selection, progress(data, selection), "vi")

    assert said() == ()
    assert said(district=["220"], commune=["07201"])[0].startswith("Không có xã nào thuộc tất cả")
    outside = set(data.districts["code"]) - {"215", "217", "218", "219", "220"}
    assert "thuộc diện" in said(district=[min(outside)])[0]
    assert "chưa có kế hoạch công bố" in said(year=["2022"])[0]
    assert "trạng thái" in said(status=["completed"])[0]
    assert said(project=["DA1"])[0].startswith("10 chỉ tiêu")
