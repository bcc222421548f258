"""The documentation: what the code says of itself in it, and that all of it is true."""
