"""Run by a Python that has QGIS: say as JSON how QGIS itself opens and draws a GeoPackage.

Usage: `qgis_reader.py FILE LON LAT LON LAT …` (points at which to look at the drawn communes).
"""

import json
import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
from qgis.core import (  # noqa: E402
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsExpression,
    QgsFeatureRequest,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize  # noqa: E402
from qgis.PyQt.QtGui import QColor  # noqa: E402


def opened(path, name):
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    assert layer.isValid(), name
    return layer


def described(layer):
    rules = [rule for rule in layer.renderer().rootRule().descendants() if rule.symbol()]
    return {
        "features": layer.featureCount(),
        "crs": layer.crs().authid(),
        "rules": [[rule.label(), count(layer, rule), colour(rule)] for rule in rules],
        "aliases": {field.name(): field.alias() for field in layer.fields()},
        "title": layer.displayExpression(),
    }


def colour(rule):
    return rule.symbol().symbolLayer(0).color().name()


def count(layer, rule):
    """Count the features a rule draws: those for which it and the rules above it are true."""
    conditions = []
    while rule is not None and rule.filterExpression():
        conditions.append(f"({rule.filterExpression()})")
        rule = rule.parent()
    wanted = QgsExpression(" AND ".join(conditions))
    assert not wanted.hasParserError(), wanted.parserErrorString()
    return sum(1 for _ in layer.getFeatures(QgsFeatureRequest(wanted)))


def drawn(layer, places):
    """Return the colours at some places of the map, in degrees."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputSize(QSize(1400, 1000))
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    settings.setExtent(layer.extent())
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    assert not job.errors()
    at = [settings.mapToPixel().transform(lon, lat) for lon, lat in places]
    return [QColor(job.renderedImage().pixel(int(p.x()), int(p.y()))).name() for p in at]


application = QgsApplication([], False)
application.initQgis()
file, *numbers = sys.argv[1:]
points = list(zip(map(float, numbers[::2]), map(float, numbers[1::2]), strict=True))
layers = {name: opened(file, name) for name in ("communes", "roads", "sites")}
report = {name: described(layer) for name, layer in layers.items()}
report["drawn"] = drawn(layers["communes"], points)
print(json.dumps(report))
del layers
application.exitQgis()
