"""The report of a boundary check: the same for `--json`, the terminal and the page."""

import json
import math
import re
from dataclasses import asdict
from typing import Any

import pandas as pd
from pyproj import CRS

from geo.formulas import disarmed
from geo.repair import AREA_CHANGE_LIMIT_PCT
from geo.validate import Issue
from mtqg_geo.boundaries.check import STEPS, TOLERANCE_M, CheckedLayer
from mtqg_geo.boundaries.origin import origin_notes, origin_text
from mtqg_geo.programme import columns as c
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.reference_systems import crs_label
from mtqg_geo.programme.words import number, t, wordings

AUTHORITY_CODE = re.compile(r"\w+:\w+")
# A number before its unit as English writes it, in the example of a finding.
WRITTEN = re.compile(r"(?<![\w.,])[+-]?\d[\d,]*(?:\.\d+)?(?= (?:%|m)(?!\w))")
OPEN = ("feature", c.NAME, c.DISTRICT, c.PROVINCE, "reason")
LISTS = ("unmatched", "doubtful", "set_aside", "duplicates", "area_changed")
MANY_UNMATCHED = 0.2  # of all features: more than misspelt names, rather another year's units
AREAS = ("area_before_km2", "area_after_km2", "change_pct")


def report(checked: CheckedLayer, *, lang: Lang = "vi") -> dict[str, Any]:
    """Return the report as plain values, ready for JSON (a missing number is null)."""
    recognition, placing = checked.recognition, checked.placing
    return {
        "file": checked.file,
        "format": checked.origin.format,
        "layer": checked.origin.layer or None,
        "layers_left": list(checked.origin.left),
        "features": len(checked.features),
        "crs": crs_name(placing.crs) or None,
        "crs_source": placing.source,
        "crs_median_m": _finite(placing.median_m),
        "crs_candidates": [
            {"crs": crs, "median_m": _finite(median_m)} for crs, median_m in placing.candidates
        ],
        "axes_swapped": placing.axis_order == "yx",
        "encoding": checked.encoding.name,
        "samples": list(checked.encoding.samples),
        "key": recognition.key,
        "matched": len(recognition.matches),
        "by_rule": recognition.by_rule,
        "units": 0 if checked.units is None else len(checked.units),
        "missing": _rows(checked.missing, (c.CODE, c.NAME, c.DISTRICT)),
        "unmatched": _rows(recognition.unmatched, OPEN),
        "doubtful": _rows(recognition.doubtful, (*OPEN, "candidates")),
        "set_aside": _rows(recognition.set_aside, OPEN),
        "duplicates": _rows(recognition.duplicates, ("feature", c.NAME, c.CODE, "rule")),
        "tolerance_m": TOLERANCE_M,
        "area_changed": _rows(_area_changed(checked), (c.NAME, c.CODE, *AREAS)),
        "issues": [
            asdict(issue)
            | {
                "advice": advice(issue.code, lang, checked=checked),
                "accepted": checked.is_accepted(issue.code),
            }
            for issue in checked.issues
        ],
        "later_month": checked.later_month or None,
        "ready": checked.is_ready,
    }


def report_json(checked: CheckedLayer, *, lang: Lang = "vi") -> str:
    """Return the report as JSON text."""
    return json.dumps(report(checked, lang=lang), ensure_ascii=False, indent=1, allow_nan=False)


def unreadable_report(file: str, sentence: str, *, lang: Lang = "vi") -> str:
    """Return the JSON report of a file that cannot be read at all."""
    issue = asdict(Issue("unreadable", "error", 1, sentence))
    issue |= {"advice": advice("unreadable", lang), "accepted": False}
    unknown = dict.fromkeys(("crs", "crs_source", "crs_median_m", "encoding", "key"))
    nothing: dict[str, list[Any]] = {name: [] for name in LISTS}
    words = {"file": file, "features": 0, **unknown, "matched": 0, **nothing}
    return json.dumps({**words, "issues": [issue], "ready": False}, ensure_ascii=False, indent=1)


