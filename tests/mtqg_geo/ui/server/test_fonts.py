"""What is cut out of Streamlit's fonts has all that pages show."""

import io
import re

import pytest
from fontTools.ttLib import TTFont
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from mtqg_geo.programme.words import WORDING
from mtqg_geo.ui.server import fonts
from tests.asgi import ask

NAMES = {path.name.split("-")[0]: path for path in fonts.fonts() if "Italic" not in path.name}


@pytest.fixture(scope="module")
def cut():
    return {name: fonts.part_in_use(path) for name, path in NAMES.items()}


def read(body):
    return TTFont(io.BytesIO(body) if isinstance(body, bytes) else body)


def icons(font):
    letter = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    return {
        "".join(letter[glyph] for glyph in (first, *each.Component))
        for lookup in font["GSUB"].table.LookupList.Lookup
        for table in lookup.SubTable
        for first, following in getattr(table, "ExtSubTable", table).ligatures.items()
        for each in following
    }


def test_every_icon_that_is_named_is_there_and_few_others(cut):
    named = {
        icon
        for path in fonts.UI.rglob("*.py")
        for icon in re.findall(r":material/(\w+):", path.read_text(encoding="utf-8"))
    }
    pages = {"map", "checklist", "construction", "upload_file", "database"}
    theirs = {"expand_more", "check", "close", "keyboard_double_arrow_right", "error"}
    kept, whole = icons(read(cut["MaterialSymbols"])), icons(read(NAMES["MaterialSymbols"]))
    assert kept >= named | pages | theirs
    assert kept == whole & fonts.icons_in_use()
    assert len(cut["MaterialSymbols"]) < 20_000


def test_every_letter_of_our_words_is_there_in_every_weight(cut):
    words = "".join(path.read_text(encoding="utf-8") for path in WORDING.glob("*.toml"))
    kept, whole = read(cut["SourceSansVF"]), read(NAMES["SourceSansVF"])
    wanted = {*map(ord, words)} & whole.getBestCmap().keys()
    assert wanted > {*map(ord, "ĐđƠơƯưạị“”–≤→")}
    assert wanted - kept.getBestCmap().keys() == set()
    weights = [(axis.axisTag, axis.minValue, axis.maxValue) for axis in kept["fvar"].axes]
    assert weights == [("wght", 200, 900)]
    assert len(cut["SourceSansVF"]) < 50_000


def test_the_part_is_served_once_it_is_there_and_the_whole_until_then(monkeypatch):
    path = "/static/media/SourceSansVF-Upright.ttf.x.woff2"
    app = fonts.LeanFonts(Starlette(routes=[Route(path, lambda _: PlainTextResponse("whole"))]))
    monkeypatch.setattr(fonts, "_cut", {})
    assert ask(app, path).body == b"whole"
    monkeypatch.setattr(fonts, "_cut", {path.rpartition("/")[2]: b"part"})
    answer = ask(app, path)
    assert (answer.body, answer.headers["cache-control"]) == (b"part", "no-cache")
    again = ask(app, path, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_what_was_cut_is_kept_for_the_next_start_and_cut_anew_when_damaged_or_of_another_version(
    monkeypatch, tmp_path
):
    cut = []
    monkeypatch.setattr(fonts, "part_in_use", lambda path: cut.append(path) or b"part")
    parts, n_fonts = fonts.parts_in_use(tmp_path), len(fonts.fonts())
    assert fonts.parts_in_use(tmp_path) == parts
    assert len(cut) == n_fonts > 1
    [file] = tmp_path.iterdir()
    file.write_text('{"cut off')
    assert fonts.parts_in_use(tmp_path) == parts
    assert len(cut) == 2 * n_fonts
    monkeypatch.setattr(fonts, "icons_in_use", lambda: frozenset({"another"}))
    fonts.parts_in_use(tmp_path)
    assert len(cut) == 3 * n_fonts
    assert [each.name for each in tmp_path.iterdir()] != [file.name]
    assert len([*tmp_path.iterdir()]) == 1
    fonts.parts_in_use(None)
    assert len(cut) == 4 * n_fonts
