"""What tests of several rooms use: two data sets (the one delivered, and three squares on paper whose
figures can be checked by eye), a store of a test's own, reports of a fixed day.
"""

import sys
from datetime import date
from functools import cache

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.join import join_by_code
from geo.measure import length_km
from mtqg_geo.dataset.dataset import Dataset, cut_at_borders, shipped_dataset
from mtqg_geo.dataset.tables import ObservationsInMemory
from mtqg_geo.dataset.vintages import shown_for
from mtqg_geo.figures.query import parse_selection
from mtqg_geo.loading.reading import cells
from mtqg_geo.programme.frames import prefer_objects, with_unsaid
from mtqg_geo.programme.tables import ROADS, SITES, SPLIT
from mtqg_geo.report.setup import Setup
from mtqg_geo.store import engine
from mtqg_geo.store.address import file_url
from mtqg_geo.store.engine import close_stores, create_store
from mtqg_geo.store.schema import META

COLUMNS = ["commune_code", "indicator", "project", "period", "basis", "value", "source"]


@pytest.fixture(scope="module", autouse=True)
def _texts_as_in_the_product():
    """Hold texts as each process of the product does; `geo` is for any."""
    with pd.option_context("mode.string_storage", pd.get_option("mode.string_storage")):
        prefer_objects()
        yield


@pytest.fixture(scope="session", autouse=True)
def _components_found_once():
    """Let Streamlit look through all installed packages for components once, not in each page run.

    That took as long as drawing the page.
    """
    with pytest.MonkeyPatch.context() as patch:
        if "streamlit" in sys.modules:  # imported by a test that draws pages
            from streamlit.components.v2 import manifest_scanner as scanner

            patch.setattr(
                scanner, "scan_component_manifests", cache(scanner.scan_component_manifests)
            )
        yield


@pytest.fixture(scope="session")
def data():
    return shipped_dataset()


@pytest.fixture(scope="session")
def select(data):
    """Return the selection of some query parameters, all of which must exist."""

    def selected(**query):
        selection, problems = parse_selection(query, data)
        assert problems == ()
        return selection

    return selected


@pytest.fixture(scope="session")
def squares(data):
    """Return a builder of a data set with the communes 00001, 00002 (district 1) and 00003 (2).

    Who asks for the same again gets the same one, which nobody edits: `replace` it first.
    """
    made = {}

    def known(**asked):
        asked = {name: tuple(rows) for name, rows in asked.items()}
        key = repr(sorted(asked.items()))
        if key not in made:
            if len(made) == 100:  # as a rule of Hypothesis may ask for
                made.clear()
            made[key] = build(**asked)
        return made[key]

    def build(*, observations=(), roads=(), sites=(), regions=("III", "I", "II")):
        communes = _communes()
        # A row may go on with the source and kind of its money; most are not split.
        every = [(*row, "", "")[: len(COLUMNS) + len(SPLIT)] for row in observations]
        table = pd.DataFrame(every, columns=[*COLUMNS, *SPLIT])
        table["value"] = table["value"].astype(float)
        region_list = pd.DataFrame(
            {
                "commune_code": communes["code"], "region": regions, "valid_from": "2021-01-01",
                "valid_to": "", "decision": "861/QĐ-TTg", "source": "illustrative",
            }
        ).dropna(subset=["region"])  # fmt: skip
        lines = _roads(roads)
        return Dataset(
            catalog=data.catalog,
            boundary_set=data.boundary_set,
            communes=communes,
            districts=communes.dissolve("district_code", as_index=False).assign(
                code=lambda d: d["district_code"], name=lambda d: d["district"]
            ),
            regions=region_list,
            observations=ObservationsInMemory(table),
            sites=_sites(sites),
            roads=lines,
            pieces=cut_at_borders(lines, communes),
            join=join_by_code(communes, region_list.rename(columns={"commune_code": "code"})),
            issues=(),
            fingerprint="",
        )

    return known


def _communes():
    codes, districts = ["00001", "00002", "00003"], ["1", "1", "2"]
    return gpd.GeoDataFrame(
        {
            "code": codes,
            "name": [f"Xã {code[-1]}" for code in codes],
            "type": "Xã",
            "district_code": districts,
            "district": [f"Huyện {code}" for code in districts],
            "area_km2": 1.0,
        },
        geometry=[shapely.box(106 + i, 21, 107 + i, 22) for i in range(3)],
        crs="EPSG:4326",
    )


