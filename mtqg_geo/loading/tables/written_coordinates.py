"""A coordinate as people write it: decimal degrees, degrees-minutes-seconds, or metres.

Which of the two axes a number belongs to is not asked here: in Vietnam latitudes (7–24), longitudes
(102–118), eastings and northings are told apart by their size (see `coordinates`).
"""

import math
import re

# One sign for each of the many that keyboards and word processors have.
SIGNS = (
    (re.compile(r"[º˚]|(?<=\d) ?(?:độ|deg)\b|(?<=\d) ?d(?= ?[0-5]?\d ?['’′‘´`])"), "°"),
    (re.compile(r"''|[”″“]|(?<=\d) ?giây\b"), '"'),
    (re.compile(r"[’′‘´`]|(?<=\d) ?phút\b"), "'"),
)
_60 = r"[0-5]?\d(?:[.,]\d+)?"
_MARKED = (
    rf"\d{{1,3}} ?° ?{_60}(?:(?: ?' ?| )(?:{_60} ?[\"']?)?)?"  # 21°17'30", 21° 17.5', 21°17 30'
)
# 21 17 30, 21:17:30, 21-17-30; groups of thousands have three digits
_SPACED = "|".join(rf"\d{{1,3}}{sign}[0-5]?\d{sign}{_60}" for sign in (" ", ":", "-"))
_NUMBER = r"[+-]?(?:\d+(?:[.,]\d+)?|\d{1,3}(?:[.,]\d{3})+(?:[.,]\d+)?) ?°?"
_GROUPED = r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?"
# N is north, which Vietnamese writes B; nothing of Vietnam lies in the south or the west.
_SIDE = r"(?:bắc|đông|north|east|[nbeđd])"
_LABEL = rf"(?:(?:lat(?:itude)?|lon(?:g|gitude)?|lng|vĩ độ|kinh độ|[xy]|{_SIDE}) ?[:=]? ?)?"
_BEHIND = rf"(?: ?{_SIDE}(?![^\d\W]))?"
_ONE = rf"{_LABEL}(?:{_MARKED}|{_SPACED}|{_NUMBER}){_BEHIND}"
ONE = re.compile(
    rf"{_LABEL}(?:(?P<dms>{_MARKED}|{_SPACED})|(?P<number>{_GROUPED}|{_NUMBER})){_BEHIND}"
)
# Behind the two may stand height and accuracy, as field apps write them.
TWO = re.compile(rf"({_ONE})(?: ?[;,/|–-] ?| |(?<=[^\d\W]))({_ONE})(?: -?\d[\d.]*){{0,2}}")
AROUND = re.compile(r"^(?:(?:point|toạ độ|tọa độ|gps|wgs ?-?84|vn ?-?2000)\b|[ :(\[])*|[ )\];,.]+$")
# What a link to an online map says of the place it shows: ?q=21.41,106.90, @21.41,106.90,17z
LINKED = re.compile(
    r"(?:[?&/](?:q|ll|query|destination|place)[=/]|@|!3d)(\d+\.\d+)(?:,|%2c|!4d)(\d+\.\d+)"
)
PARTS = re.compile(r"\d+(?:[.,]\d+)?")


def read_one(text: str) -> float | None:
    """Return the number a text writes: degrees, or metres; None if it writes no coordinate.

    >>> [read_one(text) for text in ("106,9605", "21°30'", "21 17 42", "2.374.000,5", "đông")]
    [106.9605, 21.5, 21.295, 2374000.5, None]
    >>> [read_one(text) for text in ("21°17 42", "21°17 42'", "21d17'42", "21,5 deg")]
    [21.295, 21.295, 21.295, 21.5]
    """
    found = ONE.fullmatch(_tidy(text))
    if found is None:
        return None
    if found["dms"]:
        parts = [float(part.replace(",", ".")) for part in PARTS.findall(found["dms"])]
        return sum(part * 60.0**-place for place, part in enumerate(parts))
    value = _number(found["number"].rstrip("° ").replace(" ", ""))
    return value if math.isfinite(value) else None  # hundreds of digits


def read_two(text: str) -> tuple[float, float] | None:
    """Return both numbers of a cell that writes two; None if it does not.

    >>> read_two("21.321000, 106.960574"), read_two("X=2357123,4; Y=495911,2")
    ((21.321, 106.960574), (2357123.4, 495911.2))
    >>> read_two("21,321 106,96 120 4.5"), read_two("thôn 3")
    ((21.321, 106.96), None)
    >>> read_two("https://www.google.com/maps/@21.321,106.9606,17z")
    (21.321, 106.9606)
    """
    is_link = text.lower().startswith("http")
    found = LINKED.search(text.lower()) if is_link else TWO.fullmatch(_tidy(text))
    if found is None:
        return None
    one, other = read_one(found[1]), read_one(found[2])
    return None if one is None or other is None else (one, other)


def _tidy(text: str) -> str:
    text = text.lower()
    for pattern, sign in SIGNS:
        text = pattern.sub(sign, text)
    return AROUND.sub("", text)


def _number(text: str) -> float:
    """Return a number: a mark that comes again parts thousands, the last of two kinds decimals."""
    points, commas = text.count("."), text.count(",")
    decimal = "." if text.rfind(".") > text.rfind(",") else ","
    if points > 1 or commas > 1 or (points and commas):
        for mark in ".,":
            if mark != decimal or text.count(mark) > 1:
                text = text.replace(mark, "")
    value = float(text.replace(",", "."))
    whole, _, rest = text.replace(",", ".").partition(".")
    # No degrees, and too little for metres: its only mark parts thousands (404.123).
    return float(whole + rest) if 180 < abs(value) < 1000 and len(rest) == 3 else value
