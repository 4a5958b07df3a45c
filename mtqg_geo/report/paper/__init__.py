"""The sheet of paper: size, lettering, margins, captions, imprint."""
