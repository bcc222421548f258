"""The commands, one module each: parse, call, render. A command is imported when it is used."""

NAMES = ("check", "clean", "config", "confirm", "inspect", "rule", "server")
"""Each is a module of this package, which holds the click command as ``command``."""
