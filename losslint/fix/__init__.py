"""Fixes that are proved: built from what the analysis saw, analysed again, applied to the byte."""
