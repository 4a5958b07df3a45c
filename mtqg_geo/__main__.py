"""`python -m mtqg_geo`: the command line."""

import io
import os
import sys

from mtqg_geo.cli.main import main

if __name__ == "__main__":
    # A command runs once: what Arrow no longer needs goes back, instead of being kept for the next.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # read when Arrow is imported
    for stream in (sys.stdout, sys.stderr):
        # Windows would write its own code page, which lacks Vietnamese letters.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as `head`, has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)
