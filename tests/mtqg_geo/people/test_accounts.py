"""Accounts, passphrases, sessions: what is kept, what is refused, and what ends when."""

from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest
import sqlalchemy as sa

from mtqg_geo.people import accounts, sessions, tokens
from mtqg_geo.people.limits import later
from mtqg_geo.programme.errors import PeopleError, StoreError
from mtqg_geo.store.insert_only import log_entries
from mtqg_geo.store.live import state_version
from mtqg_geo.store.schema import metadata
from mtqg_geo.store.transactions import reading, writing
from tests.mtqg_geo.people.persons import MACHINE, granted, person
from tests.mtqg_geo.store.records import alter

PASSPHRASE = "Suối Mỡ bốn mùa"
DECOMPOSED = "Sua\u0302\u0301i"


def code_of(call, *arguments, **options):
    with pytest.raises((PeopleError, StoreError)) as caught:
        call(*arguments, **options)
    return caught.value.code


def test_an_email_and_a_passphrase_that_belong_together_name_their_person(store):
    lan = accounts.add(store, "Lan@BacGiang.gov.vn", " Nguyễn  Lan ", who=MACHINE)
    accounts.set_passphrase(store, lan.id, PASSPHRASE, who=MACHINE)

    assert (lan.email, lan.name) == ("lan@bacgiang.gov.vn", "Nguyễn Lan")
    assert accounts.find(store, " LAN@bacgiang.gov.vn") == lan
    assert accounts.check_passphrase(store, "lan@BACGIANG.gov.vn", PASSPHRASE) == lan
    for email, passphrase in (
        (lan.email, PASSPHRASE.lower()), (lan.email, ""), ("mai@bacgiang.gov.vn", PASSPHRASE),
        ("", PASSPHRASE), (lan.email, "x" * 100_000),
    ):  # fmt: skip
        assert accounts.check_passphrase(store, email, passphrase) is None
    accounts.set_passphrase(store, lan.id, "suối một hai ba", who=MACHINE)
    assert accounts.check_passphrase(store, lan.email, PASSPHRASE) is None
    # The same letters, however a keyboard writes them.
    assert (
        accounts.check_passphrase(store, lan.email, "suo\u0302\u0301i mo\u0323\u0302t hai ba")
        == lan
    )


def test_what_cannot_be_an_account_or_a_passphrase_is_refused(sqlite_store):
    add, store = accounts.add, sqlite_store
    lan = add(store, "lan@example.vn", "Lan", who=MACHINE)
    assert code_of(add, store, "LAN@example.vn", "Lan", who=MACHINE) == "person_exists"
    for email in ("lan", "@example.vn", "a b@example.vn", "a@b@c", "a" * 250 + "@b.vn"):
        assert code_of(add, store, email, "Lan", who=MACHINE) == "email_unusable"
    for name in (" ", "x" * 121):
        assert code_of(add, store, "a@b.vn", name, who=MACHINE) == "name_unusable"
    for text, code in (("x" * 11, "short"), ("x" * 201, "long"), ("Lan@Example.vn", "is_email")):
        given = code_of(accounts.set_passphrase, store, lan.id, text, who=MACHINE)
        assert given == f"passphrase_{code}"


def test_nobody_learns_by_waiting_who_has_an_account(sqlite_store, real_hashes):
    lan = accounts.add(sqlite_store, "lan@example.vn", "Lan", who=MACHINE)
    accounts.set_passphrase(sqlite_store, lan.id, PASSPHRASE, who=MACHINE)
    accounts._nobodys.cache_clear()
    accounts.check_passphrase(sqlite_store, "nobody@example.vn", "wrong")  # made once

    def seconds(email):
        began = perf_counter()
        accounts.check_passphrase(sqlite_store, email, "wrong")
        return perf_counter() - began

    known, unknown = (
        median(seconds(email) for _ in range(3)) for email in ("lan@example.vn", "x@y.vn")
    )
    assert unknown > known / 4  # without a hash to compare with it takes a hundredth


def test_a_person_changes_their_own_passphrase_and_no_other(store, signed_in):
    lan, mai = person(store, "Lan", "load"), person(store, "Mai", "load")
    cookie = sessions.begin(store, lan.person)
    accounts.set_passphrase(store, lan.person, PASSPHRASE, who=lan)
    assert sessions.person_of(store, cookie) is None
    assert code_of(accounts.set_passphrase, store, lan.person, PASSPHRASE, who=mai) == "not_allowed"
    token = tokens.who_of(store, tokens.make(store, who=lan, words="x"))
    assert (
        code_of(accounts.set_passphrase, store, lan.person, PASSPHRASE, who=token) == "not_allowed"
    )


