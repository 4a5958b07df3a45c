"""Workbooks handed out: templates, the marked file, everything loaded."""
