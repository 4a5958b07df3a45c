"""The page of data and boundary layers."""
