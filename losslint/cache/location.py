"""Where the cache of a run lies: where it was said, else beside the configuration, else at the project's root."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from losslint.cache.directory import NAME, CacheDirectory
from losslint.source.places import MARKERS

if TYPE_CHECKING:
    from losslint.config import Configuration, Settings


def cache_for(configuration: Configuration, settings: Settings) -> CacheDirectory | None:
    """The cache for a run that is configured like this; None if none is wanted."""
    return None if settings.value("no-cache") else chosen(configuration, settings)


def chosen(configuration: Configuration, settings: Settings) -> CacheDirectory:
    """The directory that a cache has or would have."""
    layer = settings.origin_of("cache-dir")
    given = layer.values["cache-dir"]
    if given is not None:
        return CacheDirectory(os.path.join(layer.base, os.path.expanduser(given)), named=True)
    return CacheDirectory(os.path.join(_project(configuration), NAME))


def caches_below(root: str) -> Iterator[CacheDirectory]:
    """Every cache in a directory and below it, under its own name."""
    for folder, folders, _ in os.walk(root):
        if NAME in folders:
            folders.remove(NAME)
            found = CacheDirectory(os.path.join(folder, NAME))
            if found.is_ours():
                yield found


def _project(configuration: Configuration) -> str:
    base = configuration.closest_base(os.curdir)
    if base is not None:
        return base
    here = folder = os.getcwd()
    while not any(os.path.exists(os.path.join(folder, marker)) for marker in MARKERS):
        parent = os.path.dirname(folder)
        if parent == folder:
            return here
        folder = parent
    return folder
