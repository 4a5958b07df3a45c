"""What a file of communes says of itself, all of it told by content.

Which of its columns hold codes, names, districts and provinces; of which date it is; of which
district and province each row speaks. Headings tell nothing: they are in every language.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import pandas as pd

from mtqg_geo.communes.codes import full_code, tidy_code
from mtqg_geo.communes.gazetteer import Gazetteer, in_force
from mtqg_geo.communes.names import (
    full_name,
    joined_name,
    normalised,
    plain_joined,
    plain_name,
    plain_whole,
)

# A way of writing that keeps more of the name weighs more: the accented column wins.
SPELLINGS: tuple[tuple[Callable[[str], str], float], ...] = (
    (full_name, 1.0),
    (normalised, 0.9),
    (plain_whole, 0.7),
    (plain_name, 0.7),
    (joined_name, 0.65),
    (plain_joined, 0.65),
)
PARENT_SHARE = 0.6
NAME_SHARE = 0.2
CODE_SHARE = 0.8
MAJORITY = 0.6


@dataclass(frozen=True)
class FileColumns:
    """Names of the columns that were recognised; None where the file has no such column."""

    code: str | None = None
    name: str | None = None
    district: str | None = None
    province: str | None = None


def find_columns(
    features: pd.DataFrame, gazetteer: Gazetteer, *, key: str | None = None
) -> FileColumns:
    """Find the columns that hold known codes, commune names, districts and provinces.

    Parameters
    ----------
    features
        The attribute table of a layer; a geometry column is passed over.
    gazetteer
        The units to compare with.
    key
        Name of the code column, if the person knows it.
    """
    texts = {
        str(column): distinct_texts(features[column])
        for column in features.columns
        if features[column].dtype != "geometry"
    }
    provinces = _scores(texts, gazetteer.units["province"].unique())
    # A district's column may also hold town names, never the other way round.
    districts = _scores(texts, gazetteer.units["district"].unique())
    communes = _scores(texts, gazetteer.units["name"].unique())
    return FileColumns(
        code=key or _code_column(texts, gazetteer, len(features)),
        name=_best(communes, NAME_SHARE, leave_out=_over(provinces) | _over(districts)),
        district=_best(districts, PARENT_SHARE, leave_out=_over(provinces)),
        province=_best(provinces, PARENT_SHARE),
    )


def as_text(values: pd.Series) -> pd.Series:
    """Return a column as stripped text: missing as empty, whole numbers without a fraction.

    >>> as_text(pd.Series([7645.0, None, " 07624 "], dtype=object)).tolist()
    ['7645', '', '07624']
    """
    text = values.astype(object).where(values.notna(), "").astype(str).str.strip()
    return text.str.replace(r"^(\d+)\.0$", r"\1", regex=True)


def distinct_texts(values: pd.Series) -> list[str]:
    """Return the distinct texts of a column, without the empty one."""
    return [text for text in as_text(values).unique() if text]


def _scores(texts: dict[str, list[str]], names: Collection[str]) -> dict[str, float]:
    """Return for each column the share of its texts that are known names, weighed by spelling."""
    scores = dict.fromkeys(texts, 0.0)
    for spell, weight in SPELLINGS:
        known = {spell(name) for name in names if name}
        for column, values in texts.items():
            worded = [value for value in values if not value.isdecimal()]
            found = sum(spell(value) in known for value in worded)
            scores[column] = max(scores[column], weight * found / max(len(values), 1))
    return scores


def _over(scores: dict[str, float]) -> set[str]:
    return {column for column, score in scores.items() if score >= PARENT_SHARE}


def _best(scores: dict[str, float], least: float, *, leave_out: Collection[str] = ()) -> str | None:
    free = {column: score for column, score in scores.items() if column not in leave_out}
    column = max(free, key=lambda name: free[name], default=None)
    return column if column is not None and free[column] >= least else None


def _code_column(texts: dict[str, list[str]], gazetteer: Gazetteer, n_rows: int) -> str | None:
    """Return the column whose texts are known codes, one for most rows.

    A running number padded to five digits is a known code one time in three, hence the share.
    """
    known = set(gazetteer.units["code"])
    for column, values in texts.items():
        numbers = [code for code in map(tidy_code, values) if code.isdecimal() and len(code) >= 3]
        found = sum(full_code(code) in known for code in numbers)
        if len(values) >= n_rows / 2 and found >= CODE_SHARE * len(values):
            return column
    return None


def file_date(rows: pd.DataFrame, gazetteer: Gazetteer, *, near: str) -> str:
    """Return the list date whose units agree with most rows, the one nearest `near` on a tie.

    Parameters
    ----------
    rows
        Columns `code_text`, `name`, `district`, `province`, empty where the file has none.
    near
        The date for which the units are wanted.
    """
    spans = gazetteer.units
    if not rows["name"].any():
        codes = spelled(rows["code_text"], full_code)
        return _most_agreed(codes, spans["code"], gazetteer, near)[0]
    best = ("", -1)
    # Files without accents agree with no list under full names; the second round finds theirs.
    for spell in (full_name, plain_name):
        places, known = _places(rows, spell), spelled(spans["name"], spell)
        if places.str.contains("|", regex=False).any():
            known = spelled(spans["district"], plain_name) + "|" + known
        found = _most_agreed(places, known, gazetteer, near)
        best = max(best, found, key=lambda choice: choice[1])
        if best[1] >= len(rows) / 2:
            break
    return best[0]


def _places(rows: pd.DataFrame, spell: Callable[[str], str]) -> pd.Series:
    name, district = spelled(rows["name"], spell), spelled(rows["district"], plain_name)
    return name.where(district == "", district + "|" + name)


def _most_agreed(
    places: pd.Series, known: pd.Series, gazetteer: Gazetteer, near: str
) -> tuple[str, int]:
    """Return the date at which most places exist, and how many do."""
    used = gazetteer.units[["valid_from", "valid_to"]].assign(place=known)
    used = used[used["place"].isin(set(places))]
    counts = {day: in_force(used, day)["place"].nunique() for day in gazetteer.days}
    distance = {day: abs((pd.Timestamp(day) - pd.Timestamp(near)).days) for day in counts}
    best = max(counts, key=lambda day: (counts[day], -distance[day]))
    return best, counts[best]


def locate(rows: pd.DataFrame, units: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """Return `province_code` and `district_code` of each row, empty where not recognised.

    Parameters
    ----------
    rows
        Columns `name`, `district`, `province`.
    units
        The units of the file's date.
    spans
        All spans of the gazetteer: former districts are recognised too.
    """
    province = _provinces(rows, units)
    lists = [
        table.loc[table["district"] != "", ["province_code", "district", "district_code"]]
        for table in (units, spans)
    ]
    lists = [table.drop_duplicates() for table in lists]
    places = list(zip(province, rows["district"], strict=True))
    codes = {place: _district(*place, lists) for place in set(places)}
    district = pd.Series([codes[place] for place in places], index=rows.index, dtype=object)
    located = pd.DataFrame({"province_code": province, "district_code": district})
    return _renamed_districts(located, rows, units)


def _provinces(rows: pd.DataFrame, units: pd.DataFrame) -> pd.Series:
    codes = units[["province", "province_code"]].drop_duplicates()
    found = {
        text: _only(codes, "province", "province_code", text) for text in rows["province"].unique()
    }
    province = rows["province"].map(found).astype(object)
    if rows["province"].any():
        return province
    return pd.Series(_voted(rows, units), index=rows.index, dtype=object)


def _voted(rows: pd.DataFrame, units: pd.DataFrame) -> str:
    """Return the province in which most of the names exist, for a file that names none."""
    for spell in (normalised, joined_name, plain_joined):
        names = set(spelled(rows["name"], spell))
        known = units[["province_code"]].assign(name=spelled(units["name"], spell))
        counts = known[known["name"].isin(names)].groupby("province_code")["name"].nunique()
        if len(counts) and counts.max() / len(names) >= MAJORITY:
            return str(counts.idxmax())
    return ""


def _district(province: str, text: str, lists: list[pd.DataFrame]) -> str:
    """Return the district's code: of the file's date first, else of any other date."""
    if not text:
        return ""
    for table in lists:
        inside = table[table["province_code"] == province] if province else table
        found = _only(inside, "district", "district_code", text)
        if found:
            return found
    return ""


def _only(table: pd.DataFrame, name: str, code: str, text: str) -> str:
    """Return the one code whose name is spelled so, the strictest spelling first."""
    for spell, _ in SPELLINGS:
        found = table.loc[spelled(table[name], spell) == spell(text), code].unique()
        if len(found) == 1:
            return str(found[0])
    return ""


def _renamed_districts(
    located: pd.DataFrame, rows: pd.DataFrame, units: pd.DataFrame
) -> pd.DataFrame:
    """Give an unknown district the code of the free one that holds most of its communes."""
    # A district that was renamed still holds communes of the same names.
    located = located.copy()
    known = units.assign(spelling=spelled(units["name"], normalised))
    unknown = (located["district_code"] == "") & (rows["district"] != "")
    taken = set(located["district_code"])
    for (province, _), group in rows[unknown].groupby(
        [located.loc[unknown, "province_code"], rows.loc[unknown, "district"]]
    ):
        names = set(spelled(group["name"], normalised))
        free = known[(known["province_code"] == province) & ~known["district_code"].isin(taken)]
        shared = free[free["spelling"].isin(names)].groupby("district_code")["spelling"].nunique()
        if len(shared) and shared.max() >= MAJORITY * len(names):
            located.loc[group.index, "district_code"] = shared.idxmax()
    return located


def spelled(texts: pd.Series, spell: Callable[[str], str]) -> pd.Series:
    """Return the texts in one spelling; each distinct text is spelled once."""
    # Python objects first: taken out of Arrow one by one they cost more than the spelling.
    texts = texts.astype(object)
    distinct = {text: spell(text) for text in texts.unique()}
    return texts.map(distinct).astype(object)
