"""Vietnamese text from before Unicode: decoded without loss, the encoding chosen by known names.

Text is taken as a file's bytes read one by one as ISO-8859-1, which loses nothing. Python has no
codec for TCVN3 (ABC fonts), VNI or VISCII, and no kept library has all three, so the tables stand
here, each with its source.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from mtqg_geo.communes.names import normalised

# TCVN 5712:1993 (VN1), bytes 0x80-0xFF; ABC fonts use the part from 0xA1 on. As in glibc's iconv.
TCVN3_HIGH = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ"
    "\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ"
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịò"
    "ỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)
TCVN3_LOW = dict(
    zip(b"\x01\x02\x04\x05\x06\x11\x12\x13\x14\x15\x16\x17", "ÚỤỪỬỮỨỰỲỶỸÝỴ", strict=True)
)

# RFC 1456, bytes 0x80-0xFF and the six capitals that took the place of control characters.
VISCII_HIGH = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ"
    "ÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡư"
    "àáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
)
VISCII_LOW = dict(zip(b"\x02\x05\x06\x14\x19\x1e", "ẲẴẪỶỸỴ", strict=True))

# VNI-Windows: a vowel and a mark behind it, or one letter of its own (vietunicode.sourceforge.net).
MARKS = ("", "\u0301", "\u0300", "\u0309", "\u0303", "\u0323")  # none, sắc, huyền, hỏi, ngã, nặng
VNI_TONES = dict(zip("ùøûõï", MARKS[1:], strict=True))
VNI_CIRCUMFLEX = dict(zip("âáàåãä", MARKS, strict=True))
VNI_BREVE = dict(zip("êéèúüë", MARKS, strict=True))
VNI_LETTERS = {
    "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ñ": "đ", "ô": "ơ", "ö": "ư",
}  # fmt: skip
SAMPLES = 5
REPLACEMENT = "\ufffd"
RARE = re.compile("[\u1ea0-\u1ef9]")
LOST = re.compile(r"[^\W\d_]\?+(?=[^\W\d_])|(?<![^\s(])\?+(?=[^\W\d_])")
LAST_LOST = re.compile(r"[^\W\d_]\?+(?= \w)")
LEAST_LOST = 2


@dataclass(frozen=True)
class EncodingChoice:
    """The encoding under which most names are known.

    Parameters
    ----------
    name
        `unicode` (nothing to decode), `utf-8`, `cp1258`, `tcvn3`, `vni` or `viscii`.
    known_share
        Part of the accented texts of the best column that are known names, 0 to 1.
    samples
        Up to five decoded texts of the column with most known names, for a person to judge.
    """

    name: str
    known_share: float
    samples: tuple[str, ...]


def decode(text: str, encoding: str) -> str:
    """Return text that was read byte by byte, in composed Unicode.

    >>> decode("X· An L¹c", "tcvn3")
    'Xã An Lạc'

    Raises
    ------
    UnicodeDecodeError
        If the bytes cannot be of that encoding; nothing is ever replaced.
    """
    if encoding == "unicode":
        return unicodedata.normalize("NFC", text)
    raw = _bytes(text)
    if encoding in ("utf-8", "cp1258", "cp1252"):
        return unicodedata.normalize("NFC", raw.decode(encoding))
    read = raw.decode("latin-1")
    if encoding == "vni":
        return unicodedata.normalize("NFC", VNI_PATTERN.sub(lambda found: VNI[found[0]], read))
    return unicodedata.normalize("NFC", read.translate(TABLES[encoding]))


def best_encoding(columns: Iterable[Iterable[str]], known_names: Collection[str]) -> EncodingChoice:
    """Choose the encoding under which most accented texts of one column are known names.

    Parameters
    ----------
    columns
        The text columns of a file, read byte by byte.
    known_names
        Names to recognise, with or without their type.
    """
    distinct = [sorted({text for text in column if text}) for column in columns]
    accented = [[text for text in column if not text.isascii()] for column in distinct]
    known = {normalised(name) for name in known_names}
    if not any(accented):
        return EncodingChoice("unicode", 1.0, _samples(max(distinct, key=len, default=[])))
    choices = [_judge(accented, encoding, known) for encoding in ENCODINGS]
    return max(choices, key=lambda choice: choice.known_share)


def lost_letters(texts: Iterable[str]) -> list[str]:
    """Return the texts in which letters became question marks, as when Excel saves as ANSI.

    Where letters are still there that no such code page has, a question mark is one.

    >>> lost_letters(["Xã L? Vi?n", "Xã An Lá", "Tu?n ??o"])
    ['Xã L? Vi?n', 'Tu?n ??o']
    >>> lost_letters(["Xã Lệ Viễn", "a?b?c"])
    []
    """
    texts = list(dict.fromkeys(texts))
    replaced = [text for text in texts if REPLACEMENT in text]
    if replaced or any(map(RARE.search, texts)):
        return replaced
    words = [text for text in texts if "://" not in text]
    inside = [text for text in words if LOST.search(text)]
    # Beside a word with a hole one that ends in a question mark has lost its last letter.
    holes = sum(len(LOST.findall(text)) + len(LAST_LOST.findall(text)) for text in words)
    return [text for text in words if "?" in text] if inside and holes >= LEAST_LOST else []


def _judge(accented: list[list[str]], encoding: str, known: set[str]) -> EncodingChoice:
    """Return the share of known names in the best column; any undecodable text rules it out."""
    try:
        decoded = [[decode(text, encoding) for text in column] for column in accented]
    except UnicodeError:
        return EncodingChoice(encoding, -1.0, ())
    # The best column judges, since a file has more columns of notes than of names; what is shown
    # to a person is the column with most names.
    best = max(decoded, key=lambda column: (_share(column, known), len(column)))
    most = max(decoded, key=lambda column: _share(column, known) * len(column))
    return EncodingChoice(encoding, _share(best, known), _samples(most))


def _share(texts: list[str], known: set[str]) -> float:
    return sum(normalised(text) in known for text in texts) / len(texts) if texts else 0.0


def _samples(texts: list[str]) -> tuple[str, ...]:
    step = max(1, len(texts) // SAMPLES)
    return tuple(texts[::step][:SAMPLES])


def _bytes(text: str) -> bytes:
    """Return the bytes of a text that was read as ISO-8859-1 or as Windows-1252."""
    return b"".join(
        char.encode("latin-1") if ord(char) < 256 else char.encode("cp1252") for char in text
    )


def _table(high: str, low: Mapping[int, str]) -> dict[int, str]:
    return {0x80 + place: char for place, char in enumerate(high)} | dict(low)


def _vni() -> dict[str, str]:
    """Return VNI text → letter, in both cases."""
    horned = {letter: VNI_LETTERS[letter] for letter in "ôö"}
    families = (
        (dict(zip("aeouy", "aeouy", strict=True)) | horned, VNI_TONES),
        ({vowel: vowel + "\u0302" for vowel in "aeo"}, VNI_CIRCUMFLEX),
        ({"a": "a\u0306"}, VNI_BREVE),
    )
    lower = VNI_LETTERS | {
        letter + mark: unicodedata.normalize("NFC", meant + tone)
        for letters, marks in families
        for letter, meant in letters.items()
        for mark, tone in marks.items()
    }
    upper = {written.upper(): letter.upper() for written, letter in lower.items()}
    # A capital is also met with a small mark behind it, as it was typed.
    mixed = {
        written[0].upper() + written[1]: letter.upper()
        for written, letter in lower.items()
        if len(written) == 2
    }
    return mixed | upper | lower


TABLES = {"tcvn3": _table(TCVN3_HIGH, TCVN3_LOW), "viscii": _table(VISCII_HIGH, VISCII_LOW)}
VNI = _vni()
VNI_PATTERN = re.compile("|".join(sorted(map(re.escape, VNI), key=len, reverse=True)))
# Order decides a tie: Unicode first, then the encodings that refuse foreign bytes.
ENCODINGS = ("unicode", "utf-8", "tcvn3", "vni", "viscii", "cp1258")
