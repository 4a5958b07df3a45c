"""The page that loads figures."""
