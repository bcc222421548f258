"""Paths as reports for other programs want them: relative to a root, with forward slashes, or as a URI."""

from __future__ import annotations

import os
from types import ModuleType
from urllib.parse import quote


def project_root(*variables: str) -> str:
    """The checkout that a CI service names in one of these variables, if the run is inside it; else the
    working directory.
    """
    here = os.path.realpath(os.curdir)
    for variable in variables:
        root = os.environ.get(variable)
        if root and _inside(here, os.path.realpath(root)):
            return os.path.realpath(root)
    return here


def project_path(path: str, root: str, system: ModuleType = os.path) -> str:
    """A shown path relative to a directory, with forward slashes; an absolute one if it lies elsewhere.

    What is no path (``<stdin>``) stays as it is. ``system`` is the flavour of paths.
    """
    if path.startswith("<"):
        return path
    absolute: str = system.normpath(system.join(os.path.realpath(os.curdir), path))
    if _inside(absolute, root, system):
        absolute = system.relpath(absolute, root)
    return absolute.replace(system.sep, "/")


def uri(path: str) -> str:
    """The URI of a path from ``project_path``; a reference relative to the root, or ``file://…``."""
    quoted = quote(path.encode("utf-8", "surrogateescape"))
    if path.startswith("/"):
        return f"file://{quoted}"
    drive, colon, rest = path.partition(":")
    if colon and len(drive) == 1:
        return f"file:///{drive}:{quote(rest.encode('utf-8', 'surrogateescape'))}"
    return quoted


def _inside(path: str, root: str, system: ModuleType = os.path) -> bool:
    inner, outer = (str(system.normcase(system.join(each, ""))) for each in (path, root))
    return inner.startswith(outer)
