"""Parts as they are written add up to their sum as it is written."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtqg_geo.programme.words import parts_as_written, rounded

HUNDREDTHS = 100
LENGTHS = st.lists(
    st.tuples(st.sampled_from("abc"), st.floats(0.01, 50) | st.just(0.0) | st.just(np.nan)),
    min_size=1,
    max_size=30,
)


def test_nine_pieces_of_road_by_hand():
    # 3 × 3.335 = 10.005 and 6 × 3.3333 = 19.9998 make 30.0048. Rounded one by one the pieces of
    # the first district add up to 10.02 beside its 10.01, and the districts to 30.01 beside 30.00.
    pieces = np.array([3.335] * 3 + [3.3333] * 6)
    districts = np.array(["219"] * 3 + ["220"] * 6)
    written = parts_as_written(pieces, 2, districts)
    assert written[:3].sum() == pytest.approx(10.0)
    assert written[3:].sum() == pytest.approx(20.0)
    assert sorted(set(written)) == [3.33, 3.34]


@given(LENGTHS)
def test_parts_and_groups_add_up_as_written(pieces):
    groups, lengths = (np.array(each) for each in zip(*pieces, strict=True))
    written = parts_as_written(lengths, 2, groups)
    assert (np.isnan(written) == np.isnan(lengths)).all()
    assert (written[lengths == 0] == 0).all()
    known = ~np.isnan(lengths)
    assert (np.abs(written - lengths)[known] < 2 / HUNDREDTHS).all()
    assert written[known].sum() == pytest.approx(rounded(lengths[known].sum(), 2))
    for group in set(groups):
        of_group = known & (groups == group)
        exact, found = lengths[of_group].sum(), written[of_group].sum()
        assert abs(found - exact) < 1 / HUNDREDTHS + 1e-9
        assert found == pytest.approx(round(found, 2))
