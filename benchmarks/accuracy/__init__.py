"""How right the analysis is on code that nobody wrote for it: labels of packages, findings read by hand."""
