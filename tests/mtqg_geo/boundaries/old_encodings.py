"""Text as a program of some year would have written it: the opposite of `encodings.decode`."""

import unicodedata

from mtqg_geo.boundaries.encodings import TABLES, VNI

TONE_MARKS = "\u0300\u0301\u0303\u0309\u0323"
WRITERS = {
    name: {char: chr(byte) for byte, char in table.items()} for name, table in TABLES.items()
}
# The last spelling of a letter is the plain one: capitals with capital marks.
WRITERS["vni"] = {letter: written for written, letter in VNI.items()}


def encode(text, encoding):
    """Return the text as it looks when a file of that encoding is read as ISO-8859-1.

    Raises
    ------
    UnicodeEncodeError
        If the encoding cannot write a character of the text.
    """
    if encoding == "unicode":
        return unicodedata.normalize("NFC", text)
    if encoding == "utf-8":
        return unicodedata.normalize("NFC", text).encode("utf-8").decode("latin-1")
    if encoding == "cp1258":
        return _for_cp1258(text).encode("cp1258").decode("latin-1")
    written = "".join(WRITERS[encoding].get(char, char) for char in _composed(text))
    return written.encode("latin-1").decode("latin-1")


def _for_cp1258(text):
    """Return letters with hat and horn composed, tones as marks of their own, as CP1258 has it."""
    written = []
    for char in _composed(text):
        try:
            char.encode("cp1258")
            written.append(char)
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", char)
            letter, tone = parts[:-1], parts[-1]
            if tone not in TONE_MARKS:  # the dot below comes before the hat in NFD
                tone = next((mark for mark in parts if mark in TONE_MARKS), "")
                letter = parts.replace(tone, "", 1)
            written.append(unicodedata.normalize("NFC", letter) + tone)
    return "".join(written)


def _composed(text):
    return unicodedata.normalize("NFC", text)
