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

/* A map on a page that is printed keeps the size it has, and is scaled to the paper.
 *
 * Printing lays the page out anew: a frame that grew narrower would cut off what is drawn in it. How
 * wide all frames together may be is for the style sheet of the page to say, as `--paper-px`; it finds
 * size and scale as `--screen-width`, `--screen-height`, `--on-paper` and `--is-alone`.
 */
(function () {
  "use strict";

  function listen() {
    const frame = window.frameElement;
    if (!frame) return;
    window.addEventListener("beforeprint", () => {
      const count = frame.ownerDocument.querySelectorAll("iframe").length;
      const { offsetWidth: width, offsetHeight: height, style } = frame;
      const paper = Number(getComputedStyle(frame).getPropertyValue("--paper-px")) || width * count;
      style.setProperty("--screen-width", `${width}px`);
      style.setProperty("--screen-height", `${height}px`);
      style.setProperty("--on-paper", String(paper / count / width));
      style.setProperty("--is-alone", count > 1 ? "0" : "1");
    });
  }

  window.geoPaper = { listen };
})();

/* Legend and map point at each other, without a word to the server.
 *
 * The legend stands in the page around the frame, if that is of the same origin. Its rows name their
 * classes in `data-class`, one character each, of the first polygons that answer the pointer.
 */
(function () {
  "use strict";
  const POINTED = "is-pointed";
  const plain = document.createElement("span");

  function page() {
    try {
      return window.parent.document;
    } catch (error) {
      return null; // another origin
    }
  }

  // A row pointed at, or reached by the keyboard, makes the units of its class stand out.
  function listen(map) {
    const { body } = page() || {};
    if (!body) return;
    const gone = new AbortController();
    window.addEventListener("pagehide", () => gone.abort());
    const follow = ({ target }) => {
      const row = target.closest("[data-class]");
      standOut(map, row ? row.dataset.class : "");
    };
    for (const type of ["mouseover", "focusin"]) body.addEventListener(type, follow, { signal: gone.signal });
    for (const type of ["mouseleave", "focusout"]) {
      body.addEventListener(type, () => standOut(map, ""), { signal: gone.signal });
    }
  }

  function legendEntry(map) {
    return [...map.keptLayers.entries.values()].find(({ spec, clickable }) => clickable && spec.kind === "polygon");
  }

  function standOut(map, classes) {
    const entry = legendEntry(map);
    if (!entry || (entry.pointed || "") === classes) return;
    const before = entry.pointed || "";
    entry.pointed = classes;
    const fades = (among, character) => Boolean(among) && !among.includes(character);
    entry.items.forEach((item, index) => {
      const character = entry.spec.classes[index];
      const look = entry.ready[character];
      const fade = fades(classes, character);
      if (!item || !look || fade === fades(before, character)) return;
      item.setStyle(fade ? { ...look, fillOpacity: 0.15 * look.fillOpacity, opacity: 0.25 * look.opacity } : look);
    });
  }

  // A unit pointed at marks the row of its class, which shows the unit's value.
  function mark(entry, index, value) {
    const found = page();
    if (!found) return;
    for (const row of found.querySelectorAll(`.${POINTED}`)) {
      row.classList.remove(POINTED);
      delete row.dataset.value;
    }
    if (index === null) return;
    const character = entry.spec.classes[index];
    plain.innerHTML = value.split("<")[0]; // of several the first, by which it is classed; escaped otherwise
    const rows = [...found.querySelectorAll("[data-class]")].filter((row) => row.dataset.class.includes(character));
    for (const row of rows) row.classList.add(POINTED);
    if (rows.length && plain.textContent) rows[0].dataset.value = plain.textContent; // the class's own row
  }

  // What is chosen is told beside the map, in `data-on-map` of an element of the page: a click then
  // sends some bytes instead of the whole map.
  function followPage(map) {
    const { body } = page() || {};
    if (!body) return;
    let last = "{}";
    const look = () => {
      const told = body.querySelector("[data-on-map]")?.dataset.onMap;
      if (told === undefined || told === last) return;
      last = told;
      geoMap.follow(map, JSON.parse(told));
    };
    const watch = new MutationObserver(look);
    watch.observe(body, { subtree: true, childList: true, attributeFilter: ["data-on-map"] });
    window.addEventListener("pagehide", () => watch.disconnect());
    look();
  }

  window.geoPointing = { listen, followPage, legendEntry, standOut, mark };
})();
