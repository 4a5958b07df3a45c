from dataclasses import replace

import pytest

from mtqg_geo.dataset.boundary_sets import licence_text, shipped_sets, source_text
from mtqg_geo.exports.files import file_note, layer
from mtqg_geo.exports.formats import FileOptions


@pytest.mark.parametrize("shipped", shipped_sets(), ids=lambda each: each.vintage)
def test_a_delivered_set_is_told_in_both_languages_as_the_catalogue_has_it(shipped):
    assert source_text(shipped, "en") == shipped.source
    assert licence_text(shipped, "en") == shipped.licence
    assert source_text(shipped, "vi") not in ("", shipped.source)
    assert "public domain" not in licence_text(shipped, "vi")


def test_an_installed_set_is_told_in_the_words_of_whoever_installed_it():
    installed = replace(shipped_sets()[0], source="Sở Tài nguyên", licence="nội bộ")
    assert (source_text(installed, "en"), licence_text(installed, "vi")) == (
        "Sở Tài nguyên",
        "nội bộ",
    )


def test_a_vietnamese_file_names_its_source_in_vietnamese(data, select):
    features = layer(data, select(), "communes")
    note = file_note(data, select(), "communes", features, FileOptions(lang="vi"))
    assert "Chia vùng Voronoi từ điểm của từng xã" in note
    assert "commune points" not in note
