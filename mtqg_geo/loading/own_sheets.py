"""Names of the sheets that we add to a workbook and that hold no data: reading passes them over."""

from __future__ import annotations

from mtqg_geo.programme.model import Text

GUIDE = Text("Hướng dẫn", "Guide")
LISTS = Text("Danh mục", "Lists")
TO_CORRECT = Text("Lỗi cần sửa", "To correct")

OWN_SHEETS = frozenset({*GUIDE, *LISTS, *TO_CORRECT})
"""All of them, in both languages."""
