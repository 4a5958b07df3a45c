"""Vietnamese place names: spellings by which variants of one name are found equal."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps

TONES = {"\u0300": "1", "\u0301": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
TYPES = (
    r"thành\s?phố|thị\s?xã|thị\s?trấn|đặc\s?khu|phường|huyện|quận|tỉnh|xã"
    r"|t\.\s?trấn|t\.\s?xã|t\.\s?phố"
)
# Types of two letters may do without a point, single ones too, but for the names that begin so.
LETTERS = r"tp|tx|ttr?|t[./]\s?(?:tr?|p|x)"
SHORT_TYPES = (
    rf"(?:{LETTERS}|ph|đk)(?:\.|\s?:)\s*|(?:{LETTERS}|[fhpqx])\s+(?!rao\b|b[ôo]ng\b|neng\b|:)"
    r"|[fhpqtx](?:\.|\s?:)\s*|[fpq](?=\d)"
)
AFTER_TYPE = r"(?:\s*:\s*|\.?\s+)"  # "Xã: Vân Sơn" as a form has it
TYPE_PREFIX = re.compile(rf"^(?:(?:{TYPES}){AFTER_TYPE}|{SHORT_TYPES})", re.IGNORECASE)
ENGLISH_TYPE = re.compile(r"(?<=\w) (?:commune|ward|town(?:ship|let)?|district|province|city)$")
OFFICE = re.compile(r"^(?:ubnd|u\.b\.n\.d\.?|[uủ][ỷy] ban nhân dân)\s+")
# What is said of a commune behind its name; a district there, or "cũ", tells which one is meant.
REMARK = re.compile(
    r"\s*[(\[](?:xã )?(?:[đd]bkk|đặc biệt khó khăn|(?:khu vực|kv|vùng) ?(?:i{1,3}|[123])|i{1,3}"
    r"|atk|an toàn khu|biên giới|miền núi|vùng cao|ntm|nông thôn mới)[)\]]$"
)
ABBREVIATED = re.compile(r"\bn\.?t\.?\s+(?=\w)", re.IGNORECASE)
APOSTROPHES = re.compile("['\u2019\u2018`\u00b4]\\s*")
# A check of one layer compares it with 12,000 names a dozen times: each is spelled only once.
KEPT = 32_768
MOST_DIGITS = 50  # of a number; Python refuses to read some thousands
SHORT = 120  # characters of a name; there are a dozen such memories in all
# Marks that nobody sees, and letters of other alphabets that look like ours.
INVISIBLE: Mapping[int, str | None] = dict.fromkeys(
    (0x00AD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F),
     *range(0x2060, 0x2070), *range(0xFE00, 0xFE10), 0xFEFF, 0xFFFE, 0xFFFF)
)  # fmt: skip
STROKED = {0x00D0: "Đ", 0x00F0: "đ", 0x0189: "Đ", 0x0256: "đ"}
WIDE = {wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}  # of Chinese and Japanese type
LOOKALIKES = {
    **INVISIBLE,
    **STROKED,
    **str.maketrans("АВЕКМНОРСТУХІЅаеорсухіѕ", "ABEKMHOPCTYXISaeopcyxis"),  # Cyrillic
    **str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοıɑǎǍ", "ABEZHIKMNOPTYXoiaăĂ"),  # Greek and others
    **WIDE,
}
_LOWER, _UPPER = (
    "".join(
        letter
        for letter in map(chr, (*range(0x41, 0x1B1), *range(0x1EA0, 0x1EFA)))
        if of_case(letter)
    )
    for of_case in (str.islower, str.isupper)
)
# Where the next word begins in names that were written without spaces (GADM: `AnLạc`).
JOINT = re.compile(rf"(?<=[{_LOWER}])(?=[{_UPPER}\d])")
COMBINING = re.compile("[\u0300-\u036f]")
ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8"}


def kept_if_short(spell: Callable[..., str]) -> Callable[..., str]:
    """Keep what a function gives for short texts; thousands of long ones would fill the memory."""
    kept = lru_cache(maxsize=KEPT)(spell)

    @wraps(spell)
    def of(text: str, **options: bool) -> str:
        return (kept if len(text) <= SHORT else spell)(text, **options)

    return of


@kept_if_short
def without_accents(text: str) -> str:
    """Return the text in plain Latin letters, for file names and search (`Đồng` → `Dong`)."""
    text = text.translate(LOOKALIKES).replace("đ", "d").replace("Đ", "D")
    decomposed = unicodedata.normalize("NFD", text)
    return COMBINING.sub("", decomposed)


PLAIN_PREFIX = re.compile(rf"^(?:(?:{without_accents(TYPES)}){AFTER_TYPE}|{SHORT_TYPES})")


@kept_if_short
def full_name(text: str) -> str:
    """Return name and type as written, in composed Unicode, lower case, single spaces.

    The office stands for its commune, words that were joined are parted, English types and remarks
    in brackets go.

    >>> full_name("Huyện Sơn Ðộng") == full_name("huyện Sơn Động")  # the first with an Icelandic Ð
    True
    >>> full_name("UBND xã An Lạc"), full_name("ThịtrấnAnChâu")
    ('xã an lạc', 'thịtrấn an châu')
    >>> full_name("Xã Phúc Sơn (ĐBKK)"), full_name("Xã Phúc Sơn (Tân Yên)")
    ('xã phúc sơn', 'xã phúc sơn (tân yên)')
    """
    written = JOINT.sub(" ", unicodedata.normalize("NFC", text.translate(LOOKALIKES)))
    words = " ".join(written.replace("_", " ").lower().split())
    return ENGLISH_TYPE.sub("", OFFICE.sub("", REMARK.sub("", words)))


@kept_if_short
def bare_name(text: str) -> str:
    """Return the full name without its type (`Xã An Lạc` → `an lạc`)."""
    return TYPE_PREFIX.sub("", full_name(text))


@kept_if_short
def joined_name(text: str) -> str:
    """Return the name without its type in one word, as some programs write it (`ANLẠC`)."""
    return re.sub(r"[\s\-–.,]", "", bare_name(text))


@kept_if_short
def plain_name(text: str, *, keep_type: bool = False) -> str:
    """Return the name without accents, type or punctuation, for layers that lost their accents.

    It confuses names (7 % of the communes of one province): use it only as a last step.

    >>> plain_name("Xã Đồng Kỳ"), plain_name("Dong Ky")
    ('dong ky', 'dong ky')
    """
    # "Phuong Lien" may be a name, "Phường Liên" is not: a written accent settles what is the type.
    typed = full_name(text) if keep_type or text.isascii() else bare_name(text)
    plain = without_accents(typed)
    if text.isascii() and not keep_type:
        plain = PLAIN_PREFIX.sub("", plain)
    words = re.sub(r"[^a-z0-9 ]", "", re.sub(r"[\-–]", " ", plain)).split()
    return " ".join(_number(word) if word.isdecimal() else word for word in words)


@kept_if_short
def plain_joined(text: str) -> str:
    """Return the plain name in one word (`Xã Ea Bar` = `Xã EaBar`)."""
    return plain_name(text).replace(" ", "")


@kept_if_short
def plain_whole(text: str) -> str:
    """Return the name without accents and with every word (`Quản Bạ` = `Quan Ba`, not `Ba`)."""
    return plain_name(bare_name(text), keep_type=True)


@kept_if_short
def normalised(text: str) -> str:
    """Return a spelling that is equal for variants of one name, and keeps every tone apart.

    `Hoà`/`Hòa` (place of the tone), `Lý`/`Lí`, `Quy`/`Qui`, `Đăk`/`Đắk`, NFC/NFD, type prefixes,
    apostrophes, roman numerals, `Phường 01`/`Phường 1` and `NT` for `Nông trường` become one;
    `Hoà` and `Hoá` stay two. The tone moves to the end of its syllable as a digit.

    >>> normalised("Xã Hoà Bình") == normalised("Hòa Bình"), normalised("Hoà") == normalised("Hoá")
    (True, False)
    >>> normalised("Phường Trần Nguyên Hãn"), normalised("Phường 01")
    ('trân1 nguyên han4', '1')
    """
    written = ABBREVIATED.sub("nông trường ", APOSTROPHES.sub("", bare_name(text)))
    words = re.split(r"[\s\-–.,]+", written)
    return " ".join(_syllable(word) for word in words if word)


def _number(word: str) -> str:
    """Return digits without the zeros before them, however many there are."""
    return str(int(word)) if len(word) < MOST_DIGITS else word


@kept_if_short
def _syllable(word: str) -> str:
    if word.isdecimal():
        return _number(word)
    if word in ROMAN:
        return ROMAN[word]
    if word == "đăk":
        # Both spellings are official in the Central Highlands, often for one place.
        word = "đắk"
    decomposed = unicodedata.normalize("NFD", word)
    tone = "".join(TONES.get(char, "") for char in decomposed)
    body = unicodedata.normalize("NFC", "".join(ch for ch in decomposed if ch not in TONES))
    # `y` and `i` are written for each other where a syllable ends in one of them (Lý = Lí), but not
    # in diphthongs (Thủy is not Thủi).
    body = re.sub(r"^([hklmst]|qu)y$", r"\1i", body)
    return body + tone
