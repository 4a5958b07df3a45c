"""The page of sites and roads."""
