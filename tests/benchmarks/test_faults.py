"""The fault campaign holds what it says: a few of its files, and what its judge lets pass."""

import doctest
import os

import pytest

from benchmarks.faults import flat
from benchmarks.faults.files import read_logs, summary
from benchmarks.faults.kills import SHARES, _whom
from benchmarks.faults.originals import FORMATS, originals
from benchmarks.faults.reading import FAULTS, REFUSED, SAME, Product, content_of
from benchmarks.faults.whole import records

HEAD = "Mã xã;Tên xã;Chỉ tiêu;Kỳ báo cáo;Loại số liệu;Giá trị\n"
ROW = "07201;Thọ Xương;OP01;2023;Kế hoạch;11\n"


@pytest.mark.long
def test_every_good_file_is_whole():
    good = originals()

    assert {kind for kind in FORMATS if records(kind, good[kind], good[kind]) is None} == set()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (HEAD + ROW, 2),
        (HEAD + ROW.replace("11", "17"), 2),  # a digit: nobody can notice
        (HEAD + ROW[:-1], None),  # cut in its last number
        (HEAD + ROW.replace("OP01;", ""), None),  # a cell is gone
        (HEAD + ROW.replace(";11", '";11'), None),
    ],
)
def test_a_text_is_whole_if_nothing_of_its_shape_is_damaged(text, count):
    assert records("csv_quoted", text.encode(), (HEAD + ROW).encode()) == count


def test_the_same_number_is_the_same_file():
    good = {"csv": (HEAD + ROW).encode()}
    files = [content_of("csv", number, good) for number in range(20)]

    assert files == [content_of("csv", number, good) for number in range(20)]
    assert len({content for content, _ in files}) > 10


def test_a_few_damaged_files_are_read_or_refused_in_words():
    good = originals()
    came = []
    with Product(good) as product:
        for kind in ("csv", "xlsx", "shapefile"):
            came += [product.outcome(kind, content_of(kind, n, good)[0]) for n in range(6)]

    assert [each for each in came if each[0] in FAULTS] == []
    assert {SAME, REFUSED} <= {outcome for outcome, _ in came}


def test_of_a_file_that_was_read_again_the_last_line_counts(tmp_path):
    first, again = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    first.write_text('["silent", "csv", 3, "flip", ""]\n["same", "csv", 4, "flip", ""]\n')
    again.write_text('["refused", "csv", 3, "flip", "load_cut_row"]\n')

    found = summary(read_logs([first, again]))
    assert (found["outcomes"], found["n_faults"]) == ({"refused": 1, "same": 1}, 0)
    assert summary(read_logs([again, first]))["n_faults"] == 1


def test_a_hundred_kills_hit_everybody_by_their_share():
    hit = [_whom(number, with_server=True) for number in range(100)]

    assert {each: hit.count(each) for each in SHARES} == SHARES
    assert set(hit[:20]) == set(SHARES)


def test_growth_is_the_slope_of_the_second_half_and_a_session_that_stays_would_be_too_much():
    assert doctest.testmod(flat).failed == 0
    # 30 KB and a descriptor more for each of a thousand sessions, in steps as a system gives them.
    leaking = [
        {"done": done, "anon_mb": 250 + done * 30 // 4096 * 4, "descriptors": 14 + done}
        for done in range(0, 1001, 50)
    ]
    grown = flat.growth(leaking)
    assert all(grown[what] > flat.MOST_GROWTH["sessions"][what] for what in grown)
    assert set(flat.state(os.getpid())) >= set(flat.MOST_GROWTH["requests"])
