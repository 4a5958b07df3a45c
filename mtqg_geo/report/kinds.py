"""Which reports there are, and as which files; cheap to import, unlike what makes them."""

from __future__ import annotations

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
