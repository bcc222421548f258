"""What losslint knows: one module per rule, and the operation tables."""