def report_text(checked: CheckedLayer, *, lang: Lang = "vi") -> str:
    """Return the report as a few lines for the terminal."""
    lines = [
        *read_texts(checked, lang),
        t("check_encoding", lang, encoding=checked.encoding.name),
        *(f"    {sample}" for sample in checked.encoding.samples),
        placing_text(checked, lang),
        matched_text(checked, lang),
    ]
    if checked.repair is not None:
        lines.append(t("check_tolerance", lang, tolerance=number(TOLERANCE_M, lang)))
    for issue in checked.issues:
        mark, name = t(f"severity_{issue.severity}", lang), issue_text(issue.code, lang)
        lines.append(f"{mark}: {name} ({count_text(issue, lang)})")
        lines.append(f"    {advice(issue.code, lang, checked=checked)}")
    lines.append(t("check_ready" if checked.is_ready else "check_not_ready", lang))
    return "\n".join(lines)


def read_texts(checked: CheckedLayer, lang: Lang) -> tuple[str, ...]:
    """Say what was read of the file, and what a person should know of that."""
    notes = origin_notes(checked.file, checked.origin, lang)
    return origin_text(checked.file, checked.origin, lang), *notes


def step_text(step: str, lang: Lang) -> str:
    """Say which step of a check is under way, and how many there are."""
    words = t(f"check_step_{step}", lang)
    if step not in STEPS:  # it waits
        return words
    return t("check_step", lang, number=STEPS.index(step) + 1, count=len(STEPS), words=words)


def matched_text(checked: CheckedLayer, lang: Lang) -> str:
    """Say how many features were recognised, by which rules, and what they become."""
    rules = checked.recognition.by_rule
    if not rules and checked.later_month:
        lost = number(len(checked.recognition.lost), lang)
        return t("check_matched_later", lang, count=lost, month=_month(checked.later_month, lang))
    if not rules:
        return t("check_matched_none", lang)
    return t(
        "check_matched",
        lang,
        matched=number(len(checked.recognition.matches), lang),
        units=number(0 if checked.units is None else len(checked.units), lang),
        rules="; ".join(
            f"{t(f'check_rule_{rule}', lang)}: {number(count, lang)}"
            for rule, count in rules.items()
        ),
    )


def placing_text(checked: CheckedLayer, lang: Lang) -> str:
    """Say in which reference system the layer is, and how that is known."""
    placing = checked.placing
    stated = crs_label(crs_name(placing.stated)) if placing.stated else ""
    if not placing.clear:
        return t("check_crs_neither" if stated else "check_crs_unclear", lang, crs=stated)
    crs = crs_label(crs_name(placing.crs))
    if stated:
        return t("check_crs_instead", lang, crs=crs, stated=stated)
    if not math.isfinite(placing.median_m):  # no commune to compare with
        return t(f"check_crs_{placing.source}_only", lang, crs=crs)
    distance = number(placing.median_m, lang)
    return t(f"check_crs_{placing.source}", lang, crs=crs, distance=distance)


def count_text(issue: Issue, lang: Lang) -> str:
    """Return how many an issue concerns, and the example if there is one."""
    return "; ".join(filter(None, (number(issue.count, lang), example_text(issue, lang))))


def example_text(issue: Issue, lang: Lang) -> str:
    """Return the example of an issue, numbers and words as the language writes them."""
    if lang == "en":
        return issue.example
    points = str.maketrans(",.", ".,")
    written = WRITTEN.sub(lambda found: found[0].translate(points), issue.example)
    return written.replace(" repeats ", f" {t('check_repeats', lang)} ")


def crs_name(crs: str) -> str:
    """Return the code of a reference system; its own name if it is described in full."""
    return crs if not crs or AUTHORITY_CODE.fullmatch(crs) else CRS(crs).name


def issue_text(code: str, lang: Lang) -> str:
    """Return the name of an issue."""
    return t(f"issue_{code}", lang)


