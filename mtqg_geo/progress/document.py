"""Progress as a program reads it: targets, capital and what is missing, for one selection."""

import json
import math
from typing import Any

from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.quarters import as_counted
from mtqg_geo.figures.rules import TOLERANCE_PCT, Standing
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.shares import PlanShare
from mtqg_geo.programme.model import NOT_SPLIT, Lang
from mtqg_geo.programme.tables import SPLIT
from mtqg_geo.progress.capital import Rung, ladder, ladder_by
from mtqg_geo.progress.targets import TargetLine, progress
from mtqg_geo.progress.words import notices

DIGITS = 6  # beyond the published decimals, and short of the noise of adding decimals up


def progress_json(data: Dataset, selection: Selection, *, lang: Lang = "vi") -> str:
    """Return the progress of a selection as JSON: money in VND, a missing figure as null."""
    made = progress(data, selection)
    document = {
        "year": selection.year,
        "vintage": selection.vintage,
        "counted_by_units_of": as_counted(data, selection)[1].vintage,
        "as_of": made.clock.period or None,
        "elapsed_pct": made.clock.elapsed_pct,
        "months_left": made.clock.months_left,
        "tolerance_pct": TOLERANCE_PCT,
        "illustrative": data.is_illustrative,
        "is_whole_province": made.is_whole,
        "plan_published": made.is_published,
        "targets": [_target(line, lang) for line in made.lines],
        "capital": _capital(ladder(data, selection))
        | {
            f"by_{name}": [
                {name: code if code != NOT_SPLIT else None, **_rung(rung)}
                for code, rung in ladder_by(data, selection, name).items()
            ]
            for name in SPLIT
        },
        "notices": list(notices(data, selection, made, lang)),
    }
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)


def _target(line: TargetLine, lang: Lang) -> dict[str, Any]:
    return {
        "indicator": line.indicator.id,
        "name": line.indicator.name.of(lang),
        "project": line.project,
        "unit": line.indicator.unit.of(lang),
        "plan": _number(line.plan),
        "plan_source": line.plan_source or None,
        "plan_is_approximate": line.is_approximate,
        "actual": _number(line.actual),
        "basis": line.basis.value,
        "actual_is_lower_bound": line.is_lower_bound,
        "completion_pct": _number(line.share.pct, digits=2),
        **_reported(line.share, "completion_pct"),
        "communes": line.communes,
        "communes_missing": line.communes_missing if line.is_owed else None,
        "plan_of_communes_missing": _number(line.silent_plan),
        "done_per_month": _number(line.done_per_month, digits=3),
        "needed_per_month": _number(line.needed_per_month, digits=3),
        # Nearly reached is not reached: what other programs read stays what it was.
        "status": (Standing.LATE if line.standing.is_behind else line.standing).value,
    }


def _capital(rungs: tuple[Rung, ...]) -> dict[str, Any]:
    """Return the whole, as the communes' parts add up to it, and every project."""
    whole, *projects = rungs
    return _rung(whole) | {
        "projects": [{"project": rung.project, **_rung(rung)} for rung in projects],
    }


def _rung(rung: Rung) -> dict[str, Any]:
    return {
        "plan": _number(rung.plan_vnd),
        "allocated": _number(rung.allocated_vnd),
        "disbursed": _number(rung.disbursed_vnd),
        "allocated_pct": _number(rung.allocated_pct, digits=2),
        "disbursed_pct": _number(rung.share.pct, digits=2),
        **_reported(rung.share, "disbursed_pct"),
        "communes": rung.share.communes,
        "communes_missing": rung.communes_missing,
        "allocated_to_communes_missing": _number(rung.silent_vnd),
    }


def _reported(share: PlanShare, name: str) -> dict[str, Any]:
    """Return whether a share is at least so much, and that of the communes that reported."""
    return {
        f"{name}_is_lower_bound": share.is_lower_bound,
        f"{name}_of_reported": _number(share.reported_pct, digits=2),
        "communes_reported": share.reported,
    }


def _number(value: float, *, digits: int = DIGITS) -> float | int | None:
    """Return a number as JSON writes it: whole ones without a point, a missing one as null."""
    if not math.isfinite(value):
        return None
    rounded = round(value, digits)
    return int(rounded) if rounded.is_integer() else rounded
