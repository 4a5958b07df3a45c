/* The map below the kept layers: view, controls, notices, hatches and the frame around them.
 *
 * `geoMap.create` makes it from the one configuration that Python sends (geo/maps.py). Texts in it
 * have been escaped by geo.display.escape_text. Nothing here asks another host for anything.
 */
(function () {
  "use strict";
  // Area fills lie below lines, lines below outlines, points above all; the place in the payload
  // decides among layers of one kind. Leaflet's own labels and tooltips (650) stay on top.
  const PANE = { area: 400, line: 430, outline: 460, highlight: 490, point: 600, label: 640 };
  const PADDING = [6, 6];
  const HOME = '<svg viewBox="0 0 20 20" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.6" ' +
    'aria-hidden="true"><path d="M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4"/><path d="M7 10l3-3 3 3v3H7z"/></svg>';
  const HATCHES = {
    "hatch:nodata": { id: "hatch-nodata", back: "#eceff1", ink: "#8b949e", lines: 1.3, step: 6 },
    "hatch:na": { id: "hatch-na", back: "#fcfcfd", ink: "#bcc3cb", dots: 0.8, step: 6 },
    "hatch:nr": { id: "hatch-nr", back: "#f3eef8", ink: "#8a78ad", lines: 0.8, step: 6, turn: 135 },
    // One of two indicators is missing: lines across or upright, no diagonals.
    "hatch:first": { id: "hatch-first", back: "#f4f5f7", ink: "#a3abb4", lines: 0.8, step: 7, turn: 90 },
    "hatch:second": { id: "hatch-second", back: "#f4f5f7", ink: "#a3abb4", lines: 0.8, step: 7, turn: 0 },
  };

  // ---- the base map -------------------------------------------------------------------------
  function create(id, config) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const map = L.map(id, {
      zoomControl: false,
      attributionControl: false,
      zoomSnap: config.tiles ? 1 : 0.05, // vector layers may stand at any zoom: a closer fit
      maxZoom: 17,
      zoomAnimation: !calm,
      fadeAnimation: !calm,
      maxBounds: L.latLngBounds(config.bounds).pad(1),
    });
    const state = (map.keptLayers = {
      config, entries: new Map(), files: new Map(), icons: new Map(), clicks: 0, painted: 0,
      fit: null, atFit: false, selected: null, pending: null, clicked: "", foundId: "",
    });
    document.documentElement.lang = config.lang;
    name(map, config.labels.title);
    addControls(map, state);
    addHatches();
    for (const name of ["highlight", "label"]) map.createPane(name).style.zIndex = PANE[name];
    map.getPane("highlight").style.pointerEvents = map.getPane("label").style.pointerEvents = "none";
    const mark = { pane: "highlight", renderer: L.svg({ pane: "highlight" }), interactive: false };
    const outline = { ...mark, fill: false, className: "geo-mark" };
    state.hover = { polygon: L.polygon([], { ...outline, weight: 2, color: "#1f2328" }),
                    line: L.polyline([], { ...outline, weight: 7, color: "#1f2328", opacity: 0.35 }) };
    state.choice = L.polygon([], { ...outline, weight: 3.5, color: "#0b57d0" });
    // One site or road pointed at from outside the map; a point has a ring around it.
    state.found = L.featureGroup().addTo(map);
    state.ring = (item) => {
      // Blue inside white is seen on any colour of the communes.
      for (const [color, wider] of [["#ffffff", 4], ["#0b57d0", 0]]) {
        const shape = item.getLatLngs ? L.polyline(item.getLatLngs(), { ...outline, color, weight: 7 + wider })
          : L.circleMarker(item.getLatLng(), { ...outline, color, weight: 3.5 + wider, radius: 15 });
        state.found.addLayer(shape);
      }
    };
    for (const shape of [state.hover.polygon, state.hover.line, state.choice]) shape.addTo(map);
    state.tip = L.tooltip({ className: "geo-tip", offset: [14, 0], opacity: 1 });
    map.on("movestart", () => (state.atFit = false));
    map.on("resize", () => state.atFit && fitTo(map, state.fit));
    fitTo(map, config.bounds);
    geoPoints.watch(map);
    geoPointing.listen(map);
    geoPointing.followPage(map);
    geoPaper.listen();
    geoLabels.takeTypeface(map);
    // streamlit-folium drops an update that comes while the scripts load. Told once more that the frame
    // is ready, Streamlit sends the latest one again.
    if (window.Streamlit) window.Streamlit.setComponentReady();
    return map;
  }

  function name(map, title) {
    document.title = title;
    try {
      if (window.frameElement) window.frameElement.title = title;
    } catch (error) {
      // Another origin holds the frame and names it itself.
    }
    const box = map.getContainer();
    box.setAttribute("role", "region");
    box.setAttribute("aria-description", map.keptLayers.config.labels.instead); // units answer the pointer alone
    box.setAttribute("aria-label", title);
  }

  function addControls(map, state) {
    const { labels, tiles } = state.config;
    const zoom = L.control.zoom({ zoomInTitle: labels.zoom_in, zoomOutTitle: labels.zoom_out }).addTo(map);
    addHome(map, zoom.getContainer(), labels.home);
    L.control.scale({ imperial: false, maxWidth: 120 }).addTo(map);
    if (tiles) {
      L.control.attribution({ prefix: false }).addTo(map);
      L.tileLayer(tiles.url, { attribution: tiles.attribution, maxZoom: 17 }).addTo(map);
    }
    const control = (state.control = L.control.layers(null, null, { autoZIndex: false }).addTo(map));
    easeKeyboard(control, labels.layers);
    state.notice = corner(map, "bottomright", "geo-notice", "note");
    state.caption = heading(map);
    state.alarm = corner(map, "topleft", "geo-alarm", "alert");
  }

  // A button below those of zooming, back to the whole of the map.
  function addHome(map, bar, title) {
    const home = L.DomUtil.create("a", "geo-home", bar);
    Object.assign(home, { href: "#", title, role: "button", innerHTML: HOME });
    home.setAttribute("aria-label", title);
    L.DomEvent.on(home, "click", (event) => {
      L.DomEvent.stop(event);
      map.fitBounds(map.keptLayers.config.bounds, { padding: PADDING });
    });
  }

  // Leaflet's layer switch hides its own button when it opens, and the focus with it.
  function easeKeyboard(control, title) {
    const box = control.getContainer();
    const toggle = box.querySelector("a");
    box.removeAttribute("aria-haspopup");
    toggle.title = title;
    toggle.setAttribute("aria-label", title);
    L.DomEvent.on(toggle, "keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      control.expand();
      setTimeout(() => (box.querySelector("input") || toggle).focus());
    });
    L.DomEvent.on(box, "keydown", (event) => {
      if (event.key !== "Escape") return;
      control.collapse();
      toggle.focus();
    });
    L.DomEvent.on(box, "focusout", (event) => {
      const left = event.relatedTarget && !box.contains(event.relatedTarget);
      setTimeout(() => (left || !document.hasFocus()) && control.collapse());
    });
  }

  function corner(map, position, className, role) {
    const box = L.DomUtil.create("div", className);
    box.setAttribute("role", role);
    box.hidden = true;
    const control = L.control({ position });
    control.onAdd = () => box;
    control.addTo(map);
    return (html) => {
      if (box.innerHTML !== html) box.innerHTML = html;
      box.hidden = !html;
    };
  }

  function heading(map) {
    const box = L.DomUtil.create("div", "geo-caption", map.getContainer());
    box.hidden = true;
    return (html) => {
      if (box.innerHTML !== html) box.innerHTML = html;
      box.hidden = !html;
    };
  }

  function fitTo(map, bounds) {
    geoTogether.quietly(map, () => map.fitBounds(bounds, { animate: false, padding: PADDING }));
    map.keptLayers.fit = bounds;
    map.keptLayers.atFit = true;
  }

  // ---- hatches: an SVG pattern for SVG layers, the same drawn for canvas layers ----------------
  function addHatches() {
    const holder = L.DomUtil.create("div", "geo-hatches", document.body);
    const patterns = Object.values(HATCHES).map(svgPattern).join("");
    holder.innerHTML = `<svg width="0" height="0" aria-hidden="true">${patterns}</svg>`;
    for (const hatch of Object.values(HATCHES)) hatch.brush = canvasPattern(hatch);
  }

  function svgPattern({ id, back, ink, lines, dots, step, turn = 45 }) {
    const mark = lines ? `<path d="M0 0V${step}" stroke="${ink}" stroke-width="${2 * lines}"/>`
      : `<circle cx="${step / 2}" cy="${step / 2}" r="${dots}" fill="${ink}"/>`;
    return `<pattern id="${id}" width="${step}" height="${step}" patternUnits="userSpaceOnUse" ` +
      `patternTransform="rotate(${turn})"><rect width="${step}" height="${step}" fill="${back}"/>${mark}</pattern>`;
  }

  function canvasPattern({ back, ink, lines, dots, step, turn }) {
    const tile = Object.assign(document.createElement("canvas"), { width: step, height: step });
    const pen = tile.getContext("2d");
    Object.assign(pen, { fillStyle: back, strokeStyle: ink, lineWidth: lines || 0 });
    pen.fillRect(0, 0, step, step);
    if (dots) {
      pen.fillStyle = ink;
      pen.arc(step / 2, step / 2, dots, 0, 2 * Math.PI);
      pen.fill();
    } else if (turn === 0 || turn === 90) {
      pen.fillStyle = ink;
      if (turn) pen.fillRect(0, 0, step, 2 * lines);
      else pen.fillRect(0, 0, 2 * lines, step);
    } else {
      if (turn === 135) pen.setTransform(-1, 0, 0, 1, step, 0);  // the other diagonal
      for (const x of [-step, 0, step]) {
        pen.moveTo(x - 1, step + 1);
        pen.lineTo(x + step + 1, -1);
      }
      pen.stroke();
    }
    return pen.createPattern(tile, "repeat");
  }

  window.geoMap = { create, fitTo, name, PANE, HATCHES };
})();
