"""Who may do what: the one table that the tests of every surface read, cell by cell."""

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
