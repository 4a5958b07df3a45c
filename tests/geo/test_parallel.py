import importlib.util
import operator
import threading

import pytest

from geo.errors import GeoError
from geo.parallel import SCHEDULER, map_parts


@pytest.fixture(autouse=True)
def no_cluster(monkeypatch):
    monkeypatch.delenv(SCHEDULER, raising=False)


@pytest.mark.parametrize("threads", [None, 1, 3])
def test_results_come_in_the_order_of_the_parts(threads):
    assert map_parts(operator.mul, [1, 2, 3, 4], 10, threads=threads) == [10, 20, 30, 40]


def test_no_parts_give_no_results():
    assert map_parts(operator.mul, [], 10) == []


def test_a_single_part_is_done_here_even_where_a_cluster_is_named(monkeypatch):
    monkeypatch.setenv(SCHEDULER, "tcp://127.0.0.1:1")
    found = map_parts(lambda _, __: threading.current_thread(), [1], None, threads=4)

    assert found == [threading.current_thread()]


def test_an_error_of_a_part_reaches_the_caller():
    with pytest.raises(ZeroDivisionError):
        map_parts(operator.truediv, [1, 2], 0, threads=2)


def test_a_named_cluster_needs_its_package(monkeypatch):
    monkeypatch.setenv(SCHEDULER, "tcp://127.0.0.1:1")
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)

    with pytest.raises(GeoError, match=r"the package distributed is not installed"):
        map_parts(operator.mul, [1, 2], 10)


@pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="distributed is not installed"
)
@pytest.mark.filterwarnings("ignore")  # of the other package's shutdown
def test_a_cluster_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setenv(SCHEDULER, "tcp://127.0.0.1:1")
    monkeypatch.setattr("geo.parallel.PATIENCE", "1s")

    with pytest.raises(GeoError, match=r"cluster at tcp://127.0.0.1:1 does not answer"):
        map_parts(operator.mul, [1, 2], 10)
