"""What the loader accepts is drawn: tables with gaps, on every page, in every file and report.

A state is what is loaded: a table of each kind, with an optional column left out, an optional cell
left empty, one row, one commune, years in which there was no programme. A run of every day draws
the state that has nothing optional; `make test-long` all of them.
"""

import traceback
from functools import partial
from itertools import cycle

import pytest
from streamlit.testing.v1 import AppTest

from mtqg_geo.dataset.dataset import current_dataset
from mtqg_geo.dataset.vintages import shown_for
from mtqg_geo.exports import files as exports
from mtqg_geo.exports.formats import FORMATS, FileOptions
from mtqg_geo.figures.file_names import ALL, LAYERS
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.loading.sheets.layout import FIELDS, example, heading
from mtqg_geo.loading.upload import check_upload, commit_upload
from mtqg_geo.loading.workbooks.everything import workbook
from mtqg_geo.programme.words import t
from mtqg_geo.progress.document import progress_json
from mtqg_geo.report.outputs import report_bytes
from mtqg_geo.report.setup import KINDS, Setup
from mtqg_geo.store.rights import Who

TIMEOUT_S = 300
PAGES = ("map", "progress", "works", "load", "data")
READERS = (("vi", "2023-04"), ("en", "2025-07"), ("en", "2023-04"), ("vi", "2025-07"))
UNIT = {"2023-04": "07645", "2025-07": "07654"}  # in which all rows lie
# What else is looked at: each draws by a way of its own.
QUERIES = (
    {},
    {"indicator": ["OP05"], "measure": ["completion"]},
    {"indicator": ["FI01"], "with": ["OP05"]},
    {"indicator": ["OP05"], "compare": ["2022"], "region": ["III"]},
    {"indicator": ["OP05"], "year": ["2024"], "district": ["220"]},
)
PLACE = {"commune_code": "07645", "commune": "Xã An Lạc", "district": "Huyện Sơn Động"}
LINE = "LINESTRING (106.95 21.30, 106.96 21.31)"
# Where the example of a template does not go with the place, or a table needs more than the fields.
OWN = {
    "observations": {**PLACE, "indicator": "FI01", "value": "1500000", "period": "Quý I/2023", "basis": "Giải ngân"},
    "sites": {**PLACE, "lon": "106,955", "lat": "21,305", "funding": "Chương trình"},
    "roads": {**PLACE, "geometry": LINE},
    "region": {**PLACE, "valid_from": "04/06/2021"},
    "lineage": {
        "from_code": "07645", "from_name": "Xã An Lạc", "to_code": "07654", "to_name": "Xã An Lạc",
        "day": "01/07/2025", "change": "merged", "share": "1",
    },
}  # fmt: skip
NO_FIELDS = {"indicator": "Chỉ tiêu", "value": "Giá trị"}
ORDER = ("region", "lineage", "observations", "sites", "roads")
FULL = {
    kind: {field.name: example(kind, field.name, "vi") for field in FIELDS[kind]} | OWN[kind]
    for kind in ORDER
}
OPTIONAL = {kind: [field.name for field in FIELDS[kind] if not field.is_required] for kind in ORDER}
GAPS = {  # what may be missing: a new road needs its line, a longitude its latitude
    kind: [(name,) for name in names if name not in ("geometry", "lon", "lat")]
    + [("lon", "lat")] * ("lon" in names)
    for kind, names in OPTIONAL.items()
}


def without(row, *names):
    return {name: text for name, text in row.items() if name not in names}


def second(kind):
    """Return another row that can stand beside the full one, in the same commune."""
    other = {
        "observations": {"indicator": "OP05", "basis": "Kế hoạch", "period": "2023", "value": "2", "capital_source": "", "capital_kind": ""},
        "sites": {"id": "CT-2", "name": "Chợ xã", "facility": "Chợ"},
        "roads": {"id": "D-2", "name": "Đường thôn", "geometry": "LINESTRING (106.95 21.30, 106.94 21.30)"},
        "region": {"valid_from": "01/01/2026", "valid_to": "", "region": "II"},
        "lineage": {"from_code": "07654", "from_name": "Xã Lệ Viễn"},
    }  # fmt: skip
    return FULL[kind] | other[kind]


def lacking(kind, names):
    """Return a row without some cells; money needs its project, and kilometres do not."""
    row = second(kind) if kind == "observations" and "project" in names else FULL[kind]
    return without(row, *names)


def in_years(*years, works):
    """Return figures of years that have no works, and facilities outside the programme."""
    figures = (
        ("OP05", "Kế hoạch", ""),
        ("OP05", "Thực hiện", "Quý IV/"),
        ("FI01", "Giải ngân", "Quý I/"),
    )
    outside = {"funding": "Ngoài Chương trình", "project": "", "status": ""}
    return {
        "region": [FULL["region"] | {"valid_from": f"01/01/{years[0]}", "valid_to": ""}],
        "observations": [
            without(FULL["observations"], "capital_source", "capital_kind")
            | {"period": f"{quarter}{year}", "basis": basis, "indicator": indicator, "value": "2"}
            for year in years
            for indicator, basis, quarter in figures
        ],
        "sites": [
            FULL["sites"] | outside | {"year": str(year), "id": f"S{year}"} for year in works
        ],
    }


