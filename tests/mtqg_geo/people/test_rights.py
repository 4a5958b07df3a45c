"""What was granted holds where and while it was granted, and at once no longer."""

import pytest

from mtqg_geo.people import accounts, grants, sessions, tokens
from mtqg_geo.people.limits import later
from mtqg_geo.programme.errors import PeopleError, StoreError
from mtqg_geo.store import boundaries
from mtqg_geo.store.backup import backup, restore
from mtqg_geo.store.batches import SYSTEM, commit_batch, undo_batch
from mtqg_geo.store.damage import store_damages
from mtqg_geo.store.live import visible
from mtqg_geo.store.rights import ALL, NOBODY, VERBS, Who, can, places
from mtqg_geo.store.transactions import reading, writing
from tests.mtqg_geo.people.persons import MACHINE, A, B, granted, person
from tests.mtqg_geo.store.records import alter


def load(store, who, **tables):
    return commit_batch(store, tables, file_name="a", content=b"", who=who)


def refusal(call, *arguments, **options):
    """Return the error of a call that is refused."""
    with pytest.raises((StoreError, PeopleError)) as caught:
        call(*arguments, **options)
    return caught.value


def test_a_file_is_loaded_where_its_person_may_and_refused_as_a_whole_elsewhere(
    store, signed_in, figures
):
    lan = person(store, "Lan", "load", communes=[A])

    assert load(store, lan, observations=figures({A: 1})).who == "Lan"
    error = refusal(load, store, lan, observations=figures({A: 2, B: 2, "00003": 2}))
    assert (error.code, error.values["count"], error.values["example"]) == (
        "not_allowed_here", 2, B,
    )  # fmt: skip
    assert visible(store, "observations")["value"].tolist() == [1.0]


def test_a_site_is_moved_by_who_may_load_at_both_ends(store, signed_in, works):
    sites, _ = works
    lan, mai = (
        person(store, name, "load", communes=[code]) for name, code in (("Lan", A), ("Mai", B))
    )
    both = person(store, "Tú", "load", communes=[A, B])
    load(store, lan, sites=sites({"S": "Chợ"}, commune_code=A))

    taken = sites({"S": "Chợ"}, commune_code=B)
    assert refusal(load, store, mai, sites=taken).values["example"] == A
    assert refusal(load, store, lan, sites=taken).values["example"] == B
    load(store, both, sites=taken)
    assert visible(store, "sites")["commune_code"].tolist() == [B]


def test_an_undo_needs_the_right_also_where_something_shows_again(store, signed_in, works):
    sites, _ = works
    every = person(store, "Hoa", "load")
    lan, both = (
        person(store, "Lan", "undo", communes=[B]),
        person(store, "Tú", "undo", communes=[A, B]),
    )
    load(store, every, sites=sites({"S": "Chợ"}, commune_code=A))
    batch = load(store, every, sites=sites({"S": "Chợ"}, commune_code=B))

    assert refusal(undo_batch, store, batch.id, who=lan).values["example"] == A
    assert refusal(undo_batch, store, batch.id, who=every).code == "not_allowed"
    assert undo_batch(store, batch.id, who=both).undone_by == "Tú"


def test_roads_without_borders_and_lineage_are_of_the_whole_province(store, signed_in, works):
    _, roads = works
    lan, hoa = (
        person(store, "Lan", "load", "undo", communes=[A]),
        person(store, "Hoa", "load", "undo"),
    )
    line = roads({"R": "Đường"})
    assert refusal(load, store, lan, roads=line).code == "not_allowed_everywhere"
    load(store, hoa, roads=line)

    def inside(_):
        return {A}

    def beyond(_):
        return {B}

    assert refusal(undo_batch, store, 1, who=lan).code == "not_allowed_everywhere"
    assert refusal(undo_batch, store, 1, who=lan, crossed=beyond).values["example"] == B
    longer = roads({"R": "Đường"}, reported_km=2.0)
    moved = {"file_name": "b", "content": b"", "who": lan, "crossed": inside}
    assert commit_batch(store, {"roads": longer}, **moved).id == 2
    assert undo_batch(store, 2, who=lan, crossed=inside).undone_by == "Lan"


