"""The catalogue: programme, projects, indicators, targets and facility types, read from TOML."""

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from mtqg_geo.programme import model
from mtqg_geo.programme.errors import CatalogError
from mtqg_geo.programme.tables import SPLIT

DATA = Path(__file__).resolve().parents[2] / "data"  # what is delivered with the product
GROUPS = ("results", "works", "capital", "context")  # of indicators, in the order of a planner
Concept = TypeVar(
    "Concept",
    model.Programme,
    model.Project,
    model.Indicator,
    model.Target,
    model.Facility,
    model.Capital,
    model.Usual,
)


@dataclass(frozen=True, eq=False)  # one catalogue is one key of a cache
class Catalog:
    """Everything the programme defines before a single figure is reported."""

    programme: model.Programme
    projects: Mapping[str, model.Project]
    indicators: Mapping[str, model.Indicator]
    targets: tuple[model.Target, ...]
    facilities: Mapping[str, model.Facility]
    capital: Mapping[str, Mapping[str, model.Capital]]  # by column, then by code

    def with_children(self, codes: Iterable[str]) -> frozenset[str]:
        """Return the given project codes together with their sub-projects."""
        chosen = frozenset(codes)
        return chosen | {p.code for p in self.projects.values() if p.parent in chosen}

    def grouped(self, indicators: Iterable[str]) -> dict[str, list[model.Indicator]]:
        """Return indicators by what they speak of, as a list to choose from shows them.

        What is paid is capital, what is built are works; what describes a commune before anything
        was done is its context, and the rest are results.
        """
        groups: dict[str, list[model.Indicator]] = {name: [] for name in GROUPS}
        for each in map(self.indicators.__getitem__, indicators):
            derived = self.indicators.get(each.derived)
            if each.is_money or (derived and derived.is_money):
                name = "capital"
            elif each.counts_works:
                name = "works"
            else:
                name = "context" if each.theme in model.GIVEN_THEMES else "results"
            groups[name].append(each)
        return {name: found for name, found in groups.items() if found}

    def with_role(self, role: model.Role) -> model.Indicator | None:
        """Return the indicator that fills a role; None in a catalogue without one."""
        return next((each for each in self.indicators.values() if each.role is role), None)

    def naming_distances(self, every: Collection[str]) -> "Catalog":
        """Return the catalogue in which each distance says what it is to.

        Parameters
        ----------
        every
            The facility types (or `road`) of which places are loaded that the programme did not
            build. To any other kind the nearest one known is the programme's, which may be far
            farther than the nearest there is.
        """
        indicators = {
            name: replace(each, name=each.every_name, short=each.every_short)
            if each.nearest in every and each.every_name.vi
            else each
            for name, each in self.indicators.items()
        }
        return replace(self, indicators=indicators)

    def indicators_of(self, projects: Iterable[str]) -> tuple[model.Indicator, ...]:
        """Return the indicators that speak of any of the projects (all, when none is named).

        An indicator without a project of its own, such as capital, speaks of every project; one
        of a project says nothing of a sub-project alone.
        """
        chosen = self.with_children(projects)
        return tuple(
            indicator
            for indicator in self.indicators.values()
            if not chosen or not indicator.project or indicator.project in chosen
        )


def load_catalog(folder: Path) -> Catalog:
    """Read and check the catalogue of `data/programme/`.

    Raises
    ------
    CatalogError
        If an entry lacks a required field, an indicator lacks unit or kind, or a reference
        (parent project, base, derived indicator, target's indicator) points nowhere.
    """
    catalog = Catalog(
        programme=_entry(model.Programme, _read(folder / "programme.toml")),
        projects={p.code: p for p in _entries(model.Project, folder)},
        indicators={i.id: i for i in _indicators(folder)},
        targets=tuple(_entries(model.Target, folder)),
        facilities={f.code: f for f in _entries(model.Facility, folder)},
        capital=_capital(folder),
    )
    _check_references(catalog)
    return catalog


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        msg = f"{path.name} cannot be read: {error}. Restore it from the delivered version."
        raise CatalogError(msg) from error


