"""The command: ``losslint`` and ``python -m losslint``."""

import gc
import os
import sys


def main() -> None:
    """Run the command line and leave with its exit status."""
    distrust_working_directory()
    gc.set_threshold(50_000)  # imports leave no garbage
    from losslint.cli import run_command_line

    try:
        sys.exit(run_command_line(sys.argv[1:]))
    finally:
        gc.freeze()  # Python would look for garbage among all that is left, and it all goes now


def distrust_working_directory() -> None:
    """Take the working directory, and what lies in it, off the front of the import path.

    What is checked is never imported, and that includes a ``click.py`` or ``libcst.py`` that lies about in
    the project in which losslint is run. ``python -m`` puts the working directory first, and ``PYTHONPATH``
    may. The entries behind the standard library are installed packages, and stay.
    """
    try:
        here = os.path.join(os.path.realpath(os.curdir), "")
    except OSError:  # it has been deleted, and so holds nothing
        return
    places = [os.path.realpath(entry) for entry in sys.path]
    library = os.path.realpath(os.path.dirname(os.__file__))
    end = places.index(library) if library in places else 0
    sys.path[:end] = [
        entry
        for entry, place in zip(sys.path[:end], places[:end], strict=True)
        if not os.path.join(place, "").startswith(here)
    ]


if __name__ == "__main__":
    main()
