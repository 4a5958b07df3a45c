"""Plan against result."""
