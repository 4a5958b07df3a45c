"""What is asked of a report besides the selection: paper, language, the day on it."""

import os
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime

from mtqg_geo.maps.classing import Classing
from mtqg_geo.maps.works_shown import WorksShown
from mtqg_geo.programme.model import Lang

PAPERS_MM = {"A4": (210.0, 297.0), "A3": (297.0, 420.0)}
ORIENTATIONS = ("landscape", "portrait")


def today() -> date:
    """Return the day a report is dated: today, or that of SOURCE_DATE_EPOCH for a repeatable one.

    See https://reproducible-builds.org/specs/source-date-epoch/.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isascii() and epoch.isdigit():
        return datetime.fromtimestamp(int(epoch), UTC).date()
    return date.today()


@dataclass(frozen=True)
class Office:
    """Who issues a report, as Decree 30/2020/NĐ-CP has it; what is "" is written in by hand.

    Attributes
    ----------
    superior, name
        The authority above, and the office itself.
    number
        Number and sign of the document: `12/BC-BDT`.
    signs, signer
        In which capacity somebody signs (lines parted by `;`), and the name.
    receivers
        Who receives it, parted by `;`; the copy on file is added.
    """

    superior: str = ""
    name: str = ""
    number: str = ""
    signs: str = ""
    signer: str = ""
    receivers: str = ""


OFFICE_FIELDS = tuple(each.name for each in fields(Office))
WITH_OFFICE = ("map", "progress", "communes", "word")  # an atlas is a book, a page no document

WITH_LIST, WITH_ALL = ("map",), ("communes", "atlas")


@dataclass(frozen=True)
class Setup:
    """Paper and language of a report, how its map is classed, the day it is made, who issues it.

    `works` are the works on the map; the rule decides where it is None (`works_by_rule`). A map
    that is `listed` has the list of its communes beside it; communes outside the programme are in
    atlas and table only if they are to be (`everywhere`).
    """

    paper: str = "A4"
    orientation: str = "landscape"
    lang: Lang = "vi"
    classing: Classing = Classing()
    day: date = field(default_factory=today)
    office: Office | None = None
    works: WorksShown | None = None
    listed: bool = False
    everywhere: bool = False

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height of the paper as it lies."""
        short_mm, long_mm = PAPERS_MM[self.paper]
        is_wide = self.orientation == "landscape"
        return (long_mm, short_mm) if is_wide else (short_mm, long_mm)


KINDS: dict[str, tuple[str, ...]] = {  # the usual format first
    "map": ("pdf", "png"),
    "progress": ("pdf", "png"),
    "communes": ("pdf", "png"),
    "atlas": ("pdf",),
    "word": ("docx",),
    "html": ("html",),
}
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html; charset=utf-8",
}
ON_PAPER = ("map", "progress", "communes", "atlas")  # these ask for paper and orientation
