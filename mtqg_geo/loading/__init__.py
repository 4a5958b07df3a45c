"""Programme data from files: read, understood, checked, compared with what is there, stored."""
