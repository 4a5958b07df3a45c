import gc
import sys
import weakref

from geo.memory import give_back, machine_memory_bytes, resident_bytes


class Knot:
    """Something that holds itself, as the parts of a session of a page do."""

    def __init__(self):
        self.me = self


def test_the_memory_of_this_machine_is_known():
    assert machine_memory_bytes() > 500_000_000
    if sys.platform == "linux":
        assert 10_000_000 < resident_bytes() < machine_memory_bytes()


def test_what_nobody_holds_is_given_back():
    gc.disable()
    try:
        held = weakref.ref(Knot())
        assert held() is not None
        give_back()
        assert held() is None
    finally:
        gc.enable()
