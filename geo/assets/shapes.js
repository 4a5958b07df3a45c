/* The files of the layers: each fetched once, walked back from steps to degrees (geo/display.py).
 *
 * A layer of several files is built from the first, coarsest one. When a reader zooms in past its
 * limit, the finer shapes are fetched and given to the Leaflet layers that are there: looks,
 * tooltips and clicks stay. Until they come, and when they cannot be had, the coarse ones stay.
 */
(function () {
  "use strict";
  const stats = (window.geoMapStats = { created: 0, restyled: 0, fetched: 0 });

  function load(state, url) {
    if (!state.files.has(url)) {
      stats.fetched += 1;
      const file = fetch(url).then((answer) => {
        if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
        return answer.json();
      }).then(walked);
      file.catch(() => state.files.delete(url)); // asked again at the next update or zoom
      state.files.set(url, file);
    }
    return state.files.get(url);
  }

  function walked({ cells_per_degree: cells, keys, properties, shapes }) {
    let x = 0, y = 0;
    const path = (steps) => {
      const points = [];
      for (let at = 0; at < steps.length; at += 2) {
        x += steps[at];
        y += steps[at + 1];
        points.push(L.latLng(y / cells, x / cells));
      }
      return points;
    };
    const walk = (shape) => shape && (typeof shape[0] === "number" ? path(shape) : shape.map(walk));
    return { keys, properties, shapes: shapes.map(walk) };
  }

  async function features(state, url) {
    const { keys, properties, shapes } = await load(state, url);
    const columns = Object.entries(properties);
    return shapes.map((shape, index) => ({
      id: keys[index], shape, properties: Object.fromEntries(columns.map(([name, each]) => [name, each[index]])) }));
  }

  // Draw every layer as fine as the zoom asks for; say so if that cannot be done.
  async function sharpen(map) {
    const state = map.keptLayers;
    const shown = [...state.entries.values()].filter((entry) => entry.spec && !entry.away);
    if (!shown.length) return;
    const done = await Promise.all(shown.map((entry) => sharpened(map, entry)));
    const { coarse } = state.config.labels;
    if (done.every(Boolean)) state.troubles.delete(coarse);
    else state.troubles.add(coarse);
    state.alarm([...state.troubles].join("<br>"));
  }

  async function sharpened(map, entry) {
    const { url, spec } = entry;
    const finer = spec.finer || [];
    const asked = () => finer.filter(([above]) => map.getZoom() > above).length - 1;
    const level = asked();
    if (level <= entry.level) return true; // finer shapes stay when the reader zooms out again
    try {
      const { shapes } = await load(map.keptLayers, finer[level][1]);
      if (entry.url !== url || level <= entry.level) return true;
      if (shapes.length !== entry.items.length) throw new Error(`${finer[level][1]}: ${shapes.length} shapes`);
      entry.level = level;
      entry.items.forEach((item, index) => item && shapes[index] && item.setLatLngs(shapes[index]));
      const { choice, hover } = map.keptLayers;
      for (const outline of [choice, ...Object.values(hover)]) mark(outline, outline.marked);
      return true;
    } catch (error) {
      console.warn(error.message);
      return asked() <= entry.level;
    }
  }

  // Draw an outline around a feature, or around none.
  function mark(outline, item) {
    outline.marked = item;
    outline.setLatLngs(item ? item.getLatLngs() : []);
  }

  window.geoShapes = { features, sharpen, mark };
})();