def _roads(roads):
    """Build roads from (id, status, line) with everything else the same."""
    table = gpd.GeoDataFrame(
        {
            "id": [road[0] for road in roads],
            "name": [f"Đường {road[0]}" for road in roads],
            "project": "DA4.TDA1",
            "year": 2023,
            "status": [road[1] for road in roads],
            "surface": "concrete",
            "reported_km": float("nan"),
            "source": "illustrative",
        },
        geometry=[shapely.LineString(road[2]) for road in roads],
        crs="EPSG:4326",
    )
    frame = with_unsaid(table, ROADS)
    return frame.assign(length_km=length_km(frame.geometry), commune_codes=[[] for _ in roads])


def _sites(sites):
    """Build sites from (id, status, commune) with everything else the same."""
    table = gpd.GeoDataFrame(
        {
            "id": [site[0] for site in sites],
            "name": [site[3] if len(site) > 3 else f"Chợ {site[0]}" for site in sites],
            "facility": "market",
            "project": "DA4.TDA1",
            "commune_code": [site[2] for site in sites],
            "commune": [f"Xã {site[2][-1]}" for site in sites],
            "district_code": ["2" if site[2] == "00003" else "1" for site in sites],
            "district": ["Huyện 2" if site[2] == "00003" else "Huyện 1" for site in sites],
            "lon": "106.5", "lat": "21.5", "location": "commune",
            "status": [site[1] for site in sites],
            "year": 2023,
            "source": "illustrative",
        },
        geometry=gpd.points_from_xy([106.5] * len(sites), [21.5] * len(sites)),
        crs="EPSG:4326",
    )  # fmt: skip
    return with_unsaid(table, SITES)


@pytest.fixture(scope="session")
def built_tables(tmp_path_factory):
    """The statements that build an empty store in SQLite, all but what tells it from any other."""
    url = file_url(tmp_path_factory.mktemp("built") / "mtqg.sqlite")
    with create_store(url).engine.connect() as connection:
        connection.execute(META.delete().where(META.c.name == engine.GENERATION))
        driver = connection.connection.driver_connection
        return [each for each in driver.iterdump() if each not in ("BEGIN TRANSACTION;", "COMMIT;")]


@pytest.fixture(autouse=True)
def _tables_built_once(monkeypatch, request):
    """Give new stores their tables at once: migrations, a store's own tests, take a fifth of a second."""
    migrated = engine._upgrade

    def upgrade(connection, place):
        if connection.dialect.name != "sqlite" or engine._revision(connection):
            return migrated(connection, place)
        with monkeypatch.context() as patch:
            patch.setattr(engine, "_upgrade", migrated)
            statements = request.getfixturevalue("built_tables")
        for statement in statements:
            connection.exec_driver_sql(statement)
        return None

    monkeypatch.setattr(engine, "_upgrade", upgrade)


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    """The folder of the store of this test, which is not there yet."""
    monkeypatch.setenv("MTQG_DATA", str(tmp_path / "kho"))
    monkeypatch.delenv("MTQG_DATABASE", raising=False)
    yield tmp_path / "kho"
    close_stores()


@pytest.fixture
def own_store(own_folder):
    """An empty store."""
    return create_store()


@pytest.fixture
def in_this_process(monkeypatch):
    """Read files without a child: quick, and the same cells (test_xlsx_cells.py shows it)."""

    def read(path, file_name, folder):
        return cells.read_into(folder, path=str(path), file_name=file_name)

    monkeypatch.setattr(cells, "_isolated", read)


DAY = date(2024, 7, 1)


@pytest.fixture(scope="session")
def setup():
    """Return paper and language of a report made on 1 July 2024."""

    def made(paper="A4", orientation="landscape", lang="vi", **more):
        return Setup(paper, orientation, lang, day=DAY, **more)

    return made


@pytest.fixture(scope="session")
def shown(data):
    """Return the data on the units that some query parameters ask for, and their selection."""

    def asked(**query):
        shown_data = shown_for(data, query)
        selection, problems = parse_selection(query, shown_data)
        assert problems == ()
        return shown_data, selection

    return asked
