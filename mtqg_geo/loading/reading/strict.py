"""Workbooks saved as "Strict Open XML": the same parts as any `.xlsx`, under other names.

openpyxl knows the usual names only and finds such a workbook empty, so that it is read from a copy
under those. Dates, which a strict workbook writes in words, openpyxl reads.
"""

import zipfile
from pathlib import Path

from mtqg_geo.loading.reading.xlsx import MOST_UNPACKED_BYTES

STRICT = b"http://purl.oclc.org/ooxml/"
USUAL = {
    STRICT + b"spreadsheetml/main": b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    **{
        STRICT + name + b"/": b"http://schemas.openxmlformats.org/" + name + b"/2006/"
        for name in (b"officeDocument", b"drawingml")
    },
}
FIRST_PART = "_rels/.rels"


def usual_copy(path: Path, folder: Path) -> Path:
    """Return a copy of a strict workbook, in a folder, under the usual names.

    One that is too large is returned as it is: its reader says so.
    """
    copy = folder / "usual.xlsx"
    with zipfile.ZipFile(path) as strict, zipfile.ZipFile(copy, "w") as usual:
        parts = strict.infolist()
        if sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
            return path
        for part in parts:
            content = strict.read(part)
            if part.filename.endswith((".xml", ".rels")):
                for name, instead in USUAL.items():
                    content = content.replace(name, instead)
            usual.writestr(part.filename, content, zipfile.ZIP_DEFLATED, compresslevel=1)
    return copy
