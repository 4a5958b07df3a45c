/* Maps of one page that move as one: each tells the others its view, none repeats what it was told.
 *
 * Maps with the same name share a channel. Only moves a reader makes are told (drag, wheel, keys,
 * buttons); those we make ourselves, to fit a selection or to follow another map, are quiet.
 */
(function () {
  "use strict";
  const CHANNEL = "geo-maps-together-";

  function quietly(map, move) {
    const state = map.keptLayers;
    const before = state.quiet;
    state.quiet = true;
    move();
    state.quiet = before;
  }

  // Join, change or leave the maps of a name; a map that joins takes over the view of the others.
  function join(map, name) {
    const state = map.keptLayers;
    if ((state.together || {}).name === name || (!state.together && !name)) return;
    if (state.together) {
      map.off("move", state.together.tell);
      state.together.channel.close();
    }
    state.together = name ? enter(map, name) : null;
  }

  function enter(map, name) {
    const state = map.keptLayers;
    const channel = new BroadcastChannel(CHANNEL + name);
    const view = () => ({ center: [map.getCenter().lat, map.getCenter().lng], zoom: map.getZoom() });
    let due = null;
    const tell = () => {
      if (state.quiet || due) return;
      due = requestAnimationFrame(() => {
        due = null;
        channel.postMessage(view());
      });
    };
    channel.onmessage = ({ data }) => {
      if (data.asks) {
        if (!state.atFit) channel.postMessage(view());
      } else {
        quietly(map, () => map.setView(data.center, data.zoom, { animate: false }));
      }
    };
    map.on("move", tell);
    channel.postMessage({ asks: true });
    return { name, channel, tell };
  }

  window.geoTogether = { quietly, join };
})();
