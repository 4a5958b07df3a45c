"""One HTML file for a place without internet."""
