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
    const far = entry.features.length > MANY || map.getSize().x < NARROW_PX ? 44 : 20;
    return L.markerClusterGroup({
      clusterPane: entry.pane,
      showCoverageOnHover: false,
      animate: false,
      maxClusterRadius: (zoom) => (zoom >= APART ? 2 : zoom >= NEAR ? 26 : far), // a click fans them out
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

  window.geoPoints = { NEAR, watch, body, marker, place, shown };
})();
