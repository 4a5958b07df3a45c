"""How the selection is painted: classes, colours, legend, layers."""
