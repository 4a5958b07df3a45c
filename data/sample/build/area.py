"""The 73 programme communes: who belongs, in which region, and who did not report.

The decision's list is not public in the sources at hand. Membership and region follow what is
verified first (`inputs/kv_bac_giang.csv`), then the regional allowance coefficient as a guide:
mountainous communes of Sơn Động, upper Lục Ngạn, Lục Nam and Yên Thế in region III.
"""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

SAMPLE = Path(__file__).parent.parent
INPUTS = SAMPLE / "inputs"
COMMUNES = SAMPLE.parent / "boundaries" / "2023-04" / "communes.shp"
SEED = 1719
ILLUSTRATIVE = "illustrative"
YEARS = (2022, 2023, 2024)

# district -> region -> communes, by their names without type
MEMBERS = {
    "Huyện Lạng Giang": {"I": "Hương Sơn, Hương Lạc, Yên Mỹ"},
    "Huyện Sơn Động": {
        "I": "Tây Yên Tử",
        "II": "An Châu, Vĩnh An, Cẩm Đàn, An Bá, Yên Định",
        "III": "Vân Sơn, Hữu Sản, Giáo Liêm, An Lạc, Lệ Viễn, Tuấn Đạo, Dương Hưu, Long Sơn, "
        "Thanh Luận, Đại Sơn, Phúc Sơn",
    },
    "Huyện Lục Ngạn": {
        "I": "Thanh Hải, Kiên Lao, Biên Sơn, Kiên Thành, Tân Hoa, Giáp Sơn, Biển Động, Phì Điền, "
        "Tân Quang, Đồng Cốc, Mỹ An, Nam Dương",
        "II": "Tân Lập",
        "III": "Cấm Sơn, Tân Sơn, Phong Minh, Phong Vân, Xa Lý, Hộ Đáp, Sơn Hải, Kim Sơn, "
        "Phú Nhuận, Đèo Gia, Tân Mộc",
    },
    "Huyện Lục Nam": {
        "I": "Đông Hưng, Đông Phú, Tam Dị, Bảo Sơn, Bảo Đài, Tiên Nha, Cương Sơn, Nghĩa Phương, "
        "Huyền Sơn, Cẩm Lý",
        "II": "Trường Giang",
        "III": "Vô Tranh, Bình Sơn, Trường Sơn, Lục Sơn",
    },
    "Huyện Yên Thế": {
        "I": "Tam Tiến, Đồng Hưu, Tam Hiệp, Tiến Thắng, Hồng Kỳ, Đồng Lạc, Đông Sơn, Tân Hiệp, "
        "Hương Vĩ, Đồng Kỳ",
        "II": "Xuân Lương, Đồng Vương",
        "III": "Đồng Tiến, Canh Nậu",
    },
}

# Communes that sent no report in a year: all groups of figures, then one group alone.
# None of them holds a named work, whose published status must stay.
SILENT = {
    (2022, "all"): "Đèo Gia",
    (2022, "finance"): "Huyền Sơn",
    (2023, "all"): "Phong Vân, Hữu Sản, Bình Sơn, Đồng Vương",
    (2023, "livelihood"): "Cấm Sơn, Tam Tiến",
    (2023, "works"): "Tân Sơn, Nghĩa Phương",
    (2023, "finance"): "Lục Sơn, Tân Hoa",
    (2023, "poverty"): "Xa Lý, Biên Sơn",
    (2024, "all"): "Phong Minh, Dương Hưu, Mỹ An, Trường Sơn, Đồng Hưu",
    (2024, "works"): "Sơn Hải, Cẩm Đàn",
    (2024, "finance"): "Hộ Đáp",
}


def rng_for(topic: str) -> np.random.Generator:
    """Return the generator of one topic, so that a change in one leaves the others as they are."""
    return np.random.default_rng([SEED, *topic.encode()])


def programme_area() -> gpd.GeoDataFrame:
    """Return the programme communes by code: name, district, region and polygon."""
    communes = gpd.read_file(COMMUNES).set_index("code")
    short = [name.removeprefix(f"{kind} ") for name, kind in communes[["name", "type"]].to_numpy()]
    regions = {
        (district, name): region
        for district, by_region in MEMBERS.items()
        for region, names in by_region.items()
        for name in names.split(", ")
    }
    keys = list(zip(communes["district"], short, strict=True))
    unknown = sorted(set(regions) - set(keys))
    if unknown:
        raise SystemExit(f"{len(unknown)} communes are not in the layer (first: {unknown[0]}).")
    area = communes.assign(short=short, region=[regions.get(key) for key in keys])
    return area.dropna(subset=["region"]).sort_index()


def region_rows(area: pd.DataFrame) -> pd.DataFrame:
    """Return the region list, with the verified source where there is one."""
    known = pd.read_csv(INPUTS / "kv_bac_giang.csv", dtype=str).set_index("code")
    known = known[known["khu_vuc"].notna()]
    differing = area.loc[known.index, "region"] != known["khu_vuc"]
    if differing.any():
        raise SystemExit(f"The verified region of {known.index[differing][0]} is not kept.")
    source = known["source_url"].reindex(area.index).fillna(ILLUSTRATIVE)
    return pd.DataFrame(
        {
            "commune_code": area.index,
            "region": area["region"].to_numpy(),
            "valid_from": "2021-01-01",  # the list is made for the stage 2021-2025
            "valid_to": "2025-12-31",
            "decision": "861/QĐ-TTg",
            "source": source.to_numpy(),
        }
    )


def silent(area: pd.DataFrame, year: int, group: str) -> frozenset[str]:
    """Return the codes of the communes that did not report a group of figures in a year."""
    names = {
        name for key in ("all", group) for name in SILENT.get((year, key), "").split(", ") if name
    }
    return frozenset(area.index[area["short"].isin(names)])


def numbered(names: pd.Series, word: str) -> pd.Series:
    """Tell works of the same name apart: ``(số 2)`` and so on, with the given word."""
    serial = names.groupby(names).cumcount() + 1
    return names.where(serial == 1, names + f" ({word} " + serial.astype(str) + ")")


def lower_name(name: str) -> str:
    """Return the full name as it stands within a sentence: ``xã An Lạc``."""
    return name[0].lower() + name[1:]
