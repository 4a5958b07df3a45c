"""The tables of who may do what, and where, are those that every surface is tried by."""

from mtqg_geo.programme.catalog import DATA
from mtqg_geo.store.rights import VERBS
from tests.mtqg_geo.people.roles import MATRIX, ROLES, SURFACES

TEXT = (DATA.parent / "docs" / "security.md").read_text(encoding="utf-8")


def table(first, rows):
    lines = [(first, *VERBS), ("---",) * (1 + len(VERBS)), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def test_who_may_do_what_is_what_is_tried():
    rows = [
        (f"{role} (`{ROLES[role][0]}`)", *("✓" if may else "✗" for may in verbs.values()))
        for role, verbs in MATRIX.items()
    ]
    assert table("who", rows) in TEXT


def test_what_is_offered_where_is_what_is_tried():
    rows = [
        (f"{name} ({' or '.join(way.takes)})", *(way.offers.get(verb, "–") for verb in VERBS))
        for name, way in SURFACES.items()
    ]
    assert table("where (by)", rows) in TEXT
