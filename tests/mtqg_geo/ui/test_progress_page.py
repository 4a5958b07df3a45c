"""The page of progress by AppTest: what a link shows, what a choice changes, what is said when nothing fits."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.mtqg_geo.ui.said import problems

TIMEOUT_S = 300


def open_page(**query):
    app = AppTest.from_function(draw_page, default_timeout=TIMEOUT_S)
    for name, values in query.items():
        app.query_params[name] = values
    app.run()
    assert not app.exception
    return app


def draw_page():
    """Draw the page of progress in the frame of the application."""
    from mtqg_geo.dataset.dataset import current_dataset
    from mtqg_geo.ui import state
    from mtqg_geo.ui.progress import page as progress_page
    from mtqg_geo.ui.shared import filters, notices

    state.language()
    data = state.follow_url(current_dataset())
    import streamlit as st

    filters.draw(data, "progress")
    current = state.read_state(data)
    state.write_url(current)
    st.segmented_control("lang", ["vi", "en"], key="lang")
    notices.draw(current)
    progress_page.draw(current)


def bodies(app):
    return [html.proto.body for html in app.get("html")]


def table(app, name):
    return next((body for body in bodies(app) if f"class='progress {name}" in body), "")


def test_a_first_visit_shows_every_target_of_the_plan():
    app = open_page()
    targets = table(app, "targets")
    assert targets.count("<tr data-target=") == 18
    assert "khoảng 635,0" in targets
    assert "ít nhất 1.032" in targets
    assert app.header[0].value == "Chỉ tiêu kế hoạch · 18"
    assert "Còn thiếu" in targets
    assert table(app, "capital").count("<tr class=") == 25, "the whole, 10 projects, 14 parts"
    assert not problems(app)


def test_the_running_year_says_what_each_month_needs():
    app = open_page(year=["2024"])
    assert "Cần mỗi tháng" in table(app, "targets")
    assert "class='time' style='left:50%'" in table(app, "targets")
    assert any("Năm 2024 chưa có kế hoạch công bố" in body for body in bodies(app))


def test_the_quarter_of_a_link_is_the_moment_measured_at():
    app = open_page(as_of=["2023-Q2"])
    assert app.selectbox(key="as_of").value == 2
    assert "ít nhất 291" in table(app, "targets")
    app.selectbox(key="as_of").set_value(0).run()
    assert "ít nhất 1.032" in table(app, "targets")
    assert "as_of" not in app.query_params


@pytest.mark.long
def test_a_quarter_chosen_is_written_into_the_link():
    app = open_page()
    app.selectbox(key="as_of").set_value(1).run()
    assert app.query_params["as_of"] in ("2023-Q1", ["2023-Q1"])
    app.selectbox(key="year").set_value(2024).run()
    assert app.selectbox(key="as_of").value == 1
    assert app.query_params["as_of"] in ("2024-Q1", ["2024-Q1"])


def test_a_quarter_that_was_not_reported_gives_one_sentence():
    app = open_page(as_of=["2024-Q4"], year=["2024"])
    assert len(problems(app)) == 1
    assert "2024-Q4" in problems(app)[0]
    assert app.selectbox(key="as_of").value == 0


def test_districts_and_communes_are_ranked_and_the_silent_stand_apart():
    app = open_page(indicator=["OP02"])
    assert table(app, "ranking").count("<tr data-unit=") == 5
    app.segmented_control(key="progress_level").set_value("commune").run()
    assert table(app, "ranking").count("<tr data-unit=") == 67
    apart = next(body for body in bodies(app) if "không xếp hạng: 6 xã" in body)
    assert "Xã Tam Tiến" in apart


def test_the_worst_come_first_and_a_place_that_several_share_is_written_once():
    app = open_page(indicator=["OP02"], rank=["commune"])
    rows = table(app, "ranking").split("<tr data-unit=")[1:]
    ranks = [row.split("<td class='rank'>")[1].split("<")[0] for row in rows]
    written = [rank for rank in ranks if rank]
    assert (ranks[0], len(ranks)) == ("1", 67)
    assert written == sorted(set(written), key=int)
    assert len(written) < len(ranks), "some are equal"
    app.selectbox(key="progress_order").set_value("best").run()
    best_first = table(app, "ranking").split("<tr data-unit=")[1:]
    assert best_first[0][:8] != rows[0][:8]


def test_especially_difficult_communes_are_marked_in_the_ranking():
    app = open_page(indicator=["OP02"], rank=["commune"])
    difficult = [row for row in table(app, "ranking").split("<tr data-unit=") if ">ĐBKK<" in row]
    assert 20 < len(difficult) <= 28
    assert any("Xã An Lạc" in row for row in difficult)


def test_what_was_missed_by_little_looks_unlike_what_was_missed_by_far():
    app = open_page()
    targets = table(app, "targets")
    poverty, capital = (
        targets.split(f"data-target='{name}'")[1].split("</tr>")[0] for name in ("OC16", "FI01")
    )
    assert "98 %" in poverty
    assert "fill nearly" in poverty
    assert "Gần đạt" in poverty
    assert "fill late" in capital
    counts = next(body for body in bodies(app) if "class='standings'" in body)
    assert "Gần đạt <b>2</b>" in counts.replace("</b> Gần", "Gần").replace("</span>", "")


def test_a_row_keeps_the_measure_of_the_map_where_its_indicator_has_it_and_the_quarter():
    app = open_page(indicator=["OP01"], measure=["completion"], as_of=["2023-Q2"])
    rows = table(app, "targets").split("<tr data-target=")
    address = {row[1:5]: row.split("href='")[1].split("'")[0] for row in rows[1:]}
    assert all("as_of=2023-Q2" in each for each in address.values())
    assert "measure=completion" in address["OP05"]


def test_every_row_is_a_link_to_the_map_that_reproduces_it():
    app = open_page(district=["220"], year=["2022"])
    row = table(app, "targets").split("data-target='OP01'")[1].split("</tr>")[0]
    assert "href='./?district=220&amp;year=2022&amp;indicator=OP01'" in row
    ranked = table(app, "ranking")
    assert "district=220" in ranked
    assert "indicator=FI01" in ranked
    assert "project=DA4.TDA1" in table(app, "capital")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            {"district": ["220"], "commune": ["07201"]},
            "Không có xã nào thuộc tất cả các bộ lọc đang chọn",
        ),
        ({"district": ["221"]}, "không có xã nào thuộc diện"),
        ({"status": ["planned"]}, "Bộ lọc trạng thái không áp dụng"),
        ({"year": ["2024"], "indicator": ["OC16"]}, "Chưa đến kỳ"),
        ({"indicator": ["OP11"]}, "Chưa xếp hạng được"),
    ],
)
def test_where_nothing_can_be_shown_a_sentence_stands(query, words):
    app = open_page(**query)
    assert any(words in body for body in bodies(app))


def test_communes_planned_to_leave_are_listed_with_their_criteria():
    app = open_page()
    leaving = table(app, "difficult")
    for name in ("Xã Giáo Liêm", "Xã Tân Mộc", "Xã Vô Tranh", "Xã Đồng Tiến"):
        assert name in leaving
    assert leaving.count("Đã ra khỏi") == 3


@pytest.mark.long
def test_far_communes_follow_the_limit_and_the_works_counted():
    app = open_page()
    rows = table(app, "far").count("<tr><th scope='row'>")
    app.selectbox(key="progress_far_km").set_value("20").run()
    fewer = table(app, "far").count("<tr><th scope='row'>")
    assert 0 < fewer < rows
    done = table(app, "far")
    app.selectbox(key="progress_far_works").set_value("any").run()
    assert table(app, "far") != done, "markets that are only planned are nearer"


def test_the_english_page_speaks_english():
    app = open_page(lang=["en"])
    assert "at least 1,032" in table(app, "targets")
    assert app.header[0].value == "Targets of the plan · 18"


@pytest.mark.long
def test_options_of_ranking_and_distances_are_in_the_link_and_come_from_it():
    app = open_page(indicator=["OP02"])
    app.segmented_control(key="progress_level").set_value("commune").run()
    app.selectbox(key="progress_order").set_value("gap").run()
    app.selectbox(key="progress_far_km").set_value("20").run()
    app.selectbox(key="progress_far_works").set_value("any").run()
    query = {
        name: [each] if isinstance(each, str) else each for name, each in app.query_params.items()
    }
    options = {"rank": ["commune"], "order": ["gap"], "far_km": ["20"], "far": ["any"]}
    assert {name: query.get(name) for name in options} == options

    again = open_page(indicator=["OP02"], **options)
    assert not problems(again)
    assert table(again, "ranking") == table(app, "ranking")
    assert table(again, "far") == table(app, "far")


def test_options_left_as_they_are_do_not_lengthen_the_link():
    app = open_page()
    app.selectbox(key="progress_order").set_value("best").run()
    app.selectbox(key="progress_order").set_value("worst").run()
    assert not {"rank", "order", "far_km", "far"} & set(app.query_params)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"rank": ["province"]}, "“province” cho “rank”; hãy dùng: district, commune."),
        ({"order": ["first"]}, "hãy dùng: worst, best, reported, gap, actual, plan."),
        ({"far_km": ["7"]}, "hãy dùng: 5, 10, 15, 20."),
        ({"far": ["all"]}, "hãy dùng: completed, any."),
    ],
)
def test_an_option_that_there_is_not_gives_one_sentence_and_the_usual_one(query, words):
    app = open_page(**query)
    assert len(problems(app)) == 1
    assert words in problems(app)[0]
    assert app.selectbox(key="progress_order").value == "worst"
    assert app.selectbox(key="progress_far_km").value == "10"


def test_the_list_of_distances_leads_to_their_maps():
    app = open_page(district=["220"])
    said = next(body for body in bodies(app) if "Xem trên bản đồ" in body)
    for indicator in ("CX03", "CX04", "CX05"):
        assert f"href='./?district=220&amp;indicator={indicator}'" in said
    row = table(app, "far").split("<tr><th scope='row'>")[1]
    assert "indicator=CX0" in row
    assert "profile=" in row