def test_an_identity_is_that_of_the_first_who_showed_it(store):
    lan = accounts.add(store, "lan@example.vn", "Lan", who=MACHINE)
    issuer = "https://id.example.vn"
    of_identity = accounts.of_identity

    assert of_identity(store, issuer, "7", "mai@example.vn") is None  # no account was made
    assert of_identity(store, issuer, "7", "Lan@example.vn") == lan
    assert of_identity(store, issuer, "7", "renamed@example.vn") == lan
    # The address was given to somebody else; another provider's 7 is another person.
    assert of_identity(store, issuer, "8", "lan@example.vn") is None
    assert of_identity(store, "https://other.example.vn", "7", "mai@example.vn") is None


def test_who_has_a_new_account_at_the_provider_is_let_in_again_once_released(store, signed_in):
    lan, hoa = person(store, "Lan", "read"), person(store, "Hoa", "administer")
    issuer, email = "https://id.example.vn", "lan@example.vn"

    def known(subject):
        found = accounts.of_identity(store, issuer, subject, email)
        return found.id if found else None

    assert code_of(accounts.release, store, lan.person, who=hoa) == "no_identity"
    assert (known("old"), known("new")) == (lan.person, None)
    cookie = sessions.begin(store, lan.person)
    assert code_of(accounts.release, store, lan.person, who=lan) == "not_allowed"
    accounts.release(store, lan.person, who=hoa)
    assert sessions.person_of(store, cookie) is None
    assert accounts.identities(store) == ()
    assert (known("new"), known("old")) == (lan.person, None)
    assert [(each.person, each.issuer) for each in accounts.identities(store)] == [
        (lan.person, issuer)
    ]
    last = log_entries(store)[0]
    assert (last.action, last.who, last.subject) == ("release", "Hoa", email)
    assert last.detail["identities"] == [{"issuer": issuer, "subject": "old"}]


def test_sessions_are_listed_and_ended_one_by_one(store, signed_in, monkeypatch):
    lan, mai = person(store, "Lan", "read"), person(store, "Mai", "read")
    cookies = [sessions.begin(store, lan.person, browser=each) for each in ("Edge", "Chrome")]
    mine = {each.browser: each.id for each in sessions.going(store, lan.person)}
    assert {*mine} == {"Edge", "Chrome"}
    assert len(sessions.going(store)) == 2
    end_some = sessions.end_some
    assert code_of(end_some, store, lan.person, [mine["Edge"]], who=mai) == "not_allowed"
    end_some(store, mai.person, [mine["Edge"]], who=mai)  # it is none of hers
    assert sessions.person_of(store, cookies[0])
    end_some(store, lan.person, [mine["Edge"]], who=lan)
    assert [bool(sessions.person_of(store, each)) for each in cookies] == [False, True]
    assert [each.browser for each in sessions.going(store, lan.person)] == ["Chrome"]
    assert (log_entries(store)[0].action, log_entries(store)[0].detail["count"]) == (
        "sign_out_some", 1,
    )  # fmt: skip
    monkeypatch.setattr(sessions, "idle_limit", lambda: timedelta(seconds=-1))
    assert sessions.going(store) == ()  # idle too long


def test_a_session_says_what_its_person_may_until_it_ends(store, signed_in):
    lan = person(store, "Lan", "load", communes=["00001"])
    cookie = sessions.begin(store, lan.person)

    signed = sessions.person_of(store, cookie)
    assert (signed.who(), signed.email, signed.verbs) == (
        lan,
        "Lan@example.vn".casefold(),
        {"load", "read"},
    )
    assert sessions.person_of(store, cookie + "x") is None
    assert sessions.person_of(store, "") is None
    sessions.end(store, cookie)
    assert sessions.person_of(store, cookie) is None
    assert code_of(sessions.begin, store, lan.person, cookie=cookie) == "session_ended"


def test_who_has_no_rights_is_signed_in_and_may_nothing(sqlite_store, signed_in):
    lan = person(sqlite_store, "Lan")
    cookie = sessions.begin(sqlite_store, lan.person)
    assert sessions.person_of(sqlite_store, cookie).verbs == frozenset()
    granted(sqlite_store, lan.person, "read")
    assert sessions.person_of(sqlite_store, cookie).verbs == {"read"}


