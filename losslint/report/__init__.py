"""Findings and losses as text and JSON."""
