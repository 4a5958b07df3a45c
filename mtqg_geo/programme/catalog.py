"""The catalogue: programme, projects, indicators, targets and facility types, read from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mtqg_geo.programme.errors import CatalogError
from mtqg_geo.programme.model import (
    ROAD,
    Basis,
    Facility,
    Indicator,
    Kind,
    Programme,
    Project,
    Role,
    Scope,
    Target,
    Text,
)

DATA = Path(__file__).resolve().parents[2] / "data"  # what is delivered with the product


@dataclass(frozen=True)
class Catalog:
    """Everything the programme defines before a single figure is reported."""

    programme: Programme
    projects: Mapping[str, Project]
    indicators: Mapping[str, Indicator]
    targets: tuple[Target, ...]
    facilities: Mapping[str, Facility]

    def with_children(self, codes: Iterable[str]) -> frozenset[str]:
        """Return the given project codes together with their sub-projects."""
        chosen = frozenset(codes)
        return chosen | {p.code for p in self.projects.values() if p.parent in chosen}

    def with_role(self, role: Role) -> Indicator | None:
        """Return the indicator that fills a role; None in a catalogue without one."""
        return next((each for each in self.indicators.values() if each.role is role), None)

    def indicators_of(self, projects: Iterable[str]) -> tuple[Indicator, ...]:
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
        programme=_programme(_read(folder / "programme.toml")),
        projects={p.code: p for p in map(_project, _rows(folder, "project"))},
        indicators={i.id: i for i in map(_indicator, _rows(folder, "indicator"))},
        targets=tuple(map(_target, _rows(folder, "target"))),
        facilities={f.code: f for f in map(_facility, _rows(folder, "facility"))},
    )
    _check_references(catalog)
    return catalog


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        msg = f"{path.name} cannot be read: {error}. Restore it from the delivered version."
        raise CatalogError(msg) from error


FILES = {
    "project": "projects.toml",
    "indicator": "indicators.toml",
    "target": "targets.toml",
    "facility": "facilities.toml",
}


def _rows(folder: Path, kind: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _read(folder / FILES[kind]).get(kind, [])
    if not rows:
        msg = f"{FILES[kind]} holds no [[{kind}]] entry."
        raise CatalogError(msg)
    return rows


def _need(row: Mapping[str, Any], *fields: str) -> None:
    """Refuse an entry in which a required field is absent or blank."""
    missing = [field for field in fields if row.get(field) in (None, "")]
    if missing:
        who = row.get("id") or row.get("code") or row.get("indicator") or "an entry"
        msg = f"Catalogue: {who} lacks {', '.join(missing)}. Add it to the TOML file."
        raise CatalogError(msg)


def _text(row: Mapping[str, Any], field: str) -> Text:
    _need(row, f"{field}_vi", f"{field}_en")
    return Text(row[f"{field}_vi"], row[f"{field}_en"])


def _programme(row: Mapping[str, Any]) -> Programme:
    _need(row, "code", "decision", "province_code", "years", "default_year", "term")
    first, last = row["term"]
    return Programme(
        code=row["code"],
        name=_text(row, "name"),
        decision=row["decision"],
        province_code=row["province_code"],
        province=_text(row, "province"),
        years=tuple(row["years"]),
        default_year=row["default_year"],
        term=(int(first), int(last)),
    )


def _project(row: Mapping[str, Any]) -> Project:
    _need(row, "code", "source")
    return Project(
        code=row["code"],
        parent=row.get("parent", ""),
        name=_text(row, "name"),
        short=_text(row, "short"),
        source=row["source"],
        verified=bool(row.get("verified", False)),
    )


def _indicator(row: Mapping[str, Any]) -> Indicator:
    _need(row, "id", "unit_vi", "unit_en", "kind", "bases", "default_basis", "source")
    bases = tuple(Basis(basis) for basis in row["bases"])
    return Indicator(
        id=row["id"],
        name=_text(row, "name"),
        short=_text(row, "short"),
        unit=_text(row, "unit"),
        kind=Kind(row["kind"]),
        base=row.get("base", ""),
        direction=row.get("direction", "neutral"),
        theme=row.get("theme", "delivery"),
        project=row.get("project", ""),
        bases=bases,
        default_basis=Basis(row["default_basis"]),
        decimals=int(row.get("decimals", 0)),
        scope=Scope(row.get("scope", "programme")),
        facility=row.get("facility", ""),
        derived=row.get("derived", ""),
        nearest=row.get("nearest", ""),
        source=row["source"],
        definition=Text(row.get("definition_vi", ""), row.get("definition_en", "")),
        unit_one=Text(row["unit_vi"], row.get("unit_one_en", row["unit_en"])),
        role=Role(row["role"]) if row.get("role") else None,
    )


def _target(row: Mapping[str, Any]) -> Target:
    _need(row, "year", "indicator", "value", "source")
    return Target(
        year=int(row["year"]),
        indicator=row["indicator"],
        project=row.get("project", ""),
        value=float(row["value"]),
        unit=_text(row, "unit"),
        approximate=bool(row.get("approximate", False)),
        source=row["source"],
    )


def _facility(row: Mapping[str, Any]) -> Facility:
    _need(row, "code")
    return Facility(code=row["code"], name=_text(row, "name"))


def _check_references(catalog: Catalog) -> None:
    """Refuse references that point nowhere, all of them in one sentence."""
    projects, indicators = catalog.projects, catalog.indicators
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
                (i.nearest, {*catalog.facilities, ROAD}),
            )
            if reference and reference not in known
        ),
        *(f"target → {t.indicator}" for t in catalog.targets if t.indicator not in indicators),
    ]
    if broken:
        msg = f"Catalogue: {len(broken)} references point nowhere (first: {broken[0]})."
        raise CatalogError(msg)
    roles = [each.role for each in indicators.values() if each.role]
    if twice := [role for role in roles if roles.count(role) > 1]:
        msg = f"Catalogue: {roles.count(twice[0])} indicators fill the role {twice[0]}; keep one."
        raise CatalogError(msg)
    strays = [i.id for i in indicators.values() if i.default_basis not in i.bases]
    if strays:
        msg = f"Catalogue: the default basis of {strays[0]} is not among its bases."
        raise CatalogError(msg)
