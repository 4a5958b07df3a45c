import json
import pkgutil
import subprocess
import sys

import pytest

import geo

HEAVY = {"scipy", "sklearn", "networkx", "matplotlib", "mapclassify", "dask", "distributed"}


@pytest.mark.long
def test_the_toolkit_loads_no_package_of_which_it_needs_nothing():
    modules = [f"geo.{module.name}" for module in pkgutil.iter_modules(geo.__path__)]
    program = f"import json, sys, {', '.join(modules)}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8")

    assert done.returncode == 0, done.stderr
    assert {name for name in json.loads(done.stdout) if name in HEAVY} == set()
