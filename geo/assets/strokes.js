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
