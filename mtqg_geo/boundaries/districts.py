"""Which district and province each row of a file speaks of, and of which date the file is."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from mtqg_geo.communes.gazetteer import Gazetteer
from mtqg_geo.communes.names import full_name, normalised, plain_name, plain_whole

MAJORITY = 0.6
SPELLS: tuple[Callable[[str], str], ...] = (full_name, normalised, plain_whole, plain_name)


def file_date(rows: pd.DataFrame, gazetteer: Gazetteer, *, near: str) -> str:
    """Return the list date whose units agree with most rows, the one nearest `near` on a tie.

    Parameters
    ----------
    rows
        Columns `code_text`, `name`, `district`, `province`, empty where the file has none.
    near
        The date for which the units are wanted.
    """
    if not rows["name"].any():
        return _most_agreed(rows[["code_text"]].set_axis(["place"], axis=1), gazetteer, near)[0]
    best = ("", -1)
    for spell in (full_name, plain_name):
        found = _most_agreed(_places(rows, spell), gazetteer, near, spell=spell)
        best = max(best, found, key=lambda choice: choice[1])
        if best[1] >= len(rows) / 2:
            break
    return best[0]


def _places(rows: pd.DataFrame, spell: Callable[[str], str]) -> pd.DataFrame:
    name, district = spelled(rows["name"], spell), spelled(rows["district"], plain_name)
    return pd.DataFrame({"place": name.where(district == "", district + "|" + name)})


def _most_agreed(
    places: pd.DataFrame,
    gazetteer: Gazetteer,
    near: str,
    *,
    spell: Callable[[str], str] | None = None,
) -> tuple[str, int]:
    """Return the date at which most places exist, and how many do."""
    spans = gazetteer.units
    if spell is None:
        known = spans["code"]
    else:
        known = spelled(spans["name"], spell)
        if places["place"].str.contains("|", regex=False).any():
            known = spelled(spans["district"], plain_name) + "|" + known
    used = spans[["valid_from", "valid_to"]].assign(place=known)
    used = used[used["place"].isin(set(places["place"]))]
    counts = {
        day: used.loc[
            (used["valid_from"] <= day) & ((used["valid_to"] == "") | (day < used["valid_to"])),
            "place",
        ].nunique()
        for day in gazetteer.days
    }
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
    places = pd.DataFrame({"province_code": province, "district": rows["district"]})
    distinct = places.drop_duplicates()
    lists = [
        table.loc[table["district"] != "", ["province_code", "district", "district_code"]]
        for table in (units, spans)
    ]
    lists = [table.drop_duplicates() for table in lists]
    codes = {
        (row.province_code, row.district): _district(row.province_code, row.district, lists)
        for row in distinct.itertuples()
    }
    pairs = list(zip(places["province_code"], places["district"], strict=True))
    district = pd.Series([codes[pair] for pair in pairs], index=rows.index, dtype=object)
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
    shares = {}
    names = set(spelled(rows["name"], normalised))
    known = units[["province_code"]].assign(name=spelled(units["name"], normalised))
    for code, group in known[known["name"].isin(names)].groupby("province_code"):
        shares[code] = group["name"].nunique() / max(len(names), 1)
    best = max(shares, key=lambda code: shares[code], default="")
    return best if best and shares[best] >= MAJORITY else ""


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
    for spell in SPELLS:
        found = table.loc[spelled(table[name], spell) == spell(text), code].unique()
        if len(found) == 1:
            return str(found[0])
    return ""


def _renamed_districts(
    located: pd.DataFrame, rows: pd.DataFrame, units: pd.DataFrame
) -> pd.DataFrame:
    """Give an unknown district the code of the free one that holds most of its communes."""
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
