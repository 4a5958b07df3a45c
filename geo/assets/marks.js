/* Two strokes that Leaflet does not draw, as options of a path.
 *
 * `inset`: of a polygon's line only the half inside it, clipped by its own shape, so that it covers
 * neither a neighbour nor an outline above. `casing`: a line lies on a white one, wider by so many
 * pixels. An SVG path that has either gets a companion with the same points; a canvas clips.
 */
(function () {
  "use strict";
  let made = 0;

  const Svg = L.SVG.extend({
    _initContainer() {
      L.SVG.prototype._initContainer.call(this);
      this._companions = L.SVG.create("g"); // below all paths of the layer
      this._container.insertBefore(this._companions, this._rootGroup);
    },
    _updateStyle(layer) {
      L.SVG.prototype._updateStyle.call(this, layer);
      if (!layer._path) return;
      const { inset, casing, stroke, weight, opacity } = layer.options;
      const kind = !stroke ? "" : inset ? "clipPath" : casing ? "path" : "";
      if (layer._companion && layer._companion.nodeName !== kind) this._leave(layer);
      if (kind && !layer._companion) this._accompany(layer, kind);
      if (kind !== "path") return;
      const look = { fill: "none", stroke: "#ffffff", "stroke-width": weight + casing, "stroke-opacity": opacity,
                     "stroke-linecap": "round", "stroke-linejoin": "round" };
      for (const [name, value] of Object.entries(look)) layer._companion.setAttribute(name, value);
    },
    _accompany(layer, kind) {
      const companion = (layer._companion = L.SVG.create(kind));
      layer._copy = kind === "path" ? companion : companion.appendChild(L.SVG.create("path"));
      layer._copy.setAttribute("d", layer._path.getAttribute("d") || "M0 0");
      if (kind === "clipPath") {
        companion.id = `inset-${(made += 1)}`;
        layer._copy.setAttribute("clip-rule", "evenodd");
        layer._path.setAttribute("clip-path", `url(#${companion.id})`);
      }
      this._companions.appendChild(companion);
    },
    _leave(layer) {
      if (!layer._companion) return;
      layer._companion.remove();
      layer._path.removeAttribute("clip-path");
      layer._companion = layer._copy = null;
    },
    _setPath(layer, path) {
      L.SVG.prototype._setPath.call(this, layer, path);
      if (layer._copy) layer._copy.setAttribute("d", path);
    },
    _removePath(layer) {
      this._leave(layer);
      L.SVG.prototype._removePath.call(this, layer);
    },
  });

  const Canvas = L.Canvas.extend({
    _fillStroke(pen, layer) {
      const { inset } = layer.options;
      if (inset) {
        pen.save();
        pen.clip("evenodd"); // the path that is about to be filled
      }
      L.Canvas.prototype._fillStroke.call(this, pen, layer);
      if (inset) pen.restore();
    },
  });

  window.geoStrokes = { svg: (options) => new Svg(options), canvas: (options) => new Canvas(options) };
})();

/* Sites, their clusters, and bars: what stands at a point.
 *
 * Far out a site is a dot in its status' colour, and sites close together are a ring with their
 * number, parted by status; from zoom NEAR on there is room for a symbol of each type. The style
 * sheet draws the one or the other by the class `geo-far` of the map: zooming makes no icon anew.
 */