def states():
    """Return by name what is loaded: rows by kind of table."""
    found = {
        "nothing_optional": {kind: [lacking(kind, sum(GAPS[kind], ()))] for kind in ORDER},
        "one_row": {kind: [FULL[kind]] for kind in ORDER},
        "one_commune": {kind: [FULL[kind], second(kind)] for kind in ORDER},
        "before_there_were_works": in_years(2021, works=[1985, 2019]),
        "after_all_works": in_years(2026, 2030, works=[2024]),
    }
    for kind in ORDER:
        found[f"only_{kind}"] = {kind: [FULL[kind]]}
        found[f"all_but_{kind}"] = {each: [FULL[each]] for each in ORDER if each != kind}
    for at in range(max(map(len, GAPS.values()))):
        # One column of each kind at a time; a kind with fewer begins again.
        gaps = {kind: GAPS[kind][at % len(GAPS[kind])] for kind in ORDER}
        found[f"no_column_{at}"] = {kind: [lacking(kind, gaps[kind])] for kind in ORDER}
        found[f"empty_cell_{at}"] = {
            kind: [FULL[kind], second(kind) | dict.fromkeys(gaps[kind], "")] for kind in ORDER
        }
    return found


STATES = states()


def csv_of(kind, rows):
    names = dict.fromkeys(name for row in rows for name in row)
    lines = [[NO_FIELDS.get(name) or heading(kind, name, "vi") for name in names]]
    lines += [[row.get(name, "") for name in names] for row in rows]
    return "".join(";".join(line) + "\n" for line in lines).encode()


def load(state, store, data):
    """Load a state; return the kinds that the loader did not accept, and why."""
    refused = {}
    for kind, rows in state.items():
        upload = check_upload(csv_of(kind, rows), f"{kind}.csv", data, kind=kind, store=store)
        if upload.has_errors:
            refused[kind] = [error.code for error in upload.errors]
        else:
            commit_upload(upload, store, who=Who(""))
    return refused


def draw_page(page: str):
    """Draw a page in the frame of the application."""
    from importlib import import_module

    from mtqg_geo.dataset.dataset import current_dataset
    from mtqg_geo.ui import state
    from mtqg_geo.ui.shared import filters, notices

    loaded = current_dataset()
    state.language()
    data = state.follow_url(loaded)
    filters.draw(data, page)
    current = state.read_state(data)
    draw = import_module(f"mtqg_geo.ui.{page}.page").draw
    if page == "map":
        draw(current, state.write_url)
    else:
        notices.draw(current)
        draw(current)


def drawn(page, lang, vintage, query):
    app = AppTest.from_function(draw_page, default_timeout=TIMEOUT_S, kwargs={"page": page})
    app.query_params |= {"lang": lang, "vintage": vintage, "profile": UNIT[vintage], **query}
    return app.run()


def exceptions_on_page(page, lang, vintage, query):
    # What it was stands in the captured output.
    return [each.message for each in drawn(page, lang, vintage, query).exception]


@pytest.fixture
def loaded(own_store, in_this_process, data):
    return lambda state: load(STATES[state], own_store, data)


def test_rows_with_nothing_optional_are_drawn_on_every_page(loaded):
    assert {"status", "source"} <= {*OPTIONAL["sites"]} & {*OPTIONAL["roads"]}
    assert loaded("nothing_optional") == {}
    shown = current_dataset()
    assert [len(each) for each in (shown.sites, shown.roads, shown.regions)] == [1, 1, 1]
    for page, (lang, vintage) in zip(PAGES, cycle(READERS), strict=False):
        app = drawn(page, lang, vintage, {})
        assert not app.exception, (page, lang, vintage)
        if page == "works":
            tables = [each.value for each in app.html if "class='progress counts'" in each.value]
            assert f">{t('surface_unknown', lang)}</th>" in tables[-1]
        if page == "data":
            assert t("data_illustrative_none", lang) in [each.value for each in app.markdown]


@pytest.mark.long
@pytest.mark.parametrize("state", STATES)
def test_every_state_is_drawn_on_every_page_in_every_file_and_report(loaded, state):
    assert loaded(state) == {}
    # Each state has two of the four readers, the next one the others; dear files are made for one.
    first = list(STATES).index(state) % 4
    readers = (READERS[first], READERS[first ^ 1])
    failed = []
    for (lang, vintage), queries, wanted in zip(
        readers, (QUERIES, QUERIES[:1]), ("", "."), strict=True
    ):
        pages = [(page, query) for query in queries for page in (PAGES if not query else PAGES[:2])]
        for page, query in pages:
            for said in exceptions_on_page(page, lang, vintage, query):
                failed.append(f"page {page}, {lang}, {vintage}, {query}: {said}")
        for name, make in files_and_reports(lang, vintage):
            if wanted not in name:
                continue
            try:
                assert make()
            except Exception as error:  # whatever it is, somebody would see it
                where = traceback.format_exc(limit=-5)
                failed.append(f"{name}, {lang}, {vintage}: {error!r}\n{where}")
    assert not failed, f"{len(failed)} of state {state}:\n" + "\n".join(failed)


def files_and_reports(lang, vintage):
    """Name everything that leaves the product, with what makes it."""
    data = shown_for(current_dataset(), {"vintage": [vintage]})
    query = {"indicator": ["OP05"], "vintage": [vintage]}
    everywhere, one = (
        parse_selection({**query, **more}, data, lang=lang)[0]
        for more in ({}, {"commune": [UNIT[vintage]]})
    )
    for kind, form in FORMATS.items():
        for layer in (ALL,) if form.holds_all else LAYERS:
            options = FileOptions(lang=lang)
            yield (
                f"{layer}.{kind}",
                partial(exports.file_bytes, data, everywhere, layer, kind, options),
            )
    for kind, (suffix, *_) in KINDS.items():
        selection = one if kind == "atlas" else everywhere
        yield (
            f"report {kind}",
            partial(report_bytes, data, selection, Setup(lang=lang), kind, suffix),
        )
    yield "progress", partial(progress_json, data, everywhere, lang=lang)
    yield "workbook", partial(workbook, data, lang=lang)
