"""The command `progress`: plan against result of the whole selection, as a table or as JSON."""

import argparse
import sys
from collections.abc import Sequence

from mtqg_geo.cli.common import add_selection, selected
from mtqg_geo.cli.exit_codes import FINE
from mtqg_geo.dataset.dataset import Dataset
from mtqg_geo.figures.selection import Selection
from mtqg_geo.figures.shares import at_least
from mtqg_geo.programme.amounts import money
from mtqg_geo.programme.model import Lang
from mtqg_geo.programme.words import number, t
from mtqg_geo.progress.capital import Rung, ladder, ladder_by
from mtqg_geo.progress.document import progress_json
from mtqg_geo.progress.targets import Progress, progress
from mtqg_geo.progress.words import (
    line_texts,
    moment_words,
    notices,
    parts_of_capital,
    plan_source_text,
)

COLUMNS = ("indicator", "plan", "actual", "unit", "share", "rest", "standing", "missing")
TO_THE_RIGHT = frozenset(("plan", "actual", "share", "rest", "missing"))


def add_progress(command: argparse.ArgumentParser) -> None:
    """Give `progress` its flags."""
    add_selection(command)
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=_progress)


def _progress(options: argparse.Namespace) -> int:
    (data, selection), lang = selected(options), options.lang
    if options.json:
        print(progress_json(data, selection, lang=lang))
        return FINE
    made = progress(data, selection)
    words = (plan_source_text(made, lang), *notices(data, selection, made, lang))
    print(*dict.fromkeys((*moment_words(made.clock, lang), *words)), sep="\n", file=sys.stderr)
    print(table_text(made, lang), capital_text(data, selection, lang), sep="\n\n")
    return FINE


def table_text(made: Progress, lang: Lang) -> str:
    """Return the targets as a table of aligned columns."""
    rest = "gap" if made.clock.is_over else "needed"
    keys = [rest if name == "rest" else name for name in COLUMNS]
    rows = [tuple(t(f"progress_column_{key}", lang) for key in keys)]
    for line in made.lines:
        name = f"{line.indicator.id} {line.indicator.short.of(lang)}"
        texts = {"indicator": name, **line_texts(line, made.clock, lang)}
        rows.append(tuple(texts[key] for key in keys))
    return _aligned(rows)


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    """Return rows as lines, each column as wide as its longest text."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    sides = [str.rjust if name in TO_THE_RIGHT else str.ljust for name in COLUMNS]
    return "\n".join(
        "  ".join(
            side(text, width) for side, text, width in zip(sides, row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def capital_text(data: Dataset, selection: Selection, lang: Lang) -> str:
    """Return the capital of the selection in a line, and below it by source and kind."""
    lines = [_capital_line(t("progress_capital_all", lang), ladder(data, selection)[0], lang)]
    by = {column: ladder_by(data, selection, column) for column in data.catalog.capital}
    lines += [_capital_line(name, rung, lang) for name, rung in parts_of_capital(data, by, lang)]
    return "\n".join(lines)


def _capital_line(what: str, rung: Rung, lang: Lang) -> str:
    return t(
        "progress_capital_line",
        lang,
        what=what,
        plan=money(rung.plan_vnd, lang),
        allocated=money(rung.allocated_vnd, lang),
        disbursed=at_least(money(rung.disbursed_vnd, lang), rung.share, lang),
        rate=rung.share.text(lang),
        missing=number(rung.communes_missing, lang),
    )
