"""Every reason for which a row or file is refused has its sentence, and what fills it."""

import ast
import string
from pathlib import Path

import pytest

import mtqg_geo.loading
from mtqg_geo.programme.words import sentences

FOLDER = Path(mtqg_geo.loading.__file__).parent
LATER = {"count"}  # filled in for all rows of a kind together


def refused():
    """Return module, code and the names of the values of every refusal in plain words."""
    found = []
    for path in sorted(FOLDER.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = ast.unparse(call.func)
            code = {"refuse": 0, "coded": 1}.get(name)
            if (
                code is None
                or len(call.args) <= code
                or not isinstance(call.args[code], ast.Constant)
            ):
                continue
            found.append((path.name, call.args[code].value, {each.arg for each in call.keywords}))
    return found


@pytest.mark.parametrize(("module", "code", "values"), refused())
def test_every_refusal_has_a_sentence_and_fills_it(module, code, values):
    text = sentences()[code]
    holes = {name for _, name, _, _ in string.Formatter().parse(text.vi) if name}

    assert None in values or holes - LATER <= values
