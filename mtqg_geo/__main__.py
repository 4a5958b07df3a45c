"""`python -m mtqg_geo`: the command line."""

import io
import sys

from mtqg_geo.cli import main

if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        # Windows would write its own code page, which lacks Vietnamese letters.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    sys.exit(main())
