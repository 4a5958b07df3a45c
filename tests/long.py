"""How much a test tries: a little on every change, a lot in `make test-long`."""

import os

from hypothesis import HealthCheck, settings

LONG = bool(os.environ.get("MTQG_LONG"))

# `make test` tries the same few examples on every run, so that it never fails by chance;
# `make test-long` searches anew each time, with many more.
EVERY_RUN = {
    "deadline": None,  # a busy machine is no fault
    "print_blob": True,
    # Folders and patched readers of a test serve all its examples; how long these take is chance.
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}
settings.register_profile("quick", max_examples=8, derandomize=True, **EVERY_RUN)
settings.register_profile("long", max_examples=200, **EVERY_RUN)
settings.load_profile("long" if LONG else "quick")

# Of a rule whose examples take a tenth of a second and more each.
DEAR = settings(max_examples=200 if LONG else 3)
