"""What is printed and handed over: maps, tables, the commune atlas, a Word report, one HTML file.

Nothing here is imported by a page before somebody asks for a report: matplotlib takes a second.
"""
