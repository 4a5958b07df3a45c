"""What a change costs, counted instead of timed: bytes, requests, Leaflet layers."""

from random import Random

from geo.maps import with_runs

CHANGE_BYTES = 1_800  # the payload of all four layers of a province
MESSAGE_BYTES = 3_300  # with what streamlit-folium repeats around it
CHANGES = (
    ("indicator", "Hỗ trợ nhà ở", {"indicator": ["OP01"]}),
    ("district", "Sơn Động", {"district": ["220"]}),
    ("project", "DA6", {"project": ["DA6"]}),
)


def test_runs_of_classes_are_read_back_as_they_were(visit):
    visit.open()
    draw = Random(1719)
    runs = (
        [draw.choice(".01Anz}4\n") * draw.choice((1, 3, 5, 40)) for _ in range(9)] for _ in "x" * 99
    )
    texts = ["", *map("".join, runs)]
    told = [with_runs(text) for text in texts]
    assert sum(map(len, told)) < sum(map(len, texts)) / 2
    assert visit.map.evaluate("told => told.map(geoMap.withoutRuns)", told) == texts


def map_messages(frames):
    return [frame for frame in frames if b"geoMap.update(" in frame]


def test_a_change_sends_one_small_message_and_makes_no_layer(visit):
    visit.open()
    before, asked = visit.stats(), len(visit.geometry_requests())
    for key, text, query in CHANGES:
        serial, received = visit.serial(), len(visit.frames)
        visit.choose(key, text)
        visit.wait_query(**query)
        visit.wait_repainted(serial)
        after = visit.stats()
        assert after["created"] == before["created"], f"{key}: Leaflet layers made anew"
        assert after["fetched"] == before["fetched"], key
        assert len(visit.geometry_requests()) == asked, f"{key}: geometry asked for again"
        messages = map_messages(visit.frames[received:])
        assert len(messages) == 1, key
        assert len(messages[0]) <= MESSAGE_BYTES, key
        payload = messages[0].split(b"geoMap.update(")[1].split(b");")[0]
        assert len(payload) <= CHANGE_BYTES, key


def test_a_first_visit_moves_little_of_our_own(new_visit, chromium):
    context = chromium.new_context(locale="vi-VN")
    visit = new_visit(context=context)
    visit.open()
    sizes = visit.map.evaluate(
        """() => performance.getEntriesByType("resource")
          .filter(({ name }) => /\\/(geo|assets|component)\\//.test(name))
          .map(({ encodedBodySize }) => encodedBodySize)"""
    )
    assert len(visit.geometry_requests()) == 5  # four layers, and what is constant
    assert 0 < sum(sizes) <= 150_000
    scripts = visit.map.evaluate('document.querySelectorAll("script[src]").length')
    assert scripts == 3  # streamlit-folium's, the map's, its constants
