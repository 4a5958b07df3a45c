"""A large file takes memory for a part of it, not for all of it at once."""

import resource
import sys

import numpy as np
import pandas as pd
import pytest

from mtqg_geo.store.batches import commit_batch
from mtqg_geo.store.engine import open_store
from mtqg_geo.store.observed import observed, summary
from mtqg_geo.store.rights import Who
from tests.mtqg_geo.store.importers import processes

ROWS, COMMUNES, MOST_MIB = 200_000, 200, 120


def large(rows=ROWS):
    """Return observations commune by commune: none of them lies where the database wants it."""
    number = np.arange(rows)
    per_commune = rows // COMMUNES
    within = number % per_commune
    return pd.DataFrame(
        {
            "commune_code": (number // per_commune).astype(str),
            "indicator": pd.Series(within // 20).map("CX{:02}".format),
            "project": "", "basis": "actual", "period": (2000 + within % 20).astype(str),
            "value": number / 7, "source": "Báo cáo của huyện", "sheet": "Số liệu",
            "row": number + 2,
        }
    )  # fmt: skip


def import_large(url, answers):
    table, store = large(), open_store(url)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    commit_batch(store, {"observations": table}, file_name="a.csv", content=b"", who=Who("Lan"))
    answers.put((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory is counted otherwise")
def test_a_large_file_is_stored_in_parts(store):
    context = processes()
    answers = context.Queue()
    process = context.Process(target=import_large, args=(store.url, answers))
    process.start()
    grown_mib = answers.get(timeout=300)
    process.join()

    assert grown_mib < MOST_MIB
    assert (summary(store).rows, summary(store).communes) == (ROWS, COMMUNES)
    found = observed(store, "CX07", 2003)
    assert len(found) == COMMUNES
    expected = large().query("indicator == 'CX07' and period == '2003'").set_index("commune_code")
    assert found.set_index("commune_code")["value"].to_dict() == expected["value"].to_dict()