(function () {
  "use strict";
  const NEAR = 11, APART = 13; // from APART on only sites on the very same spot stay together
  const MANY = 500; // so many sites would cover the map, as few do a narrow one: they gather from farther around
  const NARROW_PX = 500;
  const DOT_PX = 10, SYMBOL_PX = 22, BAR_PX = [20, 6];

  function watch(map) {
    const box = map.getContainer();
    const look = () => box.classList.toggle("geo-far", map.getZoom() < NEAR);
    map.on("zoomend", look);
    look();
  }

  function body(map, entry) {
    if (entry.spec.kind === "bar") return L.featureGroup();
    L.MarkerCluster.prototype.options.keyboard = false; // the sites are listed on a page of their own
    const isCrowded = entry.features.length > MANY || map.getSize().x < NARROW_PX;
    const [far, near] = isCrowded ? [44, 60] : [20, 26];
    return L.markerClusterGroup({
      clusterPane: entry.pane,
      showCoverageOnHover: false,
      animate: false,
      maxClusterRadius: (zoom) => (zoom >= APART ? 2 : zoom >= NEAR ? near : far), // a click fans them out
      iconCreateFunction: ring,
    });
  }

  // A ring parted by the colours of the sites in it, their number inside.
  function ring(cluster) {
    const counts = {};
    const markers = cluster.getAllChildMarkers();
    for (const { keptInk } of markers) counts[keptInk] = (counts[keptInk] || 0) + 1;
    let from = 0;
    const parts = Object.entries(counts).sort().map(([ink, count]) => {
      const start = from;
      from += (100 * count) / markers.length;
      return `${ink} ${start}% ${from}%`;
    });
    const size = (markers.length < 10 ? 17 : markers.length < 100 ? 21 : 26) + (cluster._zoom < NEAR ? 0 : 8);
    return L.divIcon({ className: "geo-cluster", iconSize: [size, size],
      html: `<span style="--parts:${parts.join()};line-height:${size}px">${markers.length}</span>` });
  }

  function marker(entry, { shape, properties }) {
    const at = entry.spec.kind === "bar" ? L.GeoJSON.coordsToLatLng(properties._at) : shape[0];
    return L.marker(at, { pane: entry.pane, keyboard: false, interactive: entry.clickable });
  }

  function place(entry, changed, before, styles, state) {
    const { spec, items, body } = entry;
    const gone = [], come = [], others = [];
    for (const index of changed) {
      const style = styles[spec.classes[index]];
      if (style) {
        items[index].setIcon(iconFor(state, spec.kind, style));
        items[index].keptInk = style.color;
      }
      if (style && before[index]) others.push(items[index]);
      else if (style) come.push(items[index]);
      else if (before[index]) gone.push(items[index]);
    }
    if (spec.kind === "bar") {
      gone.forEach((item) => body.removeLayer(item));
      come.forEach((item) => body.addLayer(item));
      return;
    }
    if (gone.length && gone.length === body.getLayers().length) body.clearLayers();
    else if (gone.length) body.removeLayers(gone);
    if (come.length) body.addLayers(come);
    if (others.length && body._map) body.refreshClusters(others);
  }

  function iconFor(state, kind, style) {
    const look = JSON.stringify(style);
    if (!state.icons.has(look)) state.icons.set(look, kind === "bar" ? bar(style) : symbol(state, style));
    return state.icons.get(look);
  }

  function symbol(state, { icon, fill, status, color }) {
    const classes = ["geo-site", `geo-site-${fill || "full"}`];
    if (status) classes.push(`status-${status}`);
    return L.divIcon({
      className: classes.join(" "), iconSize: [SYMBOL_PX, SYMBOL_PX], tooltipAnchor: [10, 0],
      html: `<svg viewBox="0 0 24 24" aria-hidden="true" style="--ink:${color || "#1f2328"}">` +
        `<path d="${state.config.icons[icon] || ""}"/></svg>` });
  }

  function bar({ share, color }) {
    const isKnown = typeof share === "number";
    return L.divIcon({
      className: isKnown ? "geo-bar" : "geo-bar geo-bar-unknown", iconSize: BAR_PX,
      html: isKnown ? `<i style="width:${100 * share}%;background:${color}"></i>` : "" });
  }

  // What stands on the map now, as [x, y, width, height] around its middle, in pixels of the map's pane.
  function shown(map, entry) {
    const group = entry.spec.kind === "bar" ? entry.body : entry.body._featureGroup;
    const isFar = map.getZoom() < NEAR;
    return group.getLayers().map((layer) => {
      const { x, y } = map.latLngToLayerPoint(layer.getLatLng());
      const [width, height] = (layer._iconObj || layer.options.icon).options.iconSize;
      return width === SYMBOL_PX && isFar && !layer._iconObj ? [x, y, DOT_PX, DOT_PX] : [x, y, width, height];
    });
  }

  window.geoPoints = { NEAR, NARROW_PX, watch, body, marker, place, shown };
})();