USUAL = "usual"
FILES: dict[type, str] = {
    model.Project: "projects.toml",
    model.Indicator: "indicators.toml",
    model.Target: "targets.toml",
    model.Facility: "facilities.toml",
    model.Capital: "capital.toml",
}


def _capital(folder: Path) -> dict[str, dict[str, model.Capital]]:
    found = {column: dict[str, model.Capital]() for column in SPLIT}
    for each in _entries(model.Capital, folder):
        if each.split not in found:
            msg = f"Catalogue: {each.code} is split by {each.split}; write {' or '.join(SPLIT)}."
            raise CatalogError(msg)
        found[each.split][each.code] = each
    return found


def _entries(concept: type[Concept], folder: Path) -> Iterator[Concept]:
    return (_entry(concept, row) for row in _rows(concept, folder))


def _rows(concept: type[Concept], folder: Path) -> list[dict[str, Any]]:
    file, kind = FILES[concept], concept.__name__.lower()
    rows: list[dict[str, Any]] = _read(folder / file).get(kind, [])
    if not rows:
        msg = f"{file} holds no [[{kind}]] entry."
        raise CatalogError(msg)
    return rows


def _indicators(folder: Path) -> Iterator[model.Indicator]:
    """Read the indicators; what is usual of all of them goes without saying for each."""
    usual = _read(folder / FILES[model.Indicator]).get(USUAL, {})
    for row in _rows(model.Indicator, folder):
        yield _entry(model.Indicator, row | {USUAL: usual | row.get(USUAL, {})})


def _entry(concept: type[Concept], row: Mapping[str, Any]) -> Concept:
    """Make a concept of an entry of the catalogue, by the names and types of its fields.

    A field without a default is required; a `Text` stands in two lines, `name_vi` and `name_en`.
    """
    hints, made, missing = get_type_hints(concept), {}, []
    for field in fields(concept):
        hint = hints[field.name]
        names = [f"{field.name}_vi", f"{field.name}_en"] if hint is model.Text else [field.name]
        blank = [name for name in names if row.get(name) in (None, "")]
        if not blank:
            made[field.name] = _value(hint, [row[name] for name in names])
        elif field.default is MISSING:
            missing += blank
    if missing:
        who = row.get("id") or row.get("code") or row.get("indicator") or "an entry"
        msg = f"Catalogue: {who} lacks {', '.join(missing)}. Add it to the TOML file."
        raise CatalogError(msg)
    return concept(**made)


def _value(hint: Any, written: list[Any]) -> Any:
    """Return what is written as the type of its field: `["plan"]` as `(Basis.PLAN,)`."""
    if get_origin(hint) is tuple:
        kind = get_args(hint)[0]
        return tuple(kind(each) for each in written[0])
    if hint is model.Usual:
        return _entry(hint, written[0])
    return hint(*written)


def _check_references(catalog: Catalog) -> None:
    """Refuse references that point nowhere, all of them in one sentence."""
    projects, indicators = catalog.projects, catalog.indicators
    # All at once: whoever edits the files corrects them in one go, not one by one.
    broken = [
        *(f"{p.code} → {p.parent}" for p in projects.values() if p.parent not in {"", *projects}),
        *(
            f"{i.id} → {reference}"
            for i in indicators.values()
            for reference, known in (
                (i.project, projects),
                (i.base, indicators),
                (i.derived, indicators),
                (i.facility, catalog.facilities),
                (i.nearest, {*catalog.facilities, model.ROAD}),
            )
            if reference and reference not in known
        ),
        *(f"target → {t.indicator}" for t in catalog.targets if t.indicator not in indicators),
    ]
    if broken:
        msg = f"Catalogue: {len(broken)} references point nowhere (first: {broken[0]})."
        raise CatalogError(msg)
    roles = [each.role for each in indicators.values() if each.role is not model.Role.NONE]
    if twice := [role for role in roles if roles.count(role) > 1]:
        msg = f"Catalogue: {roles.count(twice[0])} indicators fill the role {twice[0]}; keep one."
        raise CatalogError(msg)
    strays = [i.id for i in indicators.values() if i.default_basis not in i.bases]
    if strays:
        msg = f"Catalogue: the default basis of {strays[0]} is not among its bases."
        raise CatalogError(msg)