def test_a_grant_holds_from_its_first_day_to_its_last(sqlite_store, signed_in):
    lan = person(sqlite_store, "Lan")
    granted(sqlite_store, lan.person, "load", communes=[A],
            first_day="2030-01-01", last_day="2030-01-31")  # fmt: skip
    with reading(sqlite_store) as connection:
        # Midnight in Vietnam is 17:00 of the day before.
        may = [
            can(connection, lan, "load", [A], at=f"{moment}+00:00")
            for moment in ("2029-12-31T16:59:59", "2029-12-31T17:00:00", "2030-01-31T16:59:59",
                           "2030-01-31T17:00:00")
        ]  # fmt: skip
    assert may == [False, True, True, False]
    assert (
        refusal(granted, sqlite_store, lan.person, "load", last_day="2020-01-01").code
        == "grant_days"
    )
    assert refusal(granted, sqlite_store, lan.person, "load", last_day="mai").code == "grant_day"


def test_a_right_taken_back_ends_at_once_for_who_works_on(store, signed_in, figures):
    lan = person(store, "Lan")
    given = granted(store, lan.person, "load", communes=[A])
    load(store, lan, observations=figures({A: 1}))
    taken = grants.revoke(store, given.id, who=MACHINE)

    assert refusal(load, store, lan, observations=figures({A: 2})).code == "not_allowed"
    assert grants.revoke(store, given.id, who=MACHINE) == taken  # once is enough


def test_a_right_comes_with_its_line_in_the_log_or_not_at_all(store, signed_in, monkeypatch):
    lan = person(store, "Lan")

    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(grants, "log", killed)
    with pytest.raises(KeyboardInterrupt):
        granted(store, lan.person, "load")
    assert grants.grants_of(store) == ()


def test_two_administrators_cannot_revoke_each_other(store, signed_in):
    hoa, tu = person(store, "Hoa"), person(store, "Tú")
    of_hoa, of_tu = (granted(store, each.person, "administer") for each in (hoa, tu))

    grants.revoke(store, of_tu.id, who=hoa)
    assert refusal(grants.revoke, store, of_hoa.id, who=tu).code == "not_allowed"
    for last in (hoa, MACHINE):
        assert refusal(grants.revoke, store, of_hoa.id, who=last).code == "last_administrator"


def test_a_token_only_takes_rights_away(store, signed_in):
    lan = person(store, "Lan", "load", communes=[A, B])
    text = tokens.make(
        store, who=lan, words="script", verbs=["load", "undo"], communes=[B, "00003"]
    )
    shown = tokens.who_of(store, text)

    def may(verb, *where):
        with reading(store) as connection:
            return can(connection, shown, verb, where)

    assert shown == Who("Lan", lan.person, "api", 1)
    assert [may("load", B), may("load", A), may("load", "00003"), may("undo", B)] == [
        True, False, False, False,
    ]  # fmt: skip
    assert may("read")
    assert refusal(tokens.make, store, who=shown, words="again").code == "token_of_nobody"
    assert (
        refusal(tokens.make, store, who=lan, words="x", verbs=["administer"]).code
        == "token_unusable"
    )

    assert refusal(tokens.revoke, store, 1, who=person(store, "Mai", "load")).code == "not_allowed"
    tokens.revoke(store, 1, who=lan)
    assert not may("read")
    assert tokens.who_of(store, text) is None


def test_a_token_outlives_neither_its_end_nor_the_rights_of_its_person(sqlite_store, signed_in):
    lan = person(sqlite_store, "Lan")
    given = granted(sqlite_store, lan.person, "load")
    shown = tokens.who_of(
        sqlite_store, tokens.make(sqlite_store, who=lan, words="x", days=1, verbs=["load"])
    )
    with reading(sqlite_store) as connection:
        assert places(connection, shown, "load") == ALL
        assert not places(connection, shown, "load", at=later(grants.timedelta(days=2)))
    grants.revoke(sqlite_store, given.id, who=MACHINE)
    with reading(sqlite_store) as connection:
        assert not places(connection, shown, "read")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access_grant SET communes = '[\"*\"]' WHERE id = 1",
        "UPDATE access_grant SET revoked_at = '', revoked_by = '' WHERE id = 2",
        "UPDATE access_grant SET revoked_at = 'X' WHERE id = 1",
        "DELETE FROM access_grant WHERE id = 2",
        "INSERT INTO access_grant SELECT 3, person, 'administer', communes, words, valid_from, valid_to,"
        " at, by, '', '' FROM access_grant WHERE id = 1",
    ],
)
def test_a_right_given_past_the_program_is_found_out(store, statement):
    lan = person(store, "Lan")
    granted(store, lan.person, "load", communes=[A])
    grants.revoke(store, granted(store, lan.person, "undo").id, who=MACHINE)
    assert [*store_damages(store)] == []
    with writing(store) as connection:
        alter(connection, statement)
    assert "damage_grants" in {each.code for each in store_damages(store)}


