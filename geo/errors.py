"""Everything `geo` raises on purpose, so that callers catch one class.

::

    GeoError
    ├── CRSError         a layer has no reference system, or two layers differ
    ├── ReadError        a file cannot be read as a layer, or was read only in part
    ├── GeometryError    a shape is missing, broken or of the wrong kind
    ├── JoinError        codes of two tables cannot be matched safely
    ├── BoundaryError    a catalogued boundary set is absent, altered or incomplete
    └── ClassifyError    values cannot be put into the classes asked for

Each message is one sentence that says what, how many, an example and what to do.
"""


class GeoError(Exception):
    """Base of all errors of the toolkit; catch it where a person reads the message."""


class CRSError(GeoError):
    """A layer has no coordinate reference system, or two layers have different ones."""


class ReadError(GeoError):
    """A file cannot be read as a layer, or not all of it could be read."""


class GeometryError(GeoError):
    """A shape is missing, broken or of a kind that the operation does not take."""


class JoinError(GeoError):
    """Codes of two tables cannot be matched without guessing."""


class BoundaryError(GeoError):
    """A catalogued boundary set is absent, altered or incomplete."""


class ClassifyError(GeoError):
    """Values cannot be put into the classes that were asked for."""
