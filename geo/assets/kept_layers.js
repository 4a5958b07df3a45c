/* Kept map layers: geometry is fetched once by address, later changes only restyle it.
 *
 * Python sends one small payload per change (geo/maps.py); `geoMap.update` brings the map to that
 * state. Every text in a payload or a layer file has been escaped by geo.display.escape_text, so it
 * may go into HTML as it is. Nothing here asks another host for anything.
 */
(function () {
  "use strict";
  const { fitTo, name, PANE, HATCHES } = window.geoMap;
  const stats = window.geoMapStats;
  const MANY = 2000; // above this many polygons a canvas draws faster than SVG
  const DEFAULTS = {
    polygon: { color: "#7d8590", weight: 0.6, opacity: 1, fillOpacity: 1 },
    line: { color: "#444444", weight: 3, opacity: 1, fill: false },
  };
  const HIDDEN = { stroke: false, fill: false, interactive: false };

  const THIN = 0.6; // of its width has a line where sites are dots

  L.Map.addInitHook(function () {
    this.on("zoomend", () => this.keptLayers && refine(this));
    this.on("zoomend", () => this.keptLayers && geoShapes.sharpen(this));
  });

  function pathStyle(entry, given) {
    if (!given) return HIDDEN;
    const style = { stroke: true, fill: entry.spec.kind === "polygon", interactive: entry.clickable,
                    ...DEFAULTS[entry.spec.kind], ...given };
    const hatch = HATCHES[style.fillColor];
    if (hatch) style.fillColor = entry.canvas ? hatch.brush : `url(#${hatch.id})`;
    // Thin borders of units a few pixels wide would hide the colours; in the units' own colour they
    // keep those from vanishing whose corners Leaflet rounds to one line of pixels.
    const { coarse, spec: { kind } } = entry;
    if (coarse && kind === "line") Object.assign(style, { weight: THIN * style.weight, casing: THIN * style.casing });
    else if (coarse && style.inset) Object.assign(style, { color: style.fillColor, weight: 1, inset: false });
    else if (coarse && style.weight < 1) Object.assign(style, { color: style.fillColor, weight: 1 });
    return style;
  }

  // ---- one entry per layer name ----------------------------------------------------------------
  function entryFor(map, spec, place) {
    const state = map.keptLayers;
    let entry = state.entries.get(spec.name);
    if (!entry) {
      entry = { group: L.layerGroup(), pane: `kept-${spec.name}`, items: [], away: {} };
      entry.group.on("add", () => entry.waiting && awaken(map, entry).then(() => geoLabels.place(map)));
      map.createPane(entry.pane);
      state.entries.set(spec.name, entry);
    }
    entry.waiting = null; // for the payload before
    // The reader's own choice of layers stays until Python's changes.
    if (entry.hidden !== Boolean(spec.hidden)) entry.away = { on: !spec.hidden };
    entry.hidden = Boolean(spec.hidden);
    if (entry.away && entry.away.on) entry.group.addTo(map);
    else if (entry.away) entry.group.remove();
    entry.away = null;
    if (entry.label !== spec.label) {
      if (entry.label) state.control.removeLayer(entry.group);
      if (spec.label) state.control.addOverlay(entry.group, spec.label);
      entry.label = spec.label;
    }
    const level = spec.kind === "polygon" ? (spec.still ? "outline" : "area") : spec.kind === "line" ? "line" : "point";
    map.getPane(entry.pane).style.zIndex = PANE[level] + place;
    return entry;
  }

  function build(map, entry, spec, features) {
    entry.group.clearLayers();
    const { pane } = entry;
    Object.assign(entry, { spec, url: spec.url, features, looks: null, clickable: !spec.still, level: -1,
                           labels: null, pointed: "" });
    map.getPane(pane).style.pointerEvents = spec.still ? "none" : "";
    entry.canvas = spec.kind === "polygon" && features.length > MANY;
    const renderer = entry.canvas ? geoStrokes.canvas({ pane }) : geoStrokes.svg({ pane });
    entry.coarse = isCoarse(map, entry);
    const smoothFactor = entry.canvas ? 1 : 0.5;
    const options = { pane, renderer, smoothFactor, ...HIDDEN, interactive: entry.clickable };
    const isPath = spec.kind === "polygon" || spec.kind === "line";
    entry.items = features.map((feature, index) => {
      const { shape } = feature;
      if (!shape) return null;
      stats.created += 1;
      const item = !isPath ? geoPoints.marker(entry, feature)
        : spec.kind === "line" ? L.polyline(shape, options) : L.polygon(shape, options);
      item.keptIndex = index;
      return item;
    });
    entry.body = isPath ? L.featureGroup(entry.items.filter(Boolean)) : geoPoints.body(map, entry);
    if (entry.clickable) listen(map, entry);
    entry.group.addLayer(entry.body);
  }

  // Whether so many units share the map that one is, on average, less than 12 pixels wide; whether
  // lines lie where sites are dots.
  function isCoarse(map, entry) {
    if (entry.spec.kind === "line") return map.getZoom() < geoPoints.NEAR;
    if (!entry.canvas) return false;
    const { bounds } = map.keptLayers.config;
    const size = map.project(bounds[1]).subtract(map.project(bounds[0]));
    return Math.abs(size.x * size.y) < 144 * entry.features.length;
  }

  function refine(map) {
    for (const entry of map.keptLayers.entries.values()) {
      if (!entry.spec || entry.coarse === isCoarse(map, entry)) continue;
      entry.coarse = !entry.coarse;
      entry.looks = null;
      restyle(map, entry, entry.spec);
    }
  }

  function listen(map, entry) {
    const state = map.keptLayers;
    const indexOf = (event) => (event.propagatedFrom || event.layer).keptIndex;
    entry.body.on("mouseover", (event) => {
      const index = indexOf(event);
      const shape = state.hover[entry.spec.kind];
      if (shape) geoShapes.mark(shape, entry.items[index]);
      state.tip.setContent(wording(entry, index)).setLatLng(event.latlng).addTo(map);
      if (entry === geoPointing.legendEntry(map)) geoPointing.mark(entry, index, entry.words[index] || "");
    });
    entry.body.on("mousemove", (event) => state.tip.setLatLng(event.latlng));
    entry.body.on("mouseout", () => {
      for (const shape of Object.values(state.hover)) geoShapes.mark(shape, null);
      state.tip.remove();
      geoPointing.mark(entry, null);
    });
    entry.body.on("click", (event) => {
      const beside = entry.spec.kind === "polygon" && lineNear(state, event.layerPoint);
      if (beside) report(state, ...beside);
      else report(state, entry.spec.name, entry.features[indexOf(event)].id);
    });
  }

  // Lines are thin: a click beside one is meant for it.
  function lineNear(state, point) {
    let best = matchMedia("(pointer: coarse)").matches ? 12 : 5; // pixels
    let found = null;
    for (const { spec, clickable, group, items, looks, features } of state.entries.values()) {
      if (!spec || spec.kind !== "line" || !clickable || !group._map) continue;
      items.forEach((item, index) => {
        const near = item && looks[index] && item.closestLayerPoint(point);
        if (near && near.distance < best) [best, found] = [near.distance, [spec.name, features[index].id]];
      });
    }
    return found;
  }

  function wording(entry, index) {
    const { spec, features } = entry;
    const facts = Object.entries(features[index].properties || {})
      .filter(([name, value]) => name[0] !== "_" && value !== null && value !== "")
      .map(([, value], place) => `<span class="${place ? "geo-tip-sub" : "geo-tip-name"}">${value}</span>`);
    entry.words = entry.words || (spec.values || "").split(">");
    const value = entry.words[index];
    const parts = (value || "").split("<"); // no escaped text contains it
    const text = value ? (spec.value_text || "{}").replace(/\{\}/g, () => `<b>${parts.shift()}</b>`)
      : Object.values(byCharacter(spec.class_texts)[spec.classes[index]] || {}).join(" · ");
    for (const line of text ? text.split("\n") : []) facts.push(`<span class="geo-tip-value">${line}</span>`);
    return facts.join("");
  }

  // ---- styles ------------------------------------------------------------------------------------
  function restyle(map, entry, spec) {
    const { items } = entry;
    const state = map.keptLayers;
    if (spec.classes.length !== items.length) {
      console.error(`${spec.name}: ${spec.classes.length} classes for ${items.length} features`);
      state.troubles.add(state.config.labels.mismatch);
      return;
    }
    const styles = byCharacter(spec.styles, spec.drawn);
    const looks = {};
    for (const character of spec.drawn) looks[character] = JSON.stringify(styles[character]);
    const before = entry.looks;
    const after = Array.from(spec.classes, (character) => looks[character]); // undefined = hidden
    const changed = [];
    for (let index = 0; index < items.length; index += 1) {
      if (items[index] && (!before || before[index] !== after[index])) changed.push(index);
    }
    if (entry.pointed) geoPointing.standOut(map, ""); // of classes that are no more
    Object.assign(entry, { spec, words: null, looks: after });
    if (spec.kind === "point" || spec.kind === "bar") geoPoints.place(entry, changed, before || [], styles, state);
    else paintPaths(entry, changed, styles);
    stats.restyled += changed.length;
  }

  // Python sends [option, value, characters]; most characters share most of their options.
  function byCharacter(shared, drawn = "") {
    const styles = {};
    for (const character of drawn) styles[character] = {};
    for (const [option, value, characters] of shared || []) {
      for (const character of characters) (styles[character] ||= {})[option] = value;
    }
    return styles;
  }

  function paintPaths(entry, changed, styles) {
    entry.ready = {};
    for (const character of entry.spec.drawn) entry.ready[character] = pathStyle(entry, styles[character]);
    for (const index of changed) entry.items[index].setStyle(entry.ready[entry.spec.classes[index]] || HIDDEN);
  }

  function report(state, layer, clicked) {
    state.clicks += 1;
    state.clicked = clicked;
    if (window.Streamlit) window.Streamlit.setComponentValue({ clicked, layer, count: state.clicks });
  }

  // ---- one update -----------------------------------------------------------------------------
  function update(map, sent) {
    const payload = { ...sent, layers: sent.layers.map((spec) => whole(map.keptLayers.config, spec)) };
    map.keptLayers.pending = payload;
    window.feature_group = []; // streamlit-folium keeps every group it ever added; ours is empty
    whenLaidOut(map, () => map.keptLayers.pending === payload && apply(map, payload));
  }

  // What is known of a layer beforehand, and on top of it what was sent.
  function whole({ looks }, sent) {
    const known = looks[sent.name] || {};
    const both = (list) => [...(known[list] || []), ...(sent[list] || [])];
    return { kind: "polygon", ...known, ...sent, classes: withoutRuns(sent.classes), drawn: both("drawn").join(""),
             styles: both("styles"), class_texts: both("class_texts") };
  }

  // Runs of a character are told as the character and its number: `a{12}` (geo/maps.py, with_runs).
  function withoutRuns(classes) {
    return classes.replace(/(.)\{(\d+)\}/gs, (_, character, number) => character.repeat(number));
  }

  // The style sheets come with the script, but the page gives the frame its height when it gets to it:
  // before, labels and the view that fits would be measured wrongly. Where that comes very late the map
  // is drawn all the same, and put right afterwards.
  function isLaidOut(map) {
    return map.getContainer().clientHeight > 0;
  }

  function whenLaidOut(map, then, tries = 200) {
    if (isLaidOut(map) || tries === 0) then();
    else setTimeout(() => whenLaidOut(map, then, tries - 1), 15);
  }

  async function apply(map, payload) {
    const state = map.keptLayers;
    state.troubles = new Set();
    if (!state.painted) map.invalidateSize(); // it was made before the frame had its height
    const fit = payload.fit || state.config.bounds;
    if (!state.painted || JSON.stringify(fit) !== JSON.stringify(state.fit)) fitTo(map, fit);
    state.notice(payload.notice || "");
    state.caption(payload.caption || "");
    name(map, payload.title || state.config.labels.title);
    geoTogether.join(map, payload.together);
    const entries = payload.layers.map((spec, place) => entryFor(map, spec, place));
    for (const entry of state.entries.values()) {
      if (!entries.includes(entry)) withdraw(map, entry);
    }
    entries.forEach((entry, place) => { entry.waiting = { spec: payload.layers[place], payload, drawn: null }; });
    await Promise.all(entries.filter(({ group }) => map.hasLayer(group)).map((entry) => awaken(map, entry)));
    if (state.pending !== payload) return; // a newer update overtook this one
    await pick(map, payload);
    geoLabels.place(map);
    if (!isLaidOut(map)) {
      whenLaidOut(map, () => { map.invalidateSize(); geoLabels.refit(map); }, Infinity);
    }
    state.alarm([...state.troubles].join("<br>"));
    geoShapes.sharpen(map);
    tellPainted(state);
  }

  function tellPainted(state) {
    requestAnimationFrame(() => setTimeout(() => {
      state.painted += 1;
      document.body.dataset.painted = String(state.painted);
    }));
  }

  // Mark what is chosen: as the page around the map says, or else the payload.
  async function pick(map, payload) {
    const state = map.keptLayers;
    const { selected, found } = state.told || payload;
    choose(map, selected, [...state.entries.values()]);
    const [layer] = found || [];
    await awaken(map, state.entries.get(layer));
    if (found === (state.told || state.pending).found) find(map, ...(found || []));
  }

  // The page around the map says that something else is chosen; the layers stay as they are.
  function follow(map, told) {
    const state = map.keptLayers;
    state.told = told;
    if (!state.painted) return; // the first update takes it up
    pick(map, told).then(() => tellPainted(state));
  }

  // A layer that is switched off is neither fetched nor painted: it waits until a reader switches it on,
  // or something of it is to be found. Works, which few maps show, were an eighth of a first visit at the size of a province.
  async function awaken(map, entry) {
    const waiting = entry && entry.waiting;
    if (!waiting) return;
    await (waiting.drawn ||= draw(map, entry, waiting.spec, waiting.payload));
    waiting.drawn = null; // after a failure it can be tried again
    if (entry.waiting === waiting && entry.url === waiting.spec.url) entry.waiting = null;
  }

  async function draw(map, entry, spec, payload) {
    const state = map.keptLayers;
    if (entry.url !== spec.url) {
      try {
        const features = await geoShapes.features(state, spec.url);
        if (state.pending !== payload) return;
        build(map, entry, spec, features);
      } catch (error) {
        console.warn(error.message); // the last map stays; the notice says that it is not the asked one
        state.troubles.add(state.config.labels.failed);
        return;
      }
    }
    restyle(map, entry, spec);
  }

  function withdraw(map, entry) {
    if (entry.away) return;
    if (entry.label) map.keptLayers.control.removeLayer(entry.group);
    entry.label = "";
    entry.away = { on: map.hasLayer(entry.group) }; // comes back as the reader left it
    entry.group.remove();
  }

  function choose(map, key, entries) {
    const state = map.keptLayers;
    const entry = entries.find((one) => one.clickable && one.spec.kind === "polygon");
    const index = key && entry ? entry.features.findIndex((feature) => feature.id === key) : -1;
    const item = index < 0 ? null : entry.items[index];
    geoShapes.mark(state.choice, item);
    const isNew = key !== state.selected && map.getSize().y > 0;
    if (item && isNew && !map.getBounds().intersects(item.getBounds())) {
      map.panTo(item.getBounds().getCenter());
    } else if (item && isNew && state.painted && coveredPx(map)) {
      const { y } = map.latLngToContainerPoint(item.getBounds().getCenter());
      const free = map.getSize().y - coveredPx(map);
      if (y > free) map.panBy([0, y - free / 2]);
    }
    state.selected = key;
  }

  // On a phone what is chosen is told on a sheet that lies over the lower part of the map.
  function coveredPx(map) {
    const { x, y } = map.getSize();
    return x < geoPoints.NARROW_PX ? y / 2 : 0;
  }

  // Ring one site or road, and go there unless it was clicked on this very map.
  function find(map, layer, id = "") {
    const state = map.keptLayers;
    const { items = [], features = [] } = state.entries.get(layer) || {};
    const item = items[features.findIndex((feature) => feature.id === id)];
    state.found.clearLayers();
    if (item) state.ring(item);
    if (item && id !== state.foundId && id !== state.clicked) {
      const view = { animate: false, maxZoom: 12, paddingBottomRight: [0, coveredPx(map)] };
      geoTogether.quietly(map, () => map.fitBounds(state.found.getBounds(), view));
    }
    state.foundId = id;
  }

  Object.assign(window.geoMap, { update, withoutRuns, follow });
})();
