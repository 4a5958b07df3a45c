"""Several pages as one picture, for a message or a slide: below each other, a grey line between."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image

from mtqg_geo.report.paper.sheet import RULE, Sheet, png_bytes

DPI = 150  # a single page has more; seven pages of A4 are 12 million dots at this
GAP_PX = 3


def png_of_pages(pages: Sequence[Sheet], *, dpi: int = DPI) -> bytes:
    """Return pages of one size below each other as a PNG picture, the first on top."""
    first = _drawn(pages[0], dpi)
    step = first.height + GAP_PX
    whole = Image.new("RGB", (first.width, len(pages) * step - GAP_PX), RULE)
    whole.paste(first)
    for at, page in enumerate(pages[1:], start=1):
        whole.paste(_drawn(page, dpi), (0, at * step))
    out = io.BytesIO()
    whole.save(out, format="png", dpi=(dpi, dpi))
    return out.getvalue()


def _drawn(page: Sheet, dpi: int) -> Image.Image:
    return Image.open(io.BytesIO(png_bytes(page, dpi=dpi))).convert("RGB")
