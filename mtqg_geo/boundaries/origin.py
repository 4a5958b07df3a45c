"""What was read of a layer's file, in words: its format, which of its layers, how many rows."""

from collections.abc import Iterator

from geo.io import Origin
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t


def origin_text(file: str, origin: Origin, lang: Lang) -> str:
    """Say what was read of a file."""
    layer = t("read_named_layer", lang, layer=origin.layer) if origin.layer else ""
    said = {"file": file, "format": origin.format, "count": number(origin.rows, lang)}
    return t("read_origin", lang, layer=layer, **said)


def origin_notes(file: str, origin: Origin, lang: Lang) -> Iterator[str]:
    """Yield what a person should know besides: what was not taken, what may be missing."""
    if origin.left:
        yield t("read_layers_left", lang, layers=", ".join(origin.left))
    if origin.is_open:
        yield t("read_while_open", lang, file=file)
