"""How a command ends, for the shell that started it."""

FINE, PROBLEMS, USAGE = 0, 1, 2  # done; the data have problems; it was not asked rightly
INTERRUPTED = 130  # what a shell gives for Ctrl-C
