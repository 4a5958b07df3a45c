"""Files for GIS and Excel."""
