"""Any sequence of imports and undos, compared with a model that fits on one page."""

import shutil
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.store.address import file_url
from mtqg_geo.store.batches import commit_batch, undo_batch
from mtqg_geo.store.comparing import compare
from mtqg_geo.store.engine import close_store, open_store
from mtqg_geo.store.live import is_illustrative, state_version, visible
from mtqg_geo.store.observed import observed, summary
from mtqg_geo.store.rights import Who
from tests.mtqg_geo.store.records import visible_digest

COMMUNES = ["00001", "00002", "00003"]
VALUES = st.none() | st.sampled_from([0.0, 1.0, 2.5])
TABLES = st.dictionaries(st.sampled_from(COMMUNES), VALUES, min_size=1)
IMPORTS = st.tuples(st.just("import"), TABLES, st.booleans())
UNDOS = st.tuples(st.just("undo"), st.integers(0, 9), st.none())
STEPS = st.lists(IMPORTS | UNDOS, max_size=9)


@dataclass
class Loaded:
    """A batch of the model: its rows, whether they are made up, whether it counts."""

    rows: dict
    illustrative: bool
    counts: bool = True


def shown(loaded, *, illustrative=None):
    """Return what is visible, or what a file of one sort is compared with."""
    live = [each for each in loaded if each.counts]
    if illustrative is None:
        illustrative = all(each.illustrative for each in live)
    chosen = [each.rows for each in live if each.illustrative == illustrative]
    return {key: value for rows in chosen for key, value in rows.items()}


def stored(store):
    table = visible(store, "observations")
    values = table["value"].astype(object).where(table["value"].notna(), None)
    return dict(zip(table["commune_code"], values, strict=True))


def check(store, figures, steps):
    """Do the steps to the store and to the model; wherever they can be compared, they agree."""
    loaded, digests, versions = [], {}, set()
    for step, what, illustrative in steps:
        if step == "undo" and what < len(loaded) and loaded[what].counts:
            undo_batch(store, what + 1, who=Who("Mai"))
            loaded[what].counts = False
        elif step == "import":
            before = shown(loaded, illustrative=illustrative)
            tables = {"observations": figures(what)}
            found = compare(store, tables, illustrative=illustrative)
            changed = [key for key in what if key in before and before[key] != what[key]]
            new = [key for key in what if key not in before]
            assert (found["observations"].new, found["observations"].changed) == (
                len(new), len(changed),
            )  # fmt: skip
            batch = commit_batch(
                store, tables, file_name="a", content=b"", who=Who("Lan"), illustrative=illustrative,
                expected=found,
            )  # fmt: skip
            assert (batch is not None) == bool(new or changed)
            if batch:
                loaded.append(Loaded(what, illustrative))
        agree(store, loaded)
        live = frozenset(number for number, each in enumerate(loaded) if each.counts)
        digest = visible_digest(store)
        assert digests.setdefault(live, digest) == digest
        versions.add((len(loaded), live, state_version(store)))
    assert len({version for *_, version in versions}) == len(versions)


def agree(store, loaded):
    expected = shown(loaded)
    assert stored(store) == expected
    slice_ = observed(store, "CX01", 2023)
    assert dict(zip(slice_["commune_code"], slice_["batch_id"], strict=True)) == {
        key: max(
            number
            for number, each in enumerate(loaded, 1)
            if each.counts and key in each.rows and each.illustrative == is_illustrative(store)
        )
        for key in expected
    }
    counted = summary(store)
    assert (counted.rows, counted.communes) == (len(expected), len(expected))
    assert counted.empty == sum(value is None for value in expected.values())


@given(steps=STEPS)
def test_the_file_does_what_the_model_says(empty_file, tmp_path, figures, steps):
    path = shutil.copy(empty_file, tmp_path / "mtqg.sqlite")
    store = open_store(file_url(path))
    try:
        check(store, figures, steps)
    finally:
        close_store(store)
        path.unlink()


@pytest.mark.long
@given(steps=STEPS)
def test_the_server_does_what_the_model_says(emptied_server_store, figures, steps):
    check(emptied_server_store(), figures, steps)
