"""The worked examples in docstrings say what is true."""

import doctest
import importlib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def modules_with_examples():
    paths = [path for folder in ("geo", "mtqg_geo") for path in (ROOT / folder).rglob("*.py")]
    return sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in paths
        if ">>> " in path.read_text(encoding="utf-8")
    )


def test_every_worked_example_gives_what_it_says():
    outcomes = {
        name: doctest.testmod(importlib.import_module(name)) for name in modules_with_examples()
    }
    assert sum(each.attempted for each in outcomes.values()) > 0
    assert {name: each for name, each in outcomes.items() if each.failed} == {}
