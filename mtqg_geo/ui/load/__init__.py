"""The page that loads figures: `page` takes a file, says what it holds, and offers to load it."""
