"""People of every sort, made at the machine."""

from mtqg_geo.people import accounts, grants
from mtqg_geo.people.grants import ANYWHERE, Places
from mtqg_geo.store.rights import Who

MACHINE = Who("máy chủ", via="machine")
A, B = "00001", "00002"  # communes


def person(store, name, *verbs, communes=None):
    """Return somebody new who is granted some verbs, in some communes or everywhere."""
    number = accounts.add(store, f"{name}@example.vn", name, who=MACHINE).id
    for verb in verbs:
        granted(store, number, verb, communes=communes)
    return Who(name, number)


def granted(store, number, verb, *, communes=None, **days):
    placed = verb in ("load", "undo") and communes is not None
    places = Places(tuple(communes), "") if placed else ANYWHERE
    return grants.grant(store, number, verb, who=MACHINE, places=places, **days)
