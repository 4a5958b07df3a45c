"""Write `lineage.csv`: what became of each commune of Bắc Giang after April 2023.

Run from the root of the project::

    python -m data.lineage.build

Which units there were on which day, and what followed them, comes from the gazetteer
(`data/gazetteer/units.parquet`); how sure the step of 1 July 2025 is, from
`inputs/crosswalk_2025.csv`. The README beside this file says what was looked up besides.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
GAZETTEER = HERE.parent / "gazetteer" / "units.parquet"
CROSSWALK = HERE / "inputs" / "crosswalk_2025.csv"
PROVINCE = "24"
SINCE = "2023-04-10"  # the list of communes the programme's figures speak of
COLUMNS = [
    *("from_code", "from_name", "to_code", "to_name", "day", "change", "share", "share_basis"),
    *("resolution", "confidence", "source"),
]
RESOLUTIONS = {
    "2024-02-01": "938/NQ-UBTVQH15",
    "2025-01-01": "1191/NQ-UBTVQH15",
    "2025-07-01": "1658/NQ-UBTVQH15",
}
LISTED = "statistics office list"
FORMER_NAMES = "vietnamadminunits 1.0.4, former names; overlay of the layer of 2008 on that of 2025"
CONVERTER = "vietnamadminunits 1.0.4, converter of 2025"

# What a list of codes cannot tell: of Thanh Hải 11.98 km² with 520 people went to Biên Sơn, and
# 17.09 km² with 17,413 people stayed.
# People stand nearer to what a programme counts (households, money, works) than land does.
CAFEF = (
    "https://cafef.vn/hon-10-ngay-nua-se-co-thi-xa-ten-ngan-nhat-viet-nam-188241218133720117.chn"
)
SPLIT, SPLIT_DAY, PEOPLE = "07549", "2025-01-01", {"07549": 17413, "07555": 520}
# The resolution's figures for Vũ Xá (all of its 10.24 km² and 4,445 people) are quoted here.
VU_XA, VU_XA_SOURCE = "07516", "https://vi.wikipedia.org/wiki/Cẩm_Lý"


def build() -> pd.DataFrame:
    """Return the whole table, sorted by day and codes."""
    spans = pd.read_parquet(GAZETTEER)
    spans = spans[(spans["province_code"] == PROVINCE) & _has_kin(spans)]
    steps = [_step(spans, day) for day in sorted(RESOLUTIONS)]
    table = pd.concat(steps, ignore_index=True)
    return table.sort_values(["day", "from_code", "to_code"], ignore_index=True)[COLUMNS]


def _has_kin(spans: pd.DataFrame) -> pd.Series:
    """Leave out units dissolved in 2020 that a list of 2025 names once more, with no kin."""
    again = (spans["valid_from"] > SINCE) & (spans["predecessors"] == "")
    return ~again


def _step(spans: pd.DataFrame, day: str) -> pd.DataFrame:
    """Return the links of one day: from each unit that ended to those that followed."""
    before = spans[(spans["valid_to"] == day) & (spans["successors"] != "")]
    followed = before.assign(to_code=before["successors"].str.split(";")).explode("to_code")
    links = _links(followed, followed["to_code"])
    if day == SPLIT_DAY:
        links = _with_split(links)
    links = pd.concat([links, _takers(links, spans, day)], ignore_index=True)
    after = spans[spans["valid_from"] <= day]
    after = after.sort_values("valid_from").drop_duplicates("code", keep="last").set_index("code")
    links["to_name"] = links["to_code"].map(after["name"])
    links["day"], links["resolution"] = day, RESOLUTIONS[day]
    links["change"] = _changes(links)
    return _with_grounds(links)


def _links(units: pd.DataFrame, to_codes: pd.Series) -> pd.DataFrame:
    """Return a link of each unit as a whole."""
    return pd.DataFrame(
        {
            "from_code": units["code"],
            "from_name": units["name"],
            "to_code": to_codes,
            "share": "1",
            "share_basis": "",
        }
    )


def _with_split(links: pd.DataFrame) -> pd.DataFrame:
    """Divide the unit that gave a part away, by people."""
    total, is_split = sum(PEOPLE.values()), links["from_code"] == SPLIT
    parts = [
        links[is_split].assign(to_code=to, share=f"{people / total:.6f}", share_basis="population")
        for to, people in PEOPLE.items()
    ]
    return pd.concat([links[~is_split], *parts])


def _takers(links: pd.DataFrame, spans: pd.DataFrame, day: str) -> pd.DataFrame:
    """Return links of the units that took others in and kept their name: the list is silent."""
    silent = set(links["to_code"]) - set(links["from_code"])
    standing = spans[(spans["valid_from"] < day) & (spans["valid_to"] > day)]
    takers = standing[standing["code"].isin(silent)]
    return _links(takers, takers["code"])


def _changes(links: pd.DataFrame) -> list[str]:
    """Say what each link is: split, merged, renamed or transferred to another district."""
    n_from = links.groupby("to_code")["from_code"].transform("nunique")
    n_to = links.groupby("from_code")["to_code"].transform("nunique")
    changes = []
    for link, many_from, many_to in zip(links.itertuples(), n_from, n_to, strict=True):
        if many_to > 1:
            changes.append("split")
        elif many_from > 1:
            changes.append("merged")
        elif link.from_name != link.to_name:
            changes.append("renamed")
        else:
            changes.append("transferred")
    return changes


def _with_grounds(links: pd.DataFrame) -> pd.DataFrame:
    """Say how sure each link is, and what it rests on."""
    known = pd.read_csv(CROSSWALK, dtype=str, keep_default_na=False).set_index("old_code")
    grounds = [_ground(link, known) for link in links.itertuples()]
    return links.assign(
        confidence=[confidence for confidence, _ in grounds],
        source=[source for _, source in grounds],
    )


def _ground(link, known: pd.DataFrame) -> tuple[str, str]:
    """Return confidence and source of a link."""
    if link.change == "split":
        return "medium-high", CAFEF
    if link.from_code == VU_XA and link.day == "2025-01-01":
        return "medium", f"{FORMER_NAMES}; {VU_XA_SOURCE}"
    if link.day == "2025-07-01":
        agreed = known.loc[link.from_code, "new_code"] == link.to_code
        return ("high" if agreed else "low"), CONVERTER
    return ("high", LISTED) if link.from_code == link.to_code else ("medium-high", FORMER_NAMES)


def main(out: Path) -> None:
    """Write the table and say how many links of which kind it has."""
    table = build()
    table.to_csv(out, index=False, encoding="utf-8", lineterminator="\n")
    print(table.groupby(["day", "change"]).size().to_string())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "lineage.csv")
    main(parser.parse_args().out)
