"""Who may do what, and where it is offered: the one table that every surface is tried by.

`docs/security.md` shows it to whoever decides who is granted what.
"""

from dataclasses import dataclass

from mtqg_geo.people import tokens
from mtqg_geo.store.rights import VERBS
from tests.mtqg_geo.people.persons import A, person

# By role: how the installation is run, what was granted (verbs, communes), what a token was made
# for (None: none is shown), and what the role may do in commune A.
ROLES = {
    "anybody at an open desk": ("open", None, None, None, VERBS),
    "anybody in public": ("public", None, None, None, ("read",)),
    "anybody without an account": ("signed-in", None, None, None, ()),
    "a person without grants": ("signed-in", (), None, None, ()),
    "a reader": ("signed-in", ("read",), None, None, ("read",)),
    "who loads here": ("signed-in", ("load",), [A], None, ("read", "load")),
    "who loads elsewhere": ("signed-in", ("load",), ["00009"], None, ("read",)),
    "who undoes here": ("signed-in", ("undo",), [A], None, ("read", "undo")),
    "who undoes elsewhere": ("signed-in", ("undo",), ["00009"], None, ("read",)),
    "who installs": ("signed-in", ("install",), None, None, ("read", "install")),
    "an administrator": ("signed-in", ("administer",), None, None, ("read", "administer")),
    "who may all": ("signed-in", VERBS, None, None, VERBS),
    "who may all, by a token to read": ("signed-in", VERBS, None, ("read",), ("read",)),
    "who may all, by a token to load": ("signed-in", VERBS, None, ("load",), ("read", "load")),
    "a reader, by a token to load": ("signed-in", ("read",), None, ("load",), ("read",)),
}
MATRIX = {role: {verb: verb in may for verb in VERBS} for role, (*_, may) in ROLES.items()}


@dataclass(frozen=True)
class Surface:
    """A way in: which verbs it offers, each with the act that stands for it.

    Attributes
    ----------
    offers
        What is done by verb; what is left out is not offered there.
    takes
        What says who asks: a `cookie`, a `token`, or either.
    by_machine
        Verbs that are of whoever has the machine, with or without an account.
    is_before_place
        Whether all of its verbs are one act, and that is done before it is known in which communes.
    """

    offers: dict[str, str]
    takes: tuple[str, ...]
    by_machine: tuple[str, ...] = ()
    is_before_place: bool = False


SURFACES = {
    "page": Surface(
        {
            "read": "every page",
            "load": "*Nạp*: a file is checked and loaded",
            "undo": "*Nạp*: *Hoàn tác*",
            "install": "*Dữ liệu*: a layer is installed, a set is put in use",
            "administer": "*Người dùng*, in `signed-in`",
        },
        takes=("cookie",),
    ),
    "HTTP": Surface({"read": "`GET` of `/api`, `/files`"}, takes=("cookie", "token")),
    "OGC": Surface({"read": "`GET` of `/ogc`"}, takes=("cookie", "token")),
    "upload": Surface(
        {
            "load": "a file for one's own page",
            "install": "a file for one's own page",
        },
        takes=("cookie",),
        is_before_place=True,
    ),
    "web socket": Surface(
        dict.fromkeys(VERBS, "clicks on a page")
        | {"read": "a page is opened, and every word on it"},
        takes=("cookie",),
    ),
    "command line": Surface(
        {
            "read": "`export`, …: who has the machine",
            "load": "`import`",
            "undo": "`batches undo`",
            "install": "`boundaries install`, `use`",
            "administer": "`users`: who has the machine",
        },
        takes=("token",),
        by_machine=("read", "administer"),
    ),
}


def anywhere(role):
    """Return what a role may in some commune or other."""
    mode, granted, _, shown, may = ROLES[role]
    if mode != "signed-in" or not granted:
        return {*may}
    granted = {*granted, "read"}
    return granted if shown is None else granted & {*shown, "read"}


def cell(role, surface, verb):
    """Say whether a role can do something in a certain way."""
    mode, _, _, shown, _ = ROLES[role]
    way = SURFACES[surface]
    if verb not in way.offers:
        return False
    if verb in way.by_machine:
        return verb == "read" or mode != "public"
    if shown is not None and "token" not in way.takes:
        return False
    if (surface, verb) == ("page", "administer") and mode != "signed-in":
        return False
    if way.is_before_place:
        return not anywhere(role).isdisjoint(way.offers)
    return MATRIX[role][verb]


def made(store, role, *, communes=None):
    """Return who has a role, and the text of their token if one is shown.

    Parameters
    ----------
    communes
        What the commune A of the table is here.
    """
    _, verbs, where, shown, _ = ROLES[role]
    if verbs is None:
        return None, ""
    if communes is not None and where == [A]:
        where = communes
    name = f"p{[*ROLES].index(role)}"
    who = person(store, name, *verbs, communes=where)
    if shown is None:
        return who, ""
    text = tokens.make(store, who=who, words="x", verbs=shown)
    return tokens.who_of(store, text), text
