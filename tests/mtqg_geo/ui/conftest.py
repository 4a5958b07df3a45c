"""What tests of the gate and of the page of people share."""

from tests.mtqg_geo.ui.office import _office, office  # noqa: F401  fixtures
