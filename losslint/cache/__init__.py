"""What earlier runs found out, kept by content: results of files that are the same, as is all they depend on.

Nothing in a cache is ever executed, and nothing in it is believed that does not have the exact form that was
written. Whatever is wrong with it costs time and no finding.
"""
