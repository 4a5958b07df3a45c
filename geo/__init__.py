"""A small toolkit for layers of administrative units, roads and sites on a thematic map.

Nothing here knows a country, a programme or a user interface. Use the modules by name::

    from geo import classify, io, measure

    communes = io.read_layer("communes.zip")
    area_km2 = measure.area_km2(communes.geometry)
    classes = classify.classify(area_km2, scheme="quantiles", k=5)

Three promises hold throughout: lengths and areas are geodesic and carry their unit in the name,
missing is never zero, and layers in different reference systems are refused.
"""
