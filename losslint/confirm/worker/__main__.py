"""The start of the program: makes this directory a package of its own name, and serves."""

from __future__ import annotations

import importlib.util
import os
import sys

NAME = "losslint_worker"


def start() -> None:
    """Serves until the other side closes the pipe."""
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path[1:] if entry]  # neither this directory nor the working one
    spec = importlib.util.spec_from_file_location(
        NAME, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec is not None and spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = package
    spec.loader.exec_module(package)
    importlib.import_module(NAME + ".serving").serve()


if __name__ == "__main__":
    start()
    os._exit(0)  # whatever threads a loss has left behind