def advice(code: str, lang: Lang, *, checked: CheckedLayer | None = None) -> str:
    """Return what to do about an issue; where much is unknown, also to look at the vintage."""
    if code == "later_month" and checked is not None:
        later = checked.later_month
        return t("advice_later_month", lang, month=_month(later, lang), vintage=later)
    if code == "datum_doubtful":
        return _datum_advice(checked, lang)
    key = f"advice_{code}"
    blocks = checked is not None and ("error", code) in {
        (issue.severity, issue.code) for issue in checked.issues
    }
    general = "advice_mend" if blocks else "advice_look"
    words = t(key if key in wordings() else general, lang)
    many = checked is not None and (
        len(checked.recognition.unmatched) > MANY_UNMATCHED * len(checked.features)
    )
    if code == "nothing_recognised" or (code == "unmatched_features" and many):
        return f"{words} {t('advice_vintage', lang)}"
    return words


def _datum_advice(checked: CheckedLayer | None, lang: Lang) -> str:
    """Say how far and which way a layer lies from where another datum would put it."""
    if checked is None or (datum := checked.placing.datum) is None:
        return t("advice_crs_doubtful", lang)
    return t(
        "advice_datum_doubtful",
        lang,
        stated=crs_label(crs_name(checked.placing.crs)),
        distance=number(datum.distance_m, lang),
        direction=t(f"direction_{round(datum.azimuth_deg / 45) % 8}", lang),
        right=crs_label(datum.crs),
        count=datum.n_points,
        code=datum.crs,
    )


def _month(month: str, lang: Lang) -> str:
    """Write a month as it is read (`2025-07` → `7/2025`)."""
    return f"{int(month[5:])}/{month[:4]}" if lang == "vi" else month


def changes_csv(checked: CheckedLayer) -> bytes:
    """Return areas before and after the repair, by feature, as CSV for Excel."""
    return _csv(pd.DataFrame() if checked.repair is None else checked.repair.changes)


def matches_csv(checked: CheckedLayer) -> bytes:
    """Return which feature is which commune, by which rule and how far off, as CSV for Excel."""
    matches, named_in = checked.recognition.matches, checked.recognition.columns.name
    in_file = checked.features[named_in].reindex(matches["feature"]) if named_in else ""
    table = pd.DataFrame(
        {
            "feature": matches["feature"],
            "name_in_file": in_file if isinstance(in_file, str) else in_file.to_numpy(),
            c.CODE: matches[c.CODE],
            c.NAME: matches[c.CODE].map(checked.names),
            **{column: matches[column] for column in ("rule", "score", "distance_m", "change")},
        }
    )
    return _csv(table.round({"score": 3, "distance_m": 1}))


def mapping_csv(decisions: pd.DataFrame) -> bytes:
    """Return the decisions of a person as a file that `read_mapping` reads."""
    return _csv(decisions)


def _csv(table: pd.DataFrame) -> bytes:
    table = table.map(lambda cell: disarmed(cell) if isinstance(cell, str) else cell)
    text: str = table.to_csv(index=False, float_format="%.4f", lineterminator="\n")
    return text.encode("utf-8-sig")  # with a mark that Excel knows UTF-8 by


def _area_changed(checked: CheckedLayer) -> pd.DataFrame:
    """Return the features whose area changed by more than the limit, the largest change first."""
    if checked.repair is None:
        return pd.DataFrame(columns=[c.NAME, c.CODE, *AREAS])
    changes = checked.repair.changes
    codes = checked.repair.layer[c.CODE]
    large = (changes["change_pct"].abs() > AREA_CHANGE_LIMIT_PCT) & (changes["area_after_km2"] > 0)
    table = changes[large].assign(**{c.CODE: codes, c.NAME: codes.map(checked.names)})
    table = table.sort_values("change_pct", key=abs, ascending=False, kind="stable")
    return table.round(dict.fromkeys(AREAS, 4))


def _rows(table: pd.DataFrame, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    present = [name for name in columns if name in table.columns]
    return [
        {name: _plain(value) for name, value in zip(present, row, strict=True)}
        for row in table[present].itertuples(index=False)
    ]


def _plain(value: Any) -> Any:
    """Turn tuples into lists, numbers of numpy into Python's, missing into null."""
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NA:
        return None
    return value.item() if hasattr(value, "item") else value


def _finite(value: float) -> float | None:
    return round(value, 1) if math.isfinite(value) else None
