"""One page a commune."""
