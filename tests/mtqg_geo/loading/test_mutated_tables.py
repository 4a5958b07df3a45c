"""Files of every format of tables, damaged at random: a reading or one sentence, and nothing else.

Many are read in one child, which is what the product starts for each; whatever opens a file outside
the child's folder or a connection is noted by a hook of the interpreter.
"""

import io
import random
import sys
import zipfile
from pathlib import Path

import pytest

from geo.sandbox import Limits, run_isolated
from mtqg_geo.loading.reading.cells import read_into
from mtqg_geo.programme.words import sentences
from tests.mtqg_geo.loading.other_formats import WRITERS
from tests.mtqg_geo.loading.test_other_formats import (
    ROWS,
    TYPED_2003,
    TYPED_ODS,
    strict,
    typed_xls,
    xls,
)

ROOT = Path(__file__).resolve().parents[3]
FILES = {
    "xls": xls(typed_xls),
    "ods": TYPED_ODS,
    "xml_2003": TYPED_2003,
    "web_page": WRITERS["web_page"](ROWS),
    "text": WRITERS["text"](ROWS),
    "xlsx_strict": strict(),
}
LIMITS = Limits(memory_bytes=2_500_000_000, cpu_s=300, wall_s=400.0)
WATCHED = ("open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system")


def damaged(content, chance):
    """Return some bytes with a few of them changed, taken out, repeated or cut off."""
    out = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at = chance.randrange(len(out) + 1)
        piece = slice(at, at + chance.choice((1, 2, 4, 16, 64, 512)))
        how = chance.randrange(5)
        if how == 0:
            out[piece] = chance.randbytes(len(out[piece]))
        elif how == 1:
            out[piece] = b"\xff" * len(out[piece])
        elif how == 2:
            del out[piece]
        elif how == 3:
            out[at:at] = out[piece] * chance.choice((1, 3, 100))
        elif chance.random() < 0.2:
            del out[at:]
    return bytes(out)


def mutated(kind, chance):
    """Return a damaged file; of an archive the damage is mostly in one of its parts."""
    content = FILES[kind]
    if not content.startswith(b"PK") or chance.random() < 0.3:
        return damaged(content, chance)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        hit = {
            chance.choice(names),
            next(name for name in names if name.endswith(("content.xml", "sheet1.xml"))),
        }
        for name in names:
            part = old.read(name)
            new.writestr(name, damaged(part, chance) if name in hit else part)
    return out.getvalue()


def read_all(folder, *, names):
    """Read files one after the other, as the child does; say what came of each, and what was touched."""
    strange = []
    allowed = (
        str(folder),
        str(ROOT),
        sys.prefix,
        sys.base_prefix,
        "/usr",
        "/dev/null",
        "/proc/self",
    )

    def note(event, arguments):
        if event in WATCHED and not (
            event == "open"
            and str(arguments[0]).startswith(allowed)
            or isinstance(arguments[0], int)
        ):
            strange.append([event, str(arguments[0])])

    sys.addaudithook(note)
    answers = []
    for name in names:
        private = folder / f"{name}.d"
        private.mkdir()
        try:
            answer = read_into(private, path=str(folder / name), file_name=name)
            answers.append(answer.get("code", "read"))
        except Exception as error:
            answers.append(repr(error))
    return {"answers": answers, "strange": strange}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("count", [pytest.param(200, marks=pytest.mark.long)])
def test_a_damaged_file_is_read_or_told_of_in_one_sentence(tmp_path, kind, count):
    _check(tmp_path, {kind: count})


@pytest.mark.long
def test_a_few_damaged_files_of_every_format(tmp_path):
    _check(tmp_path, dict.fromkeys(FILES, 6))


def _check(folder, counts):
    names = []
    for kind, count in counts.items():
        for number in range(count):
            names.append(f"{kind}_{number}.xls")
            (folder / names[-1]).write_bytes(mutated(kind, random.Random(f"{kind} {number}")))
    found = run_isolated(
        "tests.mtqg_geo.loading.test_mutated_tables:read_all",
        {"names": names},
        folder=folder,
        subject="x",
        limits=LIMITS,
        with_gdal=False,
    )
    assert found["strange"] == []
    assert len(found["answers"]) == len(names)
    assert {*found["answers"]} <= {"read", *sentences()}
    assert "read" in found["answers"]
    assert any(answer != "read" for answer in found["answers"])
