"""The one function behind the command line and the buttons: which report, as which file."""

from collections.abc import Callable, Iterator
from itertools import islice

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.scope import map_title, place_text
from mtqg_geo.figures.selection import Selection
from mtqg_geo.programme.errors import ReportError
from mtqg_geo.programme.words import coded, t
from mtqg_geo.report.atlas import atlas_codes, atlas_sheets
from mtqg_geo.report.map.page import map_sheets
from mtqg_geo.report.paper.sheet import Sheet, pdf_bytes, png_bytes, png_of_pages
from mtqg_geo.report.setup import Setup
from mtqg_geo.report.tables.communes import commune_sheets
from mtqg_geo.report.tables.progress import progress_sheets

ShareListener = Callable[[float], None]
MOST_PAGES_OF_PICTURE = 12  # at 150 dots an inch 60 MB of memory on A4, 120 MB on A3
_SHEETS = {
    "map": map_sheets,
    "progress": progress_sheets,
    "communes": commune_sheets,
    "atlas": atlas_sheets,
}


def report_bytes(
    data: Dataset,
    selection: Selection,
    setup: Setup,
    kind: str,
    suffix: str,
    *,
    progress: ShareListener = lambda share: None,
) -> bytes:
    """Return a report of a selection as the content of a file.

    Parameters
    ----------
    data, selection, setup
        What there is, what of it is chosen, and how it is printed.
    kind, suffix
        A name of `KINDS` and one of its formats.
    progress
        Told the share that is done, from 0 to 1.

    Raises
    ------
    ReportError
        If a picture is asked for of something that has more pages than one picture takes.
    """
    if kind == "html":
        from mtqg_geo.report.standalone import standalone_html  # a library of web maps with it

        return standalone_html(data, selection, setup).encode("utf-8")
    if kind == "word":
        from mtqg_geo.report.word.report import word_report

        return word_report(data, selection, setup)
    expected = max(len(atlas_codes(data, selection, setup)), 1) if kind == "atlas" else 1
    sheets = _told(_SHEETS[kind](data, selection, setup), expected, progress)
    if suffix == "png":
        return _picture(sheets, expected)
    return pdf_bytes(
        sheets,
        title=report_title(data, selection, setup, kind),
        subject=data.catalog.programme.name.of(setup.lang),
    )


def report_title(data: Dataset, selection: Selection, setup: Setup, kind: str) -> str:
    """Return the title that a reader of the file shows."""
    lang = setup.lang
    key = "report_atlas_title" if kind == "atlas" else f"report_{kind}_name"
    title = map_title(data, selection, lang) if kind == "map" else t(key, lang)
    return f"{title} – {place_text(data, selection, lang)}"


def _told(sheets: Iterator[Sheet], expected: int, progress: ShareListener) -> Iterator[Sheet]:
    for done, sheet in enumerate(sheets):
        yield sheet
        progress(min((done + 1) / expected, 1.0))


def _picture(sheets: Iterator[Sheet], expected: int) -> bytes:
    """Return the pages as one picture; nothing is drawn of what is known to be too long."""
    most = MOST_PAGES_OF_PICTURE
    # How many pages a table takes is known only once it is drawn: one too many is enough to know.
    pages = list(islice(sheets, most + 1)) if expected <= most else []
    if not pages or len(pages) > most:
        raise coded(ReportError, "report_long_picture", most=most)
    return png_bytes(pages[0]) if len(pages) == 1 else png_of_pages(pages)
