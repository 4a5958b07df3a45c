"""The cells of a workbook or CSV file, read in a child process."""
