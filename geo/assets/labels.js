/* Names on the map: one pass decides which stand where, after every move and change.
 *
 * Names of upper layers go first (districts before communes), that of the unit chosen before all. A
 * name stands at the label point of its unit (geo/display.py) or a little beside it, whole inside the
 * map; none covers another one, a control or a symbol. One that must fit `inside` its unit is left
 * out while it does not. A name that may be wider than its unit stands above symbols, if need be.
 */
(function () {
  "use strict";
  const EDGE = 3, GAP = 2; // pixels to the edge, of the map or a unit, and between names
  const LINE = 2; // half the widest line of a unit, which Leaflet counts as inside it
  const TRIES = [[0, 0], [0, -0.9], [0, 0.9], [0, -1.7], [0, 1.7], [-0.3, 0], [0.3, 0], [-0.3, -0.9], [0.3, -0.9],
    [-0.3, 0.9], [0.3, 0.9], [0, -2.5], [0, 2.5], [-0.6, 0], [0.6, 0]]; // of its width and height
  const plain = document.createElement("span");
  const pen = document.createElement("canvas").getContext("2d");
  const looks = {};

  L.Map.addInitHook(function () {
    this.on("zoomstart", () => (this.getPane("label").style.display = "none")); // names do not grow
    this.on("moveend overlayadd overlayremove", () => soon(this));
  });

  // In one type with the page around the frame: its font is in the browser's store already.
  function takeTypeface(map) {
    let source;
    try {
      for (const sheet of window.parent.document.styleSheets) {
        for (const { style, type } of sheet.cssRules) {
          const isOurs = type === CSSRule.FONT_FACE_RULE && style.fontFamily.includes("Source Sans");
          if (isOurs && style.fontStyle !== "italic") source = [style.src, sheet.href || window.parent.location.href];
        }
      }
    } catch (error) {
      return; // another origin, or a sheet of one: the system's own type
    }
    const file = source && /url\("?([^")]+)/.exec(source[0]);
    if (!file) return;
    const face = new FontFace("Source Sans", `url("${new URL(file[1], source[1])}")`, { weight: "200 900" });
    face.load().then(() => { document.fonts.add(face); refit(map); }, () => {});
  }

  function refit(map) {
    for (const look of Object.keys(looks)) delete looks[look];
    place(map);
  }

  // The font of a look, and its widths so far.
  function lookOf(map, name) {
    if (!looks[name]) {
      const probe = L.DomUtil.create("span", `geo-label geo-label-${name}`, map.getPane("label"));
      const { font, lineHeight } = getComputedStyle(probe);
      probe.remove();
      looks[name] = { font, height: parseFloat(lineHeight) || 15, widths: new Map() };
    }
    return looks[name];
  }

  function widthOf(look, html) {
    if (!look.widths.has(html)) {
      plain.innerHTML = html; // escaped by geo.display.escape_text
      pen.font = look.font;
      look.widths.set(html, Math.ceil(pen.measureText(plain.textContent).width) + 2);
    }
    return look.widths.get(html);
  }

  function named(entry) {
    if (!entry.spec.labels) return [];
    return entry.features.flatMap(({ properties }, index) => {
      const { _at, _label, ...texts } = properties || {};
      const html = _label || Object.values(texts)[0];
      return _at && html && entry.items[index] ? [{ entry, index, html, at: L.GeoJSON.coordsToLatLng(_at) }] : [];
    });
  }

  function soon(map) {
    const state = map.keptLayers;
    if (!state || state.naming) return;
    state.naming = requestAnimationFrame(() => place(map));
  }

  function place(map) {
    const state = map.keptLayers, pane = map.getPane("label");
    const entries = [...state.entries.values()].filter((entry) => entry.spec && map.hasLayer(entry.group));
    if (!entries.some(({ spec }) => spec.labels) && !state.labels) return;
    cancelAnimationFrame(state.naming);
    state.naming = null;
    pane.style.display = "";
    const origin = map.containerPointToLayerPoint([0, 0]);
    const frame = [origin.x + EDGE, origin.y + EDGE, origin.x + map.getSize().x - EDGE, origin.y + map.getSize().y - EDGE];
    const room = { map, frame, taken: controls(map, origin), symbols: [] };
    for (const entry of entries) {
      if (entry.spec.kind !== "point" && entry.spec.kind !== "bar") continue;
      for (const [x, y, width, height] of geoPoints.shown(map, entry)) room.symbols.push(box(x, y, width, height));
    }
    const shown = [];
    const put = (label, isChosen) => {
      const found = spot(room, label, isChosen);
      if (!found) return;
      room.taken.push(found);
      shown.push({ ...label, isChosen, box: found });
    };
    const { marked } = state.choice;
    const isMarked = ({ entry, index }) => Boolean(marked) && entry.items[index] === marked;
    const labels = entries.reverse().flatMap((entry) => (entry.labels ||= named(entry)));
    labels.filter(isMarked).forEach((label) => put(label, true));
    for (const label of labels) if (!isMarked(label) && isDrawn(label)) put(label, false);
    state.labels = shown;
    pane.replaceChildren(...shown.map(element));
  }

  function isDrawn({ entry, index }) {
    const { fill, fillOpacity, stroke } = entry.items[index].options;
    return fill ? fillOpacity > 0 : stroke; // not one that stands empty, outside what is asked for
  }

  // The box where a name can stand; nothing where it cannot.
  function spot({ map, frame, taken, symbols }, { entry, index, html, at }, isChosen) {
    const item = entry.items[index], look = lookOf(map, isChosen ? "chosen" : entry.spec.labels);
    const width = widthOf(look, html), { height } = look, mustFit = !isChosen && entry.spec.labels === "inside";
    const extent = item._pxBounds;
    if (!extent || !item._map || (mustFit && extent.max.x - extent.min.x < width)) return null;
    const { x, y } = map.latLngToLayerPoint(at);
    const isInside = (px, py) => item._containsPoint(L.point(px, py));
    const suits = (each) => each[0] >= frame[0] && each[1] >= frame[1] && each[2] <= frame[2] && each[3] <= frame[3] &&
      taken.every((other) => isClear(each, other)) && (mustFit ? corners(each).every(([px, py]) => isInside(px, py))
        : isInside((each[0] + each[2]) / 2, (each[1] + each[3]) / 2));
    const boxes = TRIES.map(([right, down]) => box(x + right * width, y + down * height, width, height)).filter(suits);
    const free = boxes.find((each) => symbols.every((other) => isClear(each, other)));
    return free || (mustFit ? null : boxes[0]) || null;
  }

  function box(x, y, width, height) {
    return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
  }

  function isClear(one, other) {
    return one[2] + GAP <= other[0] || other[2] + GAP <= one[0] || one[3] <= other[1] || other[3] <= one[1];
  }

  function corners([left, top, right, bottom]) {
    const middle = (left + right) / 2;
    return [left - EDGE, middle, right + EDGE].flatMap((x) => [[x, top - LINE], [x, bottom + LINE]]);
  }

  function controls(map, origin) {
    const { left, top } = map.getContainer().getBoundingClientRect();
    const parts = map.getContainer().querySelectorAll(".leaflet-control, .geo-caption:not([hidden])");
    return [...parts].map((part) => part.getBoundingClientRect()).filter(({ width }) => width).map((rect) =>
      [rect.left - left + origin.x, rect.top - top + origin.y, rect.right - left + origin.x, rect.bottom - top + origin.y]);
  }

  function element({ entry, html, isChosen, box: [left, top, right] }) {
    const span = document.createElement("span");
    span.className = `geo-label geo-label-${isChosen ? "chosen" : entry.spec.labels}`;
    span.innerHTML = html;
    span.style.cssText = `left:${left}px;top:${top}px;width:${right - left}px`;
    return span;
  }

  window.geoLabels = { place, refit, takeTypeface };
})();
