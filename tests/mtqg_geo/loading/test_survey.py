"""Sites as survey programs export them: KoboToolbox, ODK Central and Briefcase."""

import numpy as np
import pytest

from mtqg_geo.loading.sheets.headings import understand
from mtqg_geo.loading.tables.sites import read_sites
from mtqg_geo.loading.upload import Given, _table
from tests.mtqg_geo.loading.sheets import sheet_of
from tests.mtqg_geo.loading.workbooks import read_as

SITE = ["Chợ xã Vân Sơn", "Chợ", "DA4.TDA1", 2023, "07621"]
KOBO = [
    "start", "end", "cong_trinh/ten_cong_trinh", "cong_trinh/loai_cong_trinh", "du_an", "nam", "dia_ban/ma_xa",
    "_toa_do_latitude", "_toa_do_longitude", "_toa_do_altitude", "_id", "_uuid", "_status", "_validation_status",
]  # fmt: skip
CENTRAL = [
    "SubmissionDate", "ct-ten_cong_trinh", "ct-loai_cong_trinh", "ct-du_an", "ct-nam", "ct-ma_xa", "ct-status",
    "gps-Latitude", "gps-Longitude", "meta-instanceID", "KEY", "AttachmentsPresent", "Status", "ReviewState",
]  # fmt: skip
LABELS = [
    "_submission_time", "Công trình/Tên công trình", "Công trình/Loại công trình", "Dự án", "Năm", "Địa bàn/Mã xã",
    "_id",
]  # fmt: skip


def fields(sheet, data):
    return {column.heading: column.field for column in understand(sheet, data.catalog).columns}


def test_kobo_groups_are_understood_and_its_own_columns_are_no_answers(data):
    sheet = sheet_of(
        KOBO, ["2023-05-01T08:00", "", *SITE, 21.41, 106.9, 120, 17, "u", "submitted_via_web", ""]
    )
    headings = understand(sheet, data.catalog)

    assert fields(sheet, data) == {
        "cong_trinh/ten_cong_trinh": "name", "cong_trinh/loai_cong_trinh": "facility", "du_an": "project",
        "nam": "year", "dia_ban/ma_xa": "commune_code", "_toa_do_latitude": "lat", "_toa_do_longitude": "lon",
        "_validation_status": "review",
    }  # fmt: skip
    assert headings.ignored == ("start", "end", "_toa_do_altitude", "_id", "_uuid", "_status")


WITHOUT_GROUPS = [
    "SubmissionDate", "ten_cong_trinh", "loai_cong_trinh", "du_an", "nam", "ma_xa", "gps-Latitude",
    "gps-Longitude", "gps-Altitude", "gps-Accuracy",
]  # fmt: skip
MEASURED = [(21.321, 106.9605735950689), (21.41488565, 106.906653537678), (21.3021725, 106.8661999)]


@pytest.mark.parametrize(
    ("headings", "before"), [(KOBO, ["2023-05-01T08:00", ""]), (WITHOUT_GROUPS, ["2023-05-01"])]
)
def test_sites_stand_exactly_where_they_were_measured(data, headings, before):
    rows = [
        [*before, f"Công trình {code}", *SITE[1:4], code, *place, 120, 5]
        for code, place in zip(("07645", "07621", "07615"), MEASURED, strict=True)
    ]
    table = read_as(read_sites, sheet_of(headings, *rows), data)

    assert (table.errors, [*table.rows["location"]]) == ((), ["exact"] * 3)
    assert table.rows[["lat", "lon"]].to_numpy() == pytest.approx(np.array(MEASURED), abs=1e-7)


def test_a_question_of_odk_may_be_called_like_a_column_of_its_own(data):
    sheet = sheet_of(
        CENTRAL, ["2023-05-01", *SITE, "xong", 21.4, 106.9, "u", "u", 0, "", "approved"]
    )

    assert fields(sheet, data)["ct-status"] == "status"
    assert {"Status", "KEY", "meta-instanceID"} <= {*understand(sheet, data.catalog).ignored}


def test_labels_with_groups_are_understood(data):
    assert set(fields(sheet_of(LABELS, ["", *SITE, 4]), data).values()) == {
        "name", "facility", "project", "year", "commune_code",
    }  # fmt: skip


def test_a_table_of_an_office_has_no_groups(data):
    rows = [
        ["Tên công trình", "Loại công trình", "Số nhà/Dự án", "Năm", "Mã xã", "start"],
        [*SITE, ""],
    ]

    assert "project" not in fields(sheet_of(*rows), data).values()


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (["Approved", "approved", "validation_status_approved", ""], []),
        (["On Hold", "Approved", "Not Approved", "On Hold"], [(2, "On Hold"), (5, "On Hold"), (4, "Not Approved")]),
        (["hasIssues"], [(2, "hasIssues")]),
    ],
)  # fmt: skip
def test_what_reviewers_did_not_approve_is_named_and_can_be_loaded(data, verdicts, said):
    rows = [
        ["", "", f"Chợ {number}", *SITE[1:], 21.41, 106.9, 120, number, "u", "", verdict]
        for number, verdict in enumerate(verdicts)
    ]
    sheet = sheet_of(KOBO, *rows)
    table = _table(
        sheet, understand(sheet, data.catalog), Given("khảo sát.xlsx", data, {}), made_up=False
    )

    assert len(table.rows) == len(verdicts)
    found = [each for each in table.warnings if each.code == "load_survey_review"]
    assert [(each.row, each.values["verdict"]) for each in found] == said
