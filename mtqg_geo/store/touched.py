"""Which communes a change touches: those of its rows, and of the rows they replace or uncover.

Every row of a file counts, also one that changes nothing: it is stored, confirms what is there, and
would stay when that is undone. A code comes with the day on which it is meant, for many were given
to a larger unit in 2025. The delivered example is of nobody: the first real figures of
anybody hide it everywhere.
"""

from collections.abc import Callable, Collection, Iterator, Mapping

import sqlalchemy as sa

from mtqg_geo.programme import columns as c
from mtqg_geo.programme.period import last_day
from mtqg_geo.programme.tables import BATCH_ID, GEOMETRY, KINDS, DataTable
from mtqg_geo.store.comparing import Pairs, versions
from mtqg_geo.store.rights import EVERYWHERE, on_day
from mtqg_geo.store.schema import FACTS
from mtqg_geo.store.staging import StagedRows

# Gives the communes that lines (WKB) cross, and `EVERYWHERE` for a line of which nobody can say.
Crossed = Callable[[Collection[bytes]], Collection[str]]
LINES = 1_000  # looked at together
SPOKEN_OF = (c.PERIOD, c.YEAR, c.VALID_FROM)  # in which day's codes a row is written


def communes_loaded(
    connection: sa.Connection,
    waiting: Mapping[str, StagedRows],
    *,
    illustrative: bool,
    crossed: Crossed | None,
) -> frozenset[str]:
    """Return the communes of the rows that wait, and of those that they will replace."""
    found: set[str] = set()
    for each in waiting.values():
        found.update(_places(connection, each.kind, each.table, sa.select(), crossed))
        if c.COMMUNE_CODE not in each.kind.key:
            pairs = Pairs(connection, each, illustrative=illustrative)
            replaced = sa.select().select_from(pairs.joined)
            replaced = replaced.where(pairs.old.c[BATCH_ID].is_not(None))
            found.update(_places(connection, each.kind, pairs.old, replaced, crossed))
    return frozenset(found)


def communes_undone(
    connection: sa.Connection, batch_id: int, *, illustrative: bool, crossed: Crossed | None
) -> frozenset[str]:
    """Return the communes of the rows of a batch, and of those that show again without it."""
    found: set[str] = set()
    for kind in KINDS.values():
        mine, older = FACTS[kind.name].alias("mine"), FACTS[kind.name].alias("older")
        of_batch = mine.c[BATCH_ID] == batch_id
        found.update(_places(connection, kind, mine, sa.select().where(of_batch), crossed))
        if c.COMMUNE_CODE not in kind.key:
            version = FACTS[kind.name].alias("version")
            same = versions(version, mine, kind, illustrative=illustrative)
            last = sa.select(sa.func.max(version.c[BATCH_ID]))
            last = last.where(*same, version.c[BATCH_ID] < batch_id).correlate(mine)
            shown = sa.and_(
                *(older.c[name] == mine.c[name] for name in kind.key),
                older.c[BATCH_ID] == last.scalar_subquery(),
            )
            uncovered = sa.select().select_from(mine.join(older, shown)).where(of_batch)
            found.update(_places(connection, kind, older, uncovered, crossed))
    return frozenset(found)


def _places(
    connection: sa.Connection,
    kind: DataTable,
    rows: sa.FromClause,
    query: sa.Select[tuple[()]],
    crossed: Crossed | None,
) -> Iterator[str]:
    """Yield the communes of selected rows of a kind; what has no commune is of all of them."""
    if c.COMMUNE_CODE in kind.columns:
        [when] = (name for name in SPOKEN_OF if name in kind.columns)
        codes = query.add_columns(rows.c[c.COMMUNE_CODE], rows.c[when]).distinct()
        for code, said in connection.execute(codes):
            day = said if when == c.VALID_FROM else last_day(str(said))
            yield on_day(code, day) if code else EVERYWHERE
    elif GEOMETRY in kind.columns and crossed is not None:
        lines = query.add_columns(rows.c[GEOMETRY]).execution_options(yield_per=LINES)
        with connection.execute(lines) as read:
            for part in read.scalars().partitions():
                there = [bytes(line) for line in part if line is not None]
                yield from crossed(there)
                if len(there) < len(part):
                    yield EVERYWHERE
    elif connection.execute(query.add_columns(sa.literal(1)).select_from(rows).limit(1)).first():
        yield EVERYWHERE
