"""What is selected, and the values of it."""
