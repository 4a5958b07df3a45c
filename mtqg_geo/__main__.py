"""`python -m mtqg_geo`: the command line."""

import sys

from mtqg_geo.cli import main

if __name__ == "__main__":
    sys.exit(main())
