"""A result that is kept is worked out once, and by one thread."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from geo.kept import Same, forget, kept

WAIT_S = 5


def test_who_comes_second_gets_what_the_first_one_makes():
    started, may_end, made = Event(), Event(), []

    @kept(maxsize=2)
    def table(year):
        started.set()
        assert may_end.wait(WAIT_S)
        made.append(year)
        return [year]

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(table, 2023)
        assert started.wait(WAIT_S)
        second = pool.submit(table, 2023)
        may_end.set()
        assert first.result(WAIT_S) is second.result(WAIT_S)
    assert made == [2023]


def test_who_asks_for_something_else_does_not_wait():
    started, may_end = Event(), Event()

    @kept(maxsize=2)
    def table(year):
        if year == 2023:
            started.set()
            assert may_end.wait(WAIT_S)
        return year

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(table, 2023)
        assert started.wait(WAIT_S)
        assert table(2024) == 2024
        assert not slow.done()
        may_end.set()


def test_a_failure_is_kept_for_nobody():
    answers = iter([ValueError("no layer"), "layer"])

    @kept(maxsize=1)
    def layer():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(ValueError, match="no layer"):
        layer()
    assert layer() == layer() == "layer"


def test_results_asked_for_long_ago_are_forgotten():
    made = []

    @kept(maxsize=2, by=lambda each: each % 10)
    def digit(each):
        made.append(each)
        return each % 10

    assert [digit(each) for each in (1, 2, 11, 3, 12)] == [1, 2, 1, 3, 2]
    assert made == [1, 2, 3, 12]


def test_a_table_is_told_by_itself_not_by_what_it_holds():
    table, copy = [1], [1]
    assert len({Same(table), Same(table), Same(copy)}) == 2


def test_what_is_over_is_worked_out_anew_and_the_rest_stays():
    made = []

    @kept(maxsize=4)
    def of(state, year):
        made.append((state, year))
        return len(made)

    assert [of("old", 1), of("new", 1)] == [1, 2]
    forget(lambda key: key == ("old", 1))
    assert [of("new", 1), of("old", 1)] == [2, 3]
    of.forget()
    assert of("new", 1) == 4
