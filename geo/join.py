"""Tables joined to units by code, with an account of what did and did not match."""

from dataclasses import dataclass

import pandas as pd

from geo.errors import GeoError, JoinError, refuse


@dataclass(frozen=True)
class JoinResult:
    """A joined frame and the account of its codes.

    Every unit code is in `matched` or `unmatched_units`, and every row of the table is counted
    in `matched` or `unmatched_rows`.

    Attributes
    ----------
    frame
        All units in their order, with the columns of the table; missing where nothing matched.
    matched
        Codes found on both sides, in the order of the units.
    unmatched_units
        Codes of units without a row.
    unmatched_rows
        Codes of rows that were not joined, one for each row.
    duplicated
        Codes that several rows carry; none of these rows is joined, since one would hide the rest.
    """

    frame: pd.DataFrame
    matched: tuple[str, ...]
    unmatched_units: tuple[str, ...]
    unmatched_rows: tuple[str, ...]
    duplicated: tuple[str, ...]


def join_by_code(units: pd.DataFrame, table: pd.DataFrame, *, key: str = "code") -> JoinResult:
    """Return the units with the row of the table that has the same code.

    Parameters
    ----------
    units
        One row for each unit; all are kept, and a geographic frame stays one.
    table
        Rows to join; codes that no unit has, or that come twice, are reported and left out.
    key
        Column of both that holds the code, as text.

    Raises
    ------
    JoinError
        If a code is no text, a unit code comes twice, or another column is in both.

    Examples
    --------
    >>> units = pd.DataFrame({"code": ["00001", "00004"]})
    >>> result = join_by_code(units, pd.DataFrame({"code": ["00004", "00007"], "km": [3, 5]}))
    >>> result.frame["km"].tolist(), result.unmatched_units, result.unmatched_rows
    ([nan, 3.0], ('00001',), ('00007',))
    """
    _require_text(units, key=key, what="units")
    _require_text(table, key=key, what="rows of the table")
    require_once(units[key], "each unit needs its own")
    _require_own_columns(units, table, key=key)
    is_double = table[key].duplicated(keep=False)
    is_joined = table[key].isin(units[key]) & ~is_double
    is_matched = units[key].isin(table.loc[is_joined, key])
    # An empty side has no type of its own for its codes; give both the same.
    rows = table[is_joined].astype({key: units[key].dtype})
    joined = units.merge(rows, how="left", on=key, validate="one_to_one")
    return JoinResult(
        frame=joined.set_axis(units.index),
        matched=tuple(units.loc[is_matched, key]),
        unmatched_units=tuple(units.loc[~is_matched, key]),
        unmatched_rows=tuple(table.loc[~is_joined, key]),
        duplicated=tuple(table.loc[is_double, key].unique()),
    )


def _require_text(frame: pd.DataFrame, *, key: str, what: str) -> None:
    if key not in frame.columns:
        msg = f"The {what} have no column {key!r} to join by; name the column with the codes."
        raise JoinError(msg)
    cure = "read the column as text, since a number loses its leading zeros"
    require_texts(frame[key], f"{what} have a code that is no text", cure)


def require_texts(codes: pd.Series, what: str, cure: str) -> None:
    """Refuse codes of which any is no text, or an empty one."""
    codes = codes.astype(object)
    is_text = codes.map(lambda code: isinstance(code, str) and code != "").astype(bool)
    refuse(JoinError, ~is_text, codes, what, cure, show="{!r}")


def require_once(codes: pd.Series, cure: str, *, error: type[GeoError] = JoinError) -> None:
    """Refuse units of which two have the same code."""
    refuse(error, codes.duplicated(), codes, "units repeat a code", cure, show="{!r}")


def _require_own_columns(units: pd.DataFrame, table: pd.DataFrame, *, key: str) -> None:
    shared = [column for column in table.columns if column in units.columns and column != key]
    if shared:
        msg = (
            f"{len(shared)} columns are in both the units and the table "
            f"(first: {shared[0]!r}); rename or drop them in one."
        )
        raise JoinError(msg)