def test_a_tab_left_open_after_signing_out_changes_nothing(store, signed_in, figures):
    lan = person(store, "Lan", "load", communes=[A])
    cookie = sessions.begin(store, lan.person)
    drawn = sessions.person_of(store, cookie).who()
    load(store, drawn, observations=figures({A: 1}))
    sessions.end(store, cookie)
    sessions.begin(store, lan.person)  # in another browser
    for change in (
        lambda: load(store, drawn, observations=figures({A: 2})),
        lambda: tokens.make(store, who=drawn, words="x"),
        lambda: accounts.set_passphrase(store, lan.person, "một hai ba bốn", who=drawn),
        lambda: sessions.end_all(store, lan.person, who=drawn),
    ):
        assert refusal(change).code == "not_allowed"


def test_only_loading_and_undoing_are_granted_by_commune(sqlite_store):
    lan = person(sqlite_store, "Lan")
    for verb in ("read", "install", "administer"):
        somewhere = grants.Places((A,), "")
        error = refusal(grants.grant, sqlite_store, lan.person, verb, who=MACHINE, places=somewhere)
        assert error.code == "grant_everywhere"


@pytest.mark.parametrize(
    ("mode", "may"),
    [
        ("open", {"page": VERBS, "machine": VERBS, "system": VERBS}),
        ("public", dict.fromkeys(("page", "machine", "system"), ("read",))),
        ("signed-in", {"page": (), "machine": ("read", "administer"), "system": ("read", "load")}),
    ],
)
def test_who_has_no_account_may_what_the_mode_says(sqlite_store, monkeypatch, mode, may):
    monkeypatch.setenv("MTQG_ACCESS", mode)
    with reading(sqlite_store) as connection:
        for via, verbs in may.items():
            who = Who(SYSTEM, via=via)
            assert [verb for verb in VERBS if can(connection, who, verb)] == [*verbs]


def test_an_unknown_mode_is_not_guessed(sqlite_store, monkeypatch, figures):
    monkeypatch.setenv("MTQG_ACCESS", "signed in")
    assert (
        refusal(load, sqlite_store, NOBODY, observations=figures({A: 1})).code == "access_unknown"
    )


def test_nobody_changes_anything_in_public(sqlite_store, monkeypatch, figures):
    monkeypatch.setenv("MTQG_ACCESS", "public")
    error = refusal(load, sqlite_store, MACHINE, observations=figures({A: 1}))
    assert error.code == "store_public"
    assert "MTQG_ACCESS=public" in str(error)


def test_restoring_is_of_the_machine_and_signs_everybody_out(store, signed_in, tmp_path):
    hoa = person(store, "Hoa", *VERBS)
    cookie = sessions.begin(store, hoa.person)
    file = backup(store, tmp_path / "a.sqlite")

    assert refusal(restore, file, url=store.url, who=hoa, replace=True).code == "machine_only"
    assert sessions.person_of(store, cookie).name == "Hoa"
    again = restore(file, url=store.url, who=MACHINE, replace=True)
    assert sessions.person_of(again, cookie) is None
    with reading(again) as connection:
        assert can(connection, hoa, "administer", ["*"])


def test_a_set_of_boundaries_is_of_the_whole_province(store, signed_in):
    lan = person(store, "Lan", "load", "undo", "read")
    assert refusal(boundaries.use, store, "2023-04", "abc", who=lan).code == "not_allowed"
    boundaries.use(store, "2023-04", "abc", who=person(store, "Hoa", "install"))
    assert boundaries.in_use(store) == {"2023-04": "abc"}
