"""Infrastructure sites, and the outputs counted from them (OP04, OP06-OP14).

Each site belongs to the plan of one year. Works named in public sources (project DA6) keep their
name, place, published status and source; all others are illustrative.
"""

import numpy as np
import pandas as pd
import shapely

from data.sample.build.area import (
    ILLUSTRATIVE,
    INPUTS,
    YEARS,
    lower_name,
    numbered,
    rng_for,
    silent,
)
from data.sample.build.plan import (
    PACE,
    QUARTERS,
    plan_total,
    quarter_rows,
    result_total,
    text,
)

COLUMNS = [
    "id",
    "name",
    "facility",
    "project",
    "commune_code",
    "district_code",
    "lon",
    "lat",
    "location",
    "status",
    "year",
    "source",
]
PLAIN_NEED = {"I": 0.6, "II": 1.0, "III": 1.6}
# Essential works are for ĐBKK communes, and for ĐBKK villages elsewhere; so are boarding schools.
REMOTE_NEED = {"I": 0.08, "II": 0.5, "III": 2.0}
REMOTE = ("OP08", "OP10")

# indicator -> facility, project, names to choose from
OUTPUTS = {
    "OP04": ("water", "DA1", ("Công trình nước sinh hoạt tập trung {}",)),
    "OP06": ("market", "DA4.TDA1", ("Chợ {}",)),
    "OP07": ("health", "DA4.TDA1", ("Trạm y tế {}",)),
    "OP08": (
        "essential",
        "DA4.TDA1",
        (
            "Đường trục thôn, {}",
            "Cứng hóa đường nội thôn, {}",
            "Kênh mương nội đồng {}",
            "Ngầm tràn {}",
            "Cầu dân sinh {}",
            "Trạm biến áp và đường dây hạ thế {}",
            "Đập dâng {}",
        ),
    ),
    "OP09": (
        "school",
        "DA5",
        ("Trường Mầm non {}", "Trường Tiểu học {}", "Trường Trung học cơ sở {}"),
    ),
    "OP10": (
        "school",
        "DA5.TDA1",
        ("Trường phổ thông dân tộc bán trú {}", "Nhà ở học sinh bán trú {}"),
    ),
    "OP11": ("tourism", "DA6", ("Điểm du lịch cộng đồng {}",)),
    "OP12": ("relic", "DA6", ("Tu bổ di tích quốc gia tại {}",)),
    "OP13": ("village", "DA6", ("Bảo tồn làng, bản truyền thống {}",)),
    "OP14": ("culture", "DA6", ("Nhà văn hóa thôn, {}", "Khu thể thao thôn, {}")),
}
NAMED_KINDS = {
    "tourism destination": ("tourism", "OP11"),
    "eco-museum model": ("other", ""),
    "traditional village": ("village", "OP13"),
    "relic restoration": ("relic", "OP12"),
    "intangible heritage preservation": ("other", ""),  # festivals: not infrastructure
}
# Of a work that is only known to be in the plan nobody has said whether it has begun.
NAMED_STATUS = {"planned": "", "implemented": "completed"}
RIM_DEG = 0.0008  # sites keep about 80 m from the approximate border


def build_sites(area: pd.DataFrame) -> pd.DataFrame:
    """Return all sites, sorted by id; `indicator` and `quarter` serve the counting below."""
    named = _named_works(area)
    drawn = [
        _drawn(area, named, indicator, year, rng_for(f"sites-{indicator}-{year}"))
        for year in YEARS
        for indicator in OUTPUTS
    ]
    sites = pd.concat([named, *drawn], ignore_index=True)
    sites["district_code"] = area["dist_code"].reindex(sites["commune_code"]).to_numpy()
    sites["name"] = numbered(sites["name"], "số")
    points = _places(area, sites["commune_code"], rng_for("places"))
    sites = sites.assign(lon=points[:, 0], lat=points[:, 1])
    order = sites.sort_values(["year", "indicator", "commune_code", "name"], kind="stable")
    serial = order.groupby("year").cumcount() + 1
    ids = [f"CT-{year}-{n:03d}" for year, n in zip(order["year"], serial, strict=True)]
    return order.assign(id=ids).sort_values("id", ignore_index=True)


