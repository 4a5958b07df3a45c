"""Display layers in tests: a heavy one to make, and its files read as the map's script does."""

import gzip
import json

import numpy as np
import shapely


def read_file(body_gzip):
    """Return the content of a file, its shapes as geometries in degrees."""
    content = json.loads(gzip.decompress(body_gzip))
    cells, at = content["cells_per_degree"], [0, 0]

    def points(steps):
        told = []
        for x, y in zip(steps[::2], steps[1::2], strict=True):
            at[0] += x
            at[1] += y
            told.append((at[0] / cells, at[1] / cells))
        return told

    def shape(told):
        if told is None:
            return None
        if isinstance(told[0], int):
            return shapely.Point(points(told))
        if isinstance(told[0][0], int):
            lines = [points(path) for path in told]
            return shapely.MultiLineString(lines) if len(lines) > 1 else shapely.LineString(*lines)
        areas = []
        for rings in told:
            outer, *holes = map(points, rings)
            areas.append(shapely.Polygon(outer, holes))
        return shapely.MultiPolygon(areas) if len(areas) > 1 else areas[0]

    return content | {"shapes": [shape(told) for told in content["shapes"]]}


def winding_units(across):
    """Return squares of a tenth of a degree whose shared sides wind by some 60 m every 180 m."""
    draw = np.random.default_rng(1719)
    steps = np.arange(1, 60) / 60
    sides = {}
    for x in range(across + 1):
        for y in range(across + 1):
            for dx, dy in ((1, 0), (0, 1)):
                middle = np.column_stack([x + dx * steps, y + dy * steps]) / 10
                middle[:, dx] += draw.normal(0, 0.0006, 59) * np.sin(np.pi * steps)
                ends = np.array([(x, y), (x + dx, y + dy)]) / 10
                sides[x, y, dx] = np.vstack([ends[:1], middle, ends[1:]])

    def unit(x, y):
        ring = [sides[x, y, 1], sides[x + 1, y, 0], sides[x, y + 1, 1][::-1], sides[x, y, 0][::-1]]
        return shapely.Polygon(np.vstack(ring) + (103.0, 15.0))

    return [unit(x, y) for x in range(across) for y in range(across)]
