"""What a change costs, counted instead of timed: bytes, requests, Leaflet layers."""

CHANGE_BYTES = 6 * 1024  # the payload of all four layers of a province
MESSAGE_BYTES = 9 * 1024  # with what streamlit-folium repeats around it
CHANGES = (
    ("indicator", "Hỗ trợ nhà ở", {"indicator": ["OP01"]}),
    ("district", "Sơn Động", {"district": ["220"]}),
    ("project", "DA6", {"project": ["DA6"]}),
)


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
    assert len(visit.geometry_requests()) == 4
    assert 0 < sum(sizes) <= 150_000
