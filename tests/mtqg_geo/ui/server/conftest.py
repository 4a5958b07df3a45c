"""What tests of the gate share."""

from tests.mtqg_geo.ui.server.people import _office, office  # noqa: F401  fixtures
