"""What stands in the tables of a page, read from the messages that a browser would get."""

import numpy as np
import pandas as pd

from mtqg_geo.ui.shared.table import unpack


def messages(app):
    """Return by table and part what the browser is told."""
    told = [unpack(each.proto.bytes) for each in app.get("bidi_component") if each.proto.bytes]
    return {(key, part["part"]): part for key, part in told}


def parts_of(app, key):
    """Return what the browser is told of a table, by the part's name."""
    return {part: said for (table, part), said in messages(app).items() if table == key}


def rows_of(app, key):
    """Return a table as it is shown at first, numbers as numbers, the folded rows too."""
    return rows_in(parts_of(app, key))


def rows_in(parts):
    main, others = parts["main"], [part for name, part in parts.items() if name != "look"]
    columns = {column["name"]: column for part in others for column in part["columns"]}
    table = pd.DataFrame({name: columns[name]["values"] for name in main["names"]})
    for name, column in columns.items():
        if column["kind"] == "number":
            table[name] = table[name].astype(float)
    return table.iloc[main.get("order", np.arange(len(table)))].reset_index(drop=True)
