"""The page on which a planner loads a workbook: take a template, fill, check, load, undo."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import escape
from weakref import ref

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from geo.formats import SUFFIXES
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.loading import apart
from mtqg_geo.loading.checklist import absent_words, checklist_words, loaded_parts, parts_of
from mtqg_geo.loading.crossed import communes_crossed
from mtqg_geo.loading.reasons import reasons
from mtqg_geo.loading.sheets.layout import period_word
from mtqg_geo.loading.sheets.table import RowError
from mtqg_geo.loading.start import ready_store
from mtqg_geo.loading.summary import (
    batch_counts,
    batch_file,
    batch_who,
    read_line,
    reason_line,
    set_aside_lines,
)
from mtqg_geo.loading.upload import FILES, TABLES, Upload
from mtqg_geo.loading.view import (
    BatchLine,
    UploadView,
    batch_lines,
    places_of,
    questions_of,
    upload_view,
    usual_period,
    usual_year,
)
from mtqg_geo.loading.workbooks.marked import marked_workbook
from mtqg_geo.loading.workbooks.templates import Asks, bases_of, template, template_each
from mtqg_geo.programme.errors import MtqgError
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.period import local_time, periods_in
from mtqg_geo.programme.words import error_text, number, t
from mtqg_geo.store.batches import Batch, OnProgress, batches, undo_batch
from mtqg_geo.store.engine import has_store, open_store
from mtqg_geo.store.mode import access_mode
from mtqg_geo.store.rights import Who
from mtqg_geo.store.transactions import is_read_only
from mtqg_geo.ui import person
from mtqg_geo.ui.load import changes
from mtqg_geo.ui.newest import catch_up, changed_dataset
from mtqg_geo.ui.server.heavy import desk, everything
from mtqg_geo.ui.server.uploads import findings
from mtqg_geo.ui.shared import file_picker, table, waiting
from mtqg_geo.ui.shared.markup import draw_counts, draw_notice, draw_small, draw_texts, plain
from mtqg_geo.ui.state import PageState, open_anew

# The templates side by side where their names are short: what was loaded stays in view below.
TEMPLATE_ROWS: tuple[tuple[Asks, ...], ...] = (
    ("observations",), ("sites", "roads"), ("region",), ("existing",), ("lineage",)
)  # fmt: skip
TEMPLATE_OF = {"regions": "region", "plan": "observations", "sites": "sites", "roads": "roads"}
CHECKED_FILE = "_load_checked_file"
# What is kept of a file while it is chosen.
FOUND = (
    "_checked_upload", "_upload_view", "_meant", "_load_sheets", "_load_layers", "load_layer",
)  # fmt: skip
MOST_LISTED = 200
MOST_ASKED = 5  # reasons said above a question; the table above has all
FIGURES = ("new", "changed", "unchanged")
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draw(state: PageState) -> None:
    """Draw templates, upload, what the check found, and the batches."""
    lang, data = state.lang, state.data.as_loaded
    if is_read_only():
        st.info(t("loader_public" if access_mode() == "public" else "loader_read_only", lang))
        return
    _checklist(data, lang)
    left, right = st.columns([1, 1.6], gap="large")
    with left:
        _templates(state, lang)
        _everything(data, lang)
    with right:
        st.header(t("loader_file", lang), anchor=False)
        if person.may("load"):
            _choose_file(data, lang)
        else:
            draw_notice(t("loader_no_right", lang))
    _say_what_happened()
    upload = _checked() if person.may("load") else None
    if upload is None:
        st.session_state.pop("_upload_view", None)
    else:
        view = _view(upload, data, lang)
        _result(upload, view, lang)
        _offer(upload, view, data, lang)
    _batches(data, lang)


def forget() -> None:
    """Drop a file and what was found in it: its picker is empty when a reader comes back."""
    _forget_other_file(None)


def _checked() -> Upload | None:
    """Return what was found in the file that is chosen, if it was and is still held."""
    upload: Upload | None = findings().look_at(st.session_state.get("_checked_upload"))
    return upload


def _view(upload: Upload, data: Dataset, lang: Lang) -> UploadView:
    """Return what is shown of a checked file; naming thousands of changes is done once."""
    asked = (ref(upload), data.fingerprint, data.boundary_set.id, lang)  # which holds neither
    kept: tuple[object, UploadView] | None = st.session_state.get("_upload_view")
    if kept is None or kept[0] != asked:
        kept = (asked, upload_view(upload, data, lang=lang))
        st.session_state["_upload_view"] = kept
    return kept[1]


def _templates(state: PageState, lang: Lang) -> None:
    data, communes = state.data.as_loaded, places_of(state.data, state.selection)
    st.header(t("loader_templates", lang), anchor=False)
    draw_small(t("loader_templates_help", lang))
    if communes is None:
        draw_notice(t("template_no_commune", lang, year=state.selection.year))
        return
    if communes:
        draw_notice(t("loader_template_places", lang, count=number(len(communes), lang)))
    of_year, of_period, of_basis = st.columns([1, 1.35, 1.35])
    year = of_year.selectbox(
        t("loader_template_year", lang),
        data.catalog.programme.reported_years,
        index=data.catalog.programme.reported_years.index(usual_year(data)),
        key="template_year",
    )
    period = of_period.selectbox(
        t("loader_template_period", lang),
        periods_in(year),
        index=periods_in(year).index(usual_period(data, year)),
        key=f"template_period_{year}",
        format_func=lambda each: period_word(each, lang),
    )
    basis = of_basis.selectbox(
        t("loader_template_basis", lang),
        bases_of(data.catalog, period)[::-1],  # what is done comes more often than plans
        key=f"template_basis_{period}",
        format_func=lambda each: t(f"basis_{each}", lang),
    )
    asked = {"year": year, "communes": communes, "period": period, "basis": basis}
    if communes:
        st.download_button(
            t("loader_template_each", lang, count=number(len(communes), lang)),
            partial(template_each, data, lang=lang, **asked),
            file_name=f"observations_{year}.zip",
            mime="application/zip",
            key="template_each",
            icon=":material/folder_zip:",
            on_click="ignore",
            width="stretch",
        )
    for row in TEMPLATE_ROWS:
        for place, kind in zip(st.columns(len(row)), row, strict=True):
            place.download_button(
                t(f"loader_template_{kind}", lang),
                lambda kind=kind: template(kind, data, lang=lang, **asked),
                file_name=f"{kind}.xlsx"
                if kind in ("existing", "lineage")
                else f"{kind}_{year}.xlsx",
                mime=EXCEL,
                key=f"template_{kind}",
                icon=":material/table_view:",
                on_click="ignore",
                width="stretch",
            )


def _everything(data: Dataset, lang: Lang) -> None:
    offer = everything(data, lang)
    st.download_button(
        t("loader_everything", lang),
        partial(desk().content, offer.wish, data, person.visitor().who),
        file_name=offer.file_name,
        mime=offer.media_type,
        key="download_workbook",
        icon=":material/download:",
        help=t("loader_everything_help", lang),
        on_click="ignore",
        width="stretch",
    )
    waiting.draw("workbook", {"download_workbook": desk().offer(offer, soon=False)}, lang)


def _choose_file(data: Dataset, lang: Lang) -> None:
    person.ask_name(t("loader_who", lang), "load_who", lang)
    uploaded = file_picker.draw(
        t("loader_file", lang),
        FILES,
        key=f"load_file_{st.session_state.get('_load_round', 0)}",
        lang=lang,
        help_text=t(
            "loader_file_kinds", lang, tables=", ".join(TABLES), layers=", ".join(SUFFIXES)
        ),
        is_titled=True,
    )
    _forget_other_file(uploaded.file_id if uploaded else None)
    if uploaded is None:
        return
    place = st.container()
    # A check that was cut short, as by typing a name, is not over: it begins anew by itself.
    is_due = st.session_state.get(CHECKED_FILE) != uploaded.file_id
    is_let_go = "_checked_upload" in st.session_state and _checked() is None
    if is_due or is_let_go:
        _check(uploaded, data, lang, place=place)
    if st.button(t("loader_check_again", lang), key="load_check"):
        _check(uploaded, data, lang, place=place)
    with place:
        _choose_layer(lang)


def _check(uploaded: UploadedFile, data: Dataset, lang: Lang, *, place: DeltaGenerator) -> None:
    """Check a file and remember what was found, or why it could not be read."""
    st.session_state.pop(CHECKED_FILE, None)
    words = t("loader_reading", lang, file=uploaded.name)
    with place, _stoppable(words, lang, file_id=uploaded.file_id) as progress:
        upload = apart.check(
            uploaded.getvalue(),
            uploaded.name,
            data,
            layer=st.session_state.get("load_layer"),
            meant=st.session_state.get("_meant", {}),
            sheets=st.session_state.get("_load_sheets", ()),
            progress=progress,
        )
        st.session_state["_checked_upload"] = findings().keep(upload)
    st.session_state[CHECKED_FILE] = uploaded.file_id


def _choose_layer(lang: Lang) -> None:
    """Ask which layer of the file is meant where that must be known; an answer checks it again."""
    if layers := st.session_state.get("_load_layers"):
        st.selectbox(
            t("read_choose_layer", lang),
            layers,
            index=None,
            key="load_layer",
            placeholder=t("install_skip", lang),
            on_change=lambda: st.session_state.pop(CHECKED_FILE, None),
        )


@contextmanager
def _stoppable(words: str, lang: Lang, *, file_id: str | None = None) -> Iterator[OnProgress]:
    """Show how far the work is, and a button that stops it.

    A click interrupts the script when it next says how far it is: what was begun is rolled back.
    """
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, text=plain(words))
        st.button(t("loader_stop", lang), key="load_stop", on_click=_stopped, args=(lang, file_id))
    with _told(lang):
        yield lambda share, key: bar.progress(share, t(key, lang)) and None
    place.empty()


def _forget_other_file(file_id: str | None) -> None:
    """Drop what was found when another file, or none, is chosen."""
    memory = st.session_state
    if memory.get("_load_file_id") != file_id:
        file_picker.let_go(memory.get("_load_file_id"))
        for name in FOUND:
            memory.pop(name, None)
        if file_id is not None:
            memory.pop("_load_said", None)
        memory["_load_file_id"] = file_id


@contextmanager
def _told(lang: Lang) -> Iterator[None]:
    """Turn what goes wrong into one sentence, shown on this page; nothing has then changed."""
    st.session_state.pop("_load_said", None)
    try:
        yield
    except MtqgError as error:
        if layers := getattr(error, "values", {}).get("layers"):
            st.session_state["_load_layers"] = layers
        st.session_state["_load_said"] = ("error", error_text(error, lang))


def _stopped(lang: Lang, file_id: str | None) -> None:
    """Say that it was stopped (callback: the script that was at work has ended)."""
    st.session_state["_load_said"] = ("info", t("loader_stopped", lang))
    if file_id is not None:
        st.session_state[CHECKED_FILE] = file_id  # not again, unless asked


def _say_what_happened() -> None:
    kind, words = st.session_state.get("_load_said", ("", ""))
    if kind:
        {"error": st.error, "info": st.info, "success": st.success}[kind](plain(words))


def _offer(upload: Upload, view: UploadView, data: Dataset, lang: Lang) -> None:
    """Draw the button that loads, or say why there is nothing to load."""
    if view.offer == "nothing_new":
        st.success(t("loader_nothing", lang))
        return
    if view.offer == "no_rows":
        st.warning(t("loader_no_rows", lang))
        return
    rejected = view.counts["rejected"]
    who = person.who("load_who")
    allowed = not rejected or st.checkbox(
        t("loader_allow", lang, count=number(rejected, lang)), key="load_allow"
    )
    allowed &= not upload.may_be_cut or _is_whole(upload, lang)
    allowed &= not view.replaces_sample or _hides_sample(upload, lang)
    clicked = st.button(
        t("loader_go", lang, count=number(view.rows, lang)),
        key="load_go",
        type="primary",
        disabled=not (who.name and allowed),
    )
    if not who.name:
        draw_small(t("loader_who_first", lang))
    if clicked:
        _commit(upload, data, who, allowed=bool(rejected and allowed), lang=lang)


def _is_whole(upload: Upload, lang: Lang) -> bool:
    """Say once more what speaks for a file that was cut, and ask whether it is whole."""
    found = reasons(upload.may_be_cut, lang)
    for reason in found[:MOST_ASKED]:
        st.warning(plain(reason_line(reason, lang)))
    return st.checkbox(
        t("loader_is_whole", lang, count=number(len(found), lang)),
        key=f"load_is_whole_{st.session_state.get(CHECKED_FILE)}",  # another file, another answer
    )


def _hides_sample(upload: Upload, lang: Lang) -> bool:
    """Ask before the first figures of their own take the place of the sample."""
    agreed = st.checkbox(t("loader_replaces_sample", lang), key="load_hide_sample")
    if absent := absent_words(parts_of(upload.good), lang):
        draw_small(t("loader_stays_empty", lang, parts=absent))
    return agreed


def _checklist(data: Dataset, lang: Lang) -> None:
    """Draw which parts are loaded and how to load the others, until none is missing."""
    if not checklist_words(data, lang):
        return
    lines = []
    for part, there in loaded_parts(data).items():
        template_name = t(f"loader_template_{TEMPLATE_OF[part]}", lang)
        words = t("loaded_there" if there else "loaded_absent", lang, template=template_name)
        name = t(f"loaded_{part}", lang)
        sign = "✓" if there else "✗"
        lines.append(
            f"<li class='{'there' if there else 'absent'}'><b aria-hidden='true'>{sign}</b> "
            f"<span>{escape(name)}: {escape(words)}</span></li>"
        )
    title = escape(t("loaded_title", lang))
    st.html(f"<section class='checklist'><h2>{title}</h2><ul>{''.join(lines)}</ul></section>")


def _commit(upload: Upload, data: Dataset, who: Who, *, allowed: bool, lang: Lang) -> None:
    with _stoppable(t("loader_storing", lang), lang) as progress:
        store = ready_store(data, progress=progress)
        batch = apart.commit(
            upload, store, data, who=who, allow_rejected=allowed, progress=progress
        )
        words = t("loader_nothing", lang)
        if batch is not None:
            counts = {name: number(n, lang) for name, n in batch_counts(batch).items()}
            words = t("loader_done", lang, file=upload.file_name, id=batch.id, **counts)
        st.session_state["_load_said"] = ("success", words)
        st.session_state.pop("_checked_upload", None)
        # A new uploader: the file that was loaded must not lie there as if it still waited.
        st.session_state["_load_round"] = st.session_state.get("_load_round", 0) + 1
    now = changed_dataset()
    if data.is_illustrative and not now.is_illustrative:
        open_anew()
    st.rerun()


def _batches(data: Dataset, lang: Lang) -> None:
    """Draw every file that was loaded, newest first, and the button that takes one back."""
    st.header(t("loader_batches", lang), anchor=False)
    known = batches(open_store()) if has_store() else ()
    if not known:
        draw_small(t("loader_batches_none", lang))
        return
    lines = batch_lines(known, data)
    rows = [
        {
            t("loader_batch", lang): str(line.batch.id),
            t("loader_batch_file", lang): batch_file(line.batch, lang),
            t("loader_who", lang): batch_who(line.batch, lang),
            t("loader_batch_at", lang): local_time(line.batch.at),
            t("loader_batch_figures", lang): " / ".join(
                number(line.counts[name], lang) for name in FIGURES
            ),
            t("loader_batch_rejected", lang): number(line.counts["rejected"], lang),
            t("loader_batch_state", lang): _batch_state(line, lang),
        }
        for line in lines
    ]
    table.draw_rows(rows, key="batches", label=t("loader_batches", lang), lang=lang)
    standing = {line.batch.id: line.batch for line in lines if line.can_be_undone}
    if standing and person.may("undo"):
        _undo(standing, lang)


def _batch_state(line: BatchLine, lang: Lang) -> str:
    if line.batch.undone_at:
        at = local_time(line.batch.undone_at)
        return t("loader_batch_undone", lang, who=line.batch.undone_by, at=at)
    return t("loader_batch_hidden" if line.is_hidden else "loader_batch_live", lang)


def _undo(standing: dict[int, Batch], lang: Lang) -> None:
    who = person.who("load_who")
    choice, go = st.columns([3, 1], vertical_alignment="bottom")
    chosen = choice.selectbox(
        t("loader_undo_choose", lang),
        list(standing),
        key=f"batch_to_undo_{max(standing)}",  # after each import the newest is offered
        format_func=lambda number_: (
            f"{number_} · {standing[number_].file_name} · {local_time(standing[number_].at)}"
        ),
    )
    go.button(
        t("loader_undo", lang),
        key="batch_undo",
        icon=":material/undo:",
        on_click=_undo_now,
        args=(chosen, who, lang),
        disabled=not who.name,
        width="stretch",
    )
    if not who.name:
        draw_small(t("loader_who_first", lang))


def _undo_now(batch_id: int, who: Who, lang: Lang) -> None:
    """Take a batch back (callback)."""
    with _told(lang):
        undo_batch(open_store(), batch_id, who=who, crossed=communes_crossed())
        st.session_state["_load_said"] = ("success", t("loader_undone", lang, id=batch_id))
        catch_up()


def _result(upload: Upload, view: UploadView, lang: Lang) -> None:
    """Draw counts, columns, changes, errors and warnings of a check."""
    st.header(plain(t("loader_result", lang, file=upload.file_name)), anchor=False)
    keys = {"read": "loader_read_rows"}
    draw_small(read_line(upload, lang))
    for line in set_aside_lines(upload, lang):
        draw_notice(line)
    draw_counts({keys.get(name, f"loader_{name}"): n for name, n in view.counts.items()}, lang)
    _choose_sheets(upload, lang)
    _questions(upload, lang)
    _errors(upload, lang)
    # Where nothing is left to load, nobody says that it can be loaded all the same.
    title = "loader_warnings" if upload.good else "loader_warnings_alone"
    _rows(upload.warnings, title, "load_warnings", lang)
    changes.draw(view.changes, upload.file_name, lang, are_open=not upload.errors)
    _understood(view, lang)


def _choose_sheets(upload: Upload, lang: Lang) -> None:
    """Let a person leave sheets out of a file with several tables; the file is checked again."""
    memory = st.session_state
    read = list(dict.fromkeys(table.headings.sheet for table in upload.tables))
    if len(read) > 1 or memory.get("_load_sheets"):
        memory["load_sheets"] = read  # what is shown below is of these
        st.multiselect(
            t("loader_sheets", lang),
            [*read, *upload.sheets_ignored],
            key="load_sheets",
            on_change=_sheets_chosen,
        )


def _sheets_chosen() -> None:
    """Keep which sheets are read (callback); none chosen means all."""
    memory = st.session_state
    memory["_load_sheets"] = memory["load_sheets"]
    memory.pop(CHECKED_FILE, None)


def _questions(upload: Upload, lang: Lang) -> None:
    """Ask which commune is meant where several bear a name; an answer checks the file again."""
    for question in questions_of(upload):
        name, district = question.place
        where = f"{name}, {district}" if district else name
        key = f"meant_{name}_{district}"
        st.selectbox(
            plain(t("loader_which", lang, name=where, count=number(question.rows, lang))),
            list(question.choices),
            index=None,
            key=key,
            placeholder=t("install_skip", lang),
            format_func=lambda code, question=question: question.choices[code],
            on_change=_answer,
            args=(question.place, key),
        )


def _answer(place: tuple[str, str], key: str) -> None:
    """Keep what a name means, and let the file be checked again (callback)."""
    memory = st.session_state
    if memory[key]:
        memory["_meant"] = {**memory.get("_meant", {}), place: memory[key]}
        memory.pop(CHECKED_FILE, None)


def _errors(upload: Upload, lang: Lang) -> None:
    if not upload.errors:
        return
    _rows(upload.errors, "loader_errors", "load_errors", lang)
    st.download_button(
        t("loader_marked", lang),
        partial(_marked, ref(upload), lang),
        file_name=f"{upload.file_name.rsplit('.', 1)[0]}_loi.xlsx",
        mime=EXCEL,
        key="load_marked",
        icon=":material/format_color_fill:",
        on_click="ignore",
    )


def _marked(held: ref[Upload], lang: Lang) -> bytes:
    """Return the file with its errors marked.

    Streamlit keeps what a button would do, and all that is in it, until the session has ended.
    """
    upload = held()
    if upload is None:
        raise LookupError("What was found in this file was let go of; a click checks it again.")
    return marked_workbook(upload.content, upload.file_name, upload.errors, lang=lang)


def _rows(errors: tuple[RowError, ...], title: str, key: str, lang: Lang) -> None:
    """Draw errors or warnings as a table, each reason once, in the order of the file."""
    if not errors:
        return
    count = number(len(errors), lang)
    st.subheader(t(title, lang, count=count), anchor=False)
    found = reasons(errors, lang)
    heads = [t(f"loader_{name}", lang) for name in ("row", "reason", "value", "column", "sheet")]
    with st.container(key=key):
        draw_texts(
            heads,
            (
                (
                    each.rows_text(lang),
                    each.text,
                    each.written,
                    f"{each.first.letter} · {each.first.column}",
                    each.first.sheet,
                )
                for each in found[:MOST_LISTED]
            ),
        )
    if len(found) > MOST_LISTED:
        shown = number(sum(len(each.errors) for each in found[:MOST_LISTED]), lang)
        draw_small(t("loader_shown", lang, shown=shown, count=count))


def _understood(view: UploadView, lang: Lang) -> None:
    """Draw which column was taken for what, so that a mistake is seen before anything is loaded."""
    with st.expander(t("loader_understood", lang)):
        heads = [t(f"loader_{name}", lang) for name in ("heading", "field", "column", "sheet")]
        draw_texts(
            heads,
            (
                (each.heading, each.field or t("loader_ignored", lang), each.letter, each.sheet)
                for each in view.columns
            ),
        )