def _named_works(area: pd.DataFrame) -> pd.DataFrame:
    """Return the named works of DA6, one row per place."""
    works = pd.read_csv(INPUTS / "works.csv", dtype=str, keep_default_na=False)
    works = works[works["project"] == "DA6"]
    rng = rng_for("named works")
    rows = []
    for work in works.to_dict("records"):
        facility, indicator = NAMED_KINDS[work["kind"]]
        status = NAMED_STATUS[work["status"].split()[0]]
        for district in work["district"].split("; "):
            several = ";" in work["district"]
            code, known = work["commune_code_2023"], bool(work["commune_code_2023"])
            rows.append(
                {
                    "name": f"{work['name']} (huyện {district})" if several else work["name"],
                    "facility": facility,
                    "indicator": indicator,
                    "project": "DA6",
                    "commune_code": code if known else _any_commune(area, district, rng),
                    "location": "commune" if known else "district",
                    "status": status,
                    "quarter": QUARTERS[2022][-1] if status == "completed" else "",
                    "year": int(work["year"]),
                    "source": work["source_url"] + ("" if known else " ; commune illustrative"),
                }
            )
    return pd.DataFrame(rows)


def _any_commune(area: pd.DataFrame, district: str, rng: np.random.Generator) -> str:
    """Choose a commune for a work known by district only, where no report is missing."""
    quiet = frozenset().union(*(silent(area, year, "works") for year in YEARS))
    members = area.index[area["district"].eq(f"Huyện {district}") & ~area.index.isin(quiet)]
    return str(rng.choice(members))


def _drawn(
    area: pd.DataFrame, named: pd.DataFrame, indicator: str, year: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the illustrative sites that fill one output's plan up to its total."""
    facility, project, names = OUTPUTS[indicator]
    is_named = named["indicator"].eq(indicator) & named["year"].eq(year)
    count = int(plan_total(indicator, year)) - int(is_named.sum())
    need = area["region"].map(REMOTE_NEED if indicator in REMOTE else PLAIN_NEED).to_numpy()
    many = count > len(area) // 3
    communes = rng.choice(area.index, count, replace=many, p=need / need.sum())
    labels = [lower_name(area.loc[code, "name"]) for code in communes]
    sites = pd.DataFrame(
        {
            "name": [str(rng.choice(names)).format(label) for label in labels],
            "facility": facility,
            "indicator": indicator,
            "project": project,
            "commune_code": communes,
            "location": "commune",
            "year": year,
            "source": ILLUSTRATIVE,
        }
    )
    already_done = int((is_named & named["status"].eq("completed")).sum())
    return _with_progress(
        sites, result_total(indicator, year) - already_done, silent(area, year, "works"), rng
    )


def _with_progress(
    sites: pd.DataFrame, done: int, quiet: frozenset[str], rng: np.random.Generator
) -> pd.DataFrame:
    """Complete the wanted number of sites; a commune that did not report leaves them empty."""
    reported = np.flatnonzero(~sites["commune_code"].isin(quiet))
    completed = rng.permutation(reported)[:done]
    open_status = rng.choice(["under_construction", "planned"], len(sites), p=[0.65, 0.35])
    year = int(sites["year"].iloc[0]) if len(sites) else YEARS[0]
    pace = PACE[: len(QUARTERS[year])]
    quarters = rng.choice(QUARTERS[year], len(sites), p=pace / pace.sum())
    status = np.full(len(sites), "", dtype=object)
    status[reported] = open_status[reported]
    status[completed] = "completed"
    return sites.assign(status=status, quarter=np.where(status == "completed", quarters, ""))


def _places(area: pd.DataFrame, codes: pd.Series, rng: np.random.Generator) -> np.ndarray:
    """Return a random place within each commune, to five decimals (about a metre)."""
    places = []
    for code in codes:
        inner = area.loc[code, "geometry"].buffer(-RIM_DEG)
        west, south, east, north = inner.bounds
        while True:
            lon, lat = np.round(rng.uniform((west, south), (east, north)), 5)
            if shapely.intersects_xy(inner, lon, lat):
                break
        places.append((lon, lat))
    return np.array(places)


def site_rows(area: pd.DataFrame, sites: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return plan and quarterly results counted from the sites, for every programme commune.

    Where a named work is planned its result is not published, so the commune's result stays empty
    rather than becoming a zero nobody reported.
    """
    rows: list[tuple[str, ...]] = []
    groups = dict(list(sites.groupby(["indicator", "year", "commune_code"])))
    for indicator, (_, project, _) in OUTPUTS.items():
        for year in YEARS:
            quiet = silent(area, year, "works")
            for code in area.index:
                own = groups.get((indicator, year, code), sites.iloc[:0])
                plan = (code, indicator, project, str(year), "plan", text(len(own)), ILLUSTRATIVE)
                unknown = (own["source"].ne(ILLUSTRATIVE) & own["status"].eq("")).any()
                parts = [text(int(own["quarter"].eq(quarter).sum())) for quarter in QUARTERS[year]]
                if code in quiet or unknown:
                    parts = [""] * len(parts)
                rows += [plan, *quarter_rows(code, indicator, project, year, "actual", parts)]
    return rows
