"""The page that loads figures: `page` takes a file and offers it, `result` says what it holds."""
