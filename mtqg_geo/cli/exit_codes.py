"""How a command ends, for the shell that started it."""

FINE, PROBLEMS, USAGE = 0, 1, 2  # done; the data have problems; it was not asked rightly
FAILED = 70  # the program itself did: its log has the details
INTERRUPTED = 130  # what a shell gives for Ctrl-C
