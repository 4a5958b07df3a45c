"""The map alone in a browser, without a server, and what may be wrong with the names on it."""

import gzip

from geo.maps import base_map, map_file, update_group
from mtqg_geo.maps.layers import GEOMETRY_URL, constants, kept_layers, layer_file

HOST = "http://localhost/"  # nothing listens there: the page's requests are answered here
# By what the browser drew: boxes of the names, shapes of the units, symbols, the frame's edges.
NAME_FAULTS = """() => {
  const faults = [], frame = map.getContainer().getBoundingClientRect();
  const spans = [...document.querySelectorAll(".geo-label")];
  const named = map.keptLayers.labels.map(({ entry, index }, at) => ({
    entry, index, span: spans[at], box: spans[at].getBoundingClientRect() }));
  const meet = (one, other) => one.right > other.left && other.right > one.left &&
    one.bottom > other.top && other.bottom > one.top;
  const symbols = [...document.querySelectorAll(".geo-site, .geo-cluster, .geo-bar")]
    .map((each) => each.getBoundingClientRect()).filter(({ width }) => width);
  named.forEach(({ entry, index, span, box }, at) => {
    const name = span.textContent, mustFit = span.classList.contains("geo-label-inside");
    for (const other of named.slice(at + 1)) if (meet(box, other.box)) faults.push(`${name} on ${other.span.textContent}`);
    if (box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom) faults.push(`${name} cut at the edge`);
    if (span.scrollWidth > span.clientWidth + 1 || span.scrollHeight > span.clientHeight + 1) faults.push(`${name} cut in its box`);
    if (mustFit && symbols.some((symbol) => meet(box, symbol))) faults.push(`${name} on a symbol`);
    const path = entry.items[index].getElement(), back = path.getScreenCTM().inverse();
    const points = mustFit ? [[box.left, box.top], [box.right, box.top], [box.left, box.bottom], [box.right, box.bottom]]
      : [[(box.left + box.right) / 2, (box.top + box.bottom) / 2]];
    const isInside = ([x, y]) => path.isPointInFill(new DOMPoint(x, y).matrixTransform(back));
    if (!points.every(isInside)) faults.push(`${name} outside its unit`);
  });
  return faults;
}"""


def open_map(page, data, view):
    """Show the map of a view on a page as wide and high as on an office screen."""
    base = base_map(constants(data, "vi"), assets_url=f"{HOST}assets/")
    update_group(kept_layers(data, view, lang="vi")).add_to(base)
    html = base.get_root().render().replace(base.get_name(), "map").replace(GEOMETRY_URL, "geo/")
    high = "<style>.folium-map { height: 520px }</style></head>"

    def answer(route, request):
        folder, _, file = request.url.removeprefix(HOST).partition("/")
        if folder == "assets":
            route.fulfill(body=map_file()[1], content_type="text/javascript; charset=utf-8")
        elif folder == "geo":
            route.fulfill(body=gzip.decompress(layer_file([data], file)))
        else:
            text = html.replace("</head>", high)
            route.fulfill(body=text, content_type="text/html; charset=utf-8")

    page.route(f"{HOST}**", answer)
    page.goto(f"{HOST}page")
    page.wait_for_function("document.body.dataset.painted > 0")
