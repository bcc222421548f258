"""How fast losslint is, beside other linters and beside what cannot be done faster in Python."""
