"""What a sheet says: headings, numbers, words."""
