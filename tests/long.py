"""How much a test tries: a little on every change, a lot in `make test-long`."""

import os

LONG = bool(os.environ.get("MTQG_LONG"))