def test_an_identity_cookie_begins_one_session_however_many_tabs_ask(store):
    lan = accounts.add(store, "lan@example.vn", "Lan", who=MACHINE)
    for _ in range(2):
        assert (
            sessions.begin(store, lan.id, cookie="signed by the provider")
            == "signed by the provider"
        )
    assert sessions.person_of(store, "signed by the provider").name == "Lan"


@pytest.mark.parametrize(
    ("setting", "value", "column", "ago"),
    [
        ("MTQG_SESSION_IDLE_MINUTES", "10", "seen_at", timedelta(minutes=11)),
        ("MTQG_SESSION_HOURS", "2", "until", timedelta(seconds=1)),
    ],
)
def test_a_session_ends_when_it_is_idle_and_when_it_is_old(
    sqlite_store, monkeypatch, setting, value, column, ago
):
    lan = accounts.add(sqlite_store, "lan@example.vn", "Lan", who=MACHINE)
    cookie = sessions.begin(sqlite_store, lan.id)
    assert sessions.person_of(sqlite_store, cookie)
    monkeypatch.setenv(setting, value)
    with writing(sqlite_store) as connection:
        alter(connection, f"UPDATE session SET {column} = :at", at=later(-ago))
    assert sessions.person_of(sqlite_store, cookie) is None
    monkeypatch.setenv(setting, "soon")
    assert code_of(sessions.begin if column == "until" else sessions.person_of, sqlite_store,
                   lan.id if column == "until" else cookie) == "limit_unknown"  # fmt: skip


def test_use_is_noted_once_a_minute_and_waits_for_nobody(store):
    lan = accounts.add(store, "lan@example.vn", "Lan", who=MACHINE)
    cookie = sessions.begin(store, lan.id)
    old = later(-timedelta(minutes=5))

    def seen():
        with reading(store) as connection:
            return connection.scalar(sa.select(metadata.tables["session"].c.seen_at))

    with writing(store) as connection:
        alter(connection, "UPDATE session SET seen_at = :at", at=old)
    with writing(store):  # somebody loads
        began = perf_counter()
        assert sessions.person_of(store, cookie)
        assert perf_counter() - began < 5  # a writer is waited for half a minute
    assert sessions.person_of(store, cookie)
    assert seen() > old


def test_an_administrator_signs_others_out_and_a_person_themselves(store, signed_in):
    lan, mai = person(store, "Lan", "load"), person(store, "Mai", "load")
    hoa = person(store, "Hoa", "administer")
    cookies = [sessions.begin(store, lan.person) for _ in range(2)]

    assert code_of(sessions.end_all, store, lan.person, who=mai) == "not_allowed"
    sessions.end_all(store, lan.person, who=hoa)
    assert [sessions.person_of(store, cookie) for cookie in cookies] == [None, None]
    cookie = sessions.begin(store, lan.person)
    sessions.end_all(store, lan.person, who=lan)
    assert sessions.person_of(store, cookie) is None


def test_neither_cookie_nor_token_nor_passphrase_can_be_read_in_the_store(store):
    lan = person(store, "Lan", "load")
    accounts.set_passphrase(store, lan.person, PASSPHRASE, who=MACHINE)
    secrets = [
        PASSPHRASE,
        sessions.begin(store, lan.person),
        tokens.make(store, who=lan, words="x"),
    ]
    with reading(store) as connection:
        held = [
            str(row)
            for table in metadata.tables.values()
            for row in connection.execute(sa.select(table))
        ]
    for secret in secrets:
        assert not any(secret in row for row in held)


def test_the_record_says_whose_account_did_it_and_figures_stay_the_same_state(store, signed_in):
    before = state_version(store)
    hoa = person(store, "Hoa", "administer")
    mai = accounts.add(store, "mai@example.vn", "Mai", who=hoa)
    granted(store, mai.id, "load", communes=["00001"])
    line = next(each for each in log_entries(store) if each.subject == "mai@example.vn"
                and each.action == "person")  # fmt: skip
    assert (line.who, line.detail) == (
        "Hoa", {"name": "Mai", "person": hoa.person, "email": "hoa@example.vn", "via": "page"},
    )  # fmt: skip
    assert log_entries(store)[0].detail["via"] == "machine"
    assert state_version(store) == before
