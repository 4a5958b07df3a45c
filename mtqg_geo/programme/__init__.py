"""What the programme is: concepts, catalogue, column names, periods, words."""
