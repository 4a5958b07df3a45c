/* Hands the map what is inside this file: nothing is asked of any server. */
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("map-data").textContent);
  window.fetch = (url) => Promise.resolve({
    ok: url in data.files, status: 404, json: () => Promise.resolve(data.files[url]) });
  const map = window.geoMap.create("map", data.config);
  window.geoMap.update(map, data.payload);
})();
