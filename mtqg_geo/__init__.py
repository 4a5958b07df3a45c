"""The National Target Programme's domain: catalogue, data, selections and what a page shows."""

__version__ = "0.1.0"
