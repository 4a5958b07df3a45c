import json

import pytest

from mtqg_geo.cli.progress import capital_text
from mtqg_geo.figures.selection import Selection
from mtqg_geo.progress.document import progress_json


@pytest.fixture
def run(command):
    """Run the command and return its exit code, standard output and standard error."""

    def run_it(*arguments):
        code, out, err = command("progress", *arguments)
        return code, out.decode(), err

    return run_it


def document(run, *arguments):
    code, out, err = run("--json", *arguments)
    assert (code, err) == (0, "")
    return json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_the_18_targets_of_2023_hold_the_published_figures_exactly(run, data):
    made = document(run, "--year", "2023")
    assert made["year"] == 2023
    assert made["vintage"] == data.boundary_set.vintage
    published = [t for t in data.catalog.targets if t.year == 2023]
    assert [(t["indicator"], t["project"], t["plan"]) for t in made["targets"]] == [
        (t.indicator, t.project, t.value) for t in published
    ]
    assert [t["unit"] for t in made["targets"]] == [t.unit.vi for t in published]
    assert made["plan_published"]


def test_every_target_has_the_members_others_rely_on(run):
    wanted = {
        "indicator", "project", "unit", "plan", "actual", "completion_pct", "communes_missing", "status",
    }  # fmt: skip
    for target in document(run)["targets"]:
        assert wanted <= set(target)
    by_name = {target["indicator"]: target for target in document(run)["targets"]}
    assert by_name["OP02"]["actual"] == 1032
    assert by_name["OP02"]["communes_missing"] == 6
    assert by_name["OP02"]["completion_pct"] == pytest.approx(83.63)
    assert by_name["OP02"]["actual_is_lower_bound"] is True
    assert by_name["OP05"]["actual"] == 23.26
    assert by_name["OP07"]["status"] == "done"
    assert by_name["OP11"]["status"] == "not_reported"
    assert by_name["OC16"]["actual_is_lower_bound"] is False


def test_capital_is_in_vnd_and_its_projects_make_it(run):
    capital = document(run, "--year", "2023")["capital"]
    assert capital["plan"] == 635_000_000_000
    assert (capital["allocated"], capital["disbursed"]) == (618_674_000_000, 458_445_000_000)
    top = [each for each in capital["projects"] if "." not in each["project"]]
    assert len(top) == 10
    for step in ("plan", "allocated", "disbursed"):
        assert sum(each[step] for each in top) == capital[step]


def test_reports_are_counted_of_the_communes_that_have_capital_of_the_project(run, data):
    rows = data.observed("FI01", 2023)
    given = rows[rows["basis"].isin(("plan", "allocated")) & (rows["value"] > 0)]
    for project in document(run, "--year", "2023")["capital"]["projects"]:
        own = given["project"].eq(project["project"]) | given["project"].str.startswith(
            f"{project['project']}."
        )
        assert project["communes"] == given.loc[own, "commune_code"].nunique()
        assert project["communes_reported"] + project["communes_missing"] == project["communes"]


def test_a_missing_figure_is_null_never_zero(run):
    running = {t["indicator"]: t for t in document(run, "--year", "2024")["targets"]}
    assert running["OC16"]["actual"] is None
    assert running["OC16"]["completion_pct"] is None
    assert running["OC16"]["status"] == "not_due"
    assert running["OC16"]["communes_missing"] is None, "it is measured in December: nobody owes it"
    assert running["OP01"]["needed_per_month"] == pytest.approx(34.333)


def test_the_whole_selection_is_followed(run):
    whole, district = document(run), document(run, "--district", "220", "--project", "DA4")
    assert whole["is_whole_province"]
    assert not district["is_whole_province"]
    assert len(district["targets"]) == 8
    assert district["capital"]["plan"] < whole["capital"]["plan"]
    assert district["targets"][0]["plan_source"] == "communes"
    assert any("10" in words for words in district["notices"])


def test_the_moment_can_be_chosen(run):
    half = document(run, "--as-of", "2023-Q2")
    assert (half["as_of"], half["elapsed_pct"], half["months_left"]) == ("2023-Q2", 50, 6)
    assert document(run)["as_of"] == "2023-Q4"
    code, _, err = run("--year", "2024", "--as-of", "2024-Q4")
    assert code == 2
    assert "2024-Q1, 2024-Q2" in err


def test_what_does_not_exist_is_refused(run):
    code, out, err = run("--district", "999")
    assert (code, out) == (2, "")
    assert "999" in err


def test_without_json_the_table_goes_out_and_the_words_beside_it(run):
    code, out, err = run("--year", "2024")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split()[:2] == ["Chỉ", "tiêu"]
    assert "Cần mỗi tháng" in lines[0]
    assert sum(line.startswith(("OP", "OC", "FI")) for line in lines) == 18
    row = next(line for line in lines if line.startswith("OP02"))
    assert row.split("  ")[-1].strip() == "5/73"
    assert "1.334" in row
    assert "ít nhất 322" in row
    assert "≤ 169" in row
    assert lines[-1].startswith("Vốn: kế hoạch 734,0 tỷ đồng")
    assert "hết quý II/2024" in err
    assert "chưa có kế hoạch công bố" in err


def test_english_is_english(run):
    _, out, err = run("--lang", "en", "--year", "2023")
    assert "at least 1,032" in out
    assert "Missed" in out
    assert "published by the province" in err


def test_the_same_selection_gives_the_same_bytes(data, select):
    assert progress_json(data, select()) == progress_json(data, select())


def test_capital_stands_by_source_and_kind_where_it_is_split(squares):
    def money(source, kind, amount):
        return ("00001", "FI01", "DA1", "2023", "plan", amount, "illustrative", source, kind)

    rows = [money("central", "investment", 5e9), money("local", "investment", 3e9)]
    text = capital_text(squares(observations=rows), Selection(2023, "2023-04"), "vi")
    assert [line.partition(" · ")[0] for line in text.splitlines()] == [
        "Vốn: kế hoạch 8,0 tỷ đồng",
        "Nguồn vốn – Ngân sách trung ương: kế hoạch 5,0 tỷ đồng",
        "Nguồn vốn – Ngân sách địa phương: kế hoạch 3,0 tỷ đồng",
        "Loại vốn – Vốn đầu tư công: kế hoạch 8,0 tỷ đồng",
    ]
