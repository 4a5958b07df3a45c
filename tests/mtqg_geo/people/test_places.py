"""A code means nothing without a day: a grant says whose, by the lineage that is delivered.

Since July 2025 `07228` is a unit of five former communes: Phường Đa Mai, which had the code, three
more of Thành phố Bắc Giang, and Xã Quế Nham (`07366`) of Huyện Tân Yên.
"""

import pandas as pd
import pytest

from mtqg_geo.people import grants
from mtqg_geo.people.places import places_named
from mtqg_geo.programme.errors import PeopleError, StoreError
from mtqg_geo.programme.words import error_text
from mtqg_geo.store.batches import commit_batch
from mtqg_geo.store.rights import covers
from tests.mtqg_geo.people.persons import MACHINE, person

CITY, TAN_YEN = "213", "216"
BEFORE, BETWEEN, AFTER = "2024-12-31", "2025-03-31", "2025-12-31"


@pytest.mark.parametrize(
    ("named", "may"),
    [
        # the former commune, in the years before and in the year of the reform
        ({"communes": [f"07228@{BEFORE}"]}, [True, True, False]),
        ({"districts": [CITY]}, [True, True, False]),
        # with the district of its fifth commune, and as what it is today, the unit is granted whole
        ({"districts": [CITY, TAN_YEN]}, [True, True, True]),
        ({"communes": ["07228"]}, [True, True, True]),
        ({"communes": [f"07228@{BEFORE}", "07216", "07222", "07687"]}, [True, True, False]),
        ({"communes": [f"07228@{BEFORE}", "07216", "07222", "07687", "07366"]}, [True] * 3),
        ({"provinces": ["24"]}, [True, True, True]),
        ({"districts": [TAN_YEN]}, [False, False, False]),
    ],
)
def test_a_unit_of_today_is_granted_with_all_that_it_was_made_of(named, may):
    granted = places_named(**named).communes
    assert [covers(granted, {f"07228@{day}"}) for day in (BEFORE, BETWEEN, AFTER)] == may


def test_what_was_merged_half_a_year_before_is_told_apart_as_well():
    """On 1 January 2025 `07207` took in `07204`, and kept its code until July."""
    alone, merged = (places_named(communes=[f"07207@{day}"]).communes for day in (BEFORE, BETWEEN))
    assert [covers(alone, {f"07207@{day}"}) for day in (BEFORE, BETWEEN)] == [True, False]
    assert covers(merged, {f"{code}@{BEFORE}" for code in ("07204", "07207")})


def test_what_was_divided_is_of_nobody_who_has_a_part_of_it():
    """Of `07549` a part went to `07555` on 1 January 2025: its figures before are of both."""
    rest = places_named(communes=["07549"]).communes
    assert [covers(rest, {f"07549@{day}"}) for day in (BEFORE, BETWEEN)] == [False, True]


def test_a_former_commune_is_called_so():
    assert places_named(communes=[f"07228@{BEFORE}"]).words == "Phường Đa Mai (→ 30/06/2025)"
    assert places_named(communes=["07228"]).words == "Phường Đa Mai"
    with pytest.raises(PeopleError, match="07216@2026"):
        places_named(communes=["07216@2026-01-01"])  # it is no unit any more


def test_figures_of_the_unit_are_refused_to_who_has_the_former_commune(
    sqlite_store, signed_in, figures
):
    lan = person(sqlite_store, "Lan")
    city = places_named(districts=[CITY])
    for verb in ("load", "undo"):
        grants.grant(sqlite_store, lan.person, verb, who=MACHINE, places=city)

    def load(period):
        rows = figures({"07228": 1}, period=period)
        return commit_batch(
            sqlite_store, {"observations": rows}, file_name="a", content=b"", who=lan
        )

    assert load("2024").id == 1
    assert load("2025-Q1").id == 2
    with pytest.raises(StoreError, match="07228") as caught:
        load("2025")
    assert caught.value.code == "not_allowed_then"
    assert "31/12/2025" in error_text(caught.value, "vi")


def test_sites_and_regions_are_in_the_codes_of_their_day(sqlite_store, signed_in, works):
    sites, _ = works
    lan = person(sqlite_store, "Lan")
    city = places_named(districts=[CITY])
    grants.grant(sqlite_store, lan.person, "load", who=MACHINE, places=city)

    def load(**tables):
        return commit_batch(sqlite_store, tables, file_name="a", content=b"", who=lan)

    def region(day):
        row = {"commune_code": "07228", "valid_from": day, "region": "I", "valid_to": ""}
        row |= {"decision": "", "source": "", "sheet": "", "row": 2}
        return pd.DataFrame([row])

    load(sites=sites({"S": "Chợ"}, commune_code="07228", year=2024), region=region("2025-06-30"))
    for later in (
        {"sites": sites({"S": "Chợ"}, commune_code="07228", year=2025)},
        {"region": region("2025-07-01")},
    ):
        with pytest.raises(StoreError, match="07228"):
            load(**later)
